"""Whether a network says something of every place of an image: then images are usually larger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.sizes.images import DENSE_SIDE
from costlint.costmodel.sizes.search import Found
from costlint.costmodel.sizes.trials import Trials
from costlint.costmodel.sizes.unknowns import Unknown

SOURCE: Final = "usual for detection and segmentation"
_MANY: Final = 1_000


def enlarged(found: Found, trials: Trials, open_sizes: Sequence[Unknown]) -> Found:
    """`found` with a detector's size where the network is one and nothing else decided."""
    sides = [n for u in open_sizes if u.guess.is_side for n in u.names]
    free = [n for n in sides if found.sources[n].startswith("usual")]
    if found.trial.graph is None or not free or not _is_dense(found.trial.graph):
        return found
    larger = trials.at({**found.trial.sizes, **dict.fromkeys(free, DENSE_SIDE)})
    if larger is None or larger.score < found.trial.score:
        return found
    return Found(trial=larger, sources={**found.sources, **dict.fromkeys(free, SOURCE)})


def _is_dense(graph: OpGraph) -> bool:
    """Whether boxes are chosen, or an output that is no image has a number for each place."""
    if any(op.op_type.startswith(("NonMaxSuppression", "EfficientNMS")) for op in graph.ops):
        return True
    images = {t.known_shape[1] for t in graph.inputs if t.shape is not None and len(t.shape) == 4}
    places = [_places(t.shape) for t in graph.outputs if t.shape is not None]
    same = any(
        t.shape is not None and len(t.shape) == 4 and t.shape[1] in images for t in graph.outputs
    )
    return any(count >= _MANY for count in places) and not same


def _places(shape: Sequence[object]) -> int:
    """Elements besides the batch and the smallest dimension, which are the classes or corners."""
    sizes = sorted(d for d in shape[1:] if isinstance(d, int))
    count = 1
    for size in sizes[1:]:
        count *= size
    return count if len(shape) > 2 else 0
