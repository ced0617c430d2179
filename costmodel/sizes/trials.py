"""One try: a graph inferred with sizes put in, or the op at which they do not fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.inference.infer import infer
from costlint.costmodel.inference.one_pass import Fallback
from costlint.costmodel.ir.errors import CostlintError, ShapeError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import Source
from costlint.costmodel.sizes.uses import every_node

MAX_TRIALS = 60
MAX_NODES = 60_000
"""Of all trials together: a large graph is tried less often. Both are far above what is needed."""

_NUMBER = re.compile(r"\d+")

Sides = tuple[int, int]
"""Two sizes that should be equal: what there is, what there should be, in either order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of `sizes`: the graph, or the error with which op of the file it ended.

    `misfits` are pairs of sizes that should be equal, by what an op said of them (without the
    numbers), or by the tensor for which the file states another size than was inferred.
    """

    sizes: Mapping[str, int]
    outcome: OpGraph | CostlintError
    reached: int
    misfits: Mapping[str, Sides]

    @property
    def graph(self) -> OpGraph | None:
        """The graph, None where the sizes do not fit."""
        return None if isinstance(self.outcome, CostlintError) else self.outcome

    @property
    def score(self) -> tuple[int, int]:
        """The higher, the better: how far inference came, and how little the file contradicts."""
        return self.reached, -len(self.misfits)


@dataclass(slots=True, kw_only=True)
class Trials:
    """Tries sizes on one model, each combination once, and not for ever."""

    source: Source
    fallback: Fallback
    shapes: ShapeOption
    batch: int | None
    values: ValueOption
    places: Mapping[str, int] = field(default_factory=dict)
    tried: dict[tuple[tuple[str, int], ...], Trial] = field(default_factory=dict)
    left: int = MAX_TRIALS

    def __post_init__(self) -> None:
        nodes = list(every_node(self.source.graph))
        self.places = {node.name: place for place, node in enumerate(nodes)}
        self.left = max(4, min(MAX_TRIALS, MAX_NODES // (len(nodes) + 1)))

    def at_batch(self, names: Collection[str]) -> Trials:
        """Tries with the batch at the open sizes `names`: the one asked for, else 1."""
        if not names:
            return self
        shapes = {**self.shapes, **dict.fromkeys(names, self.batch or 1)}
        return replace(self, shapes=shapes, batch=None, tried={})

    def at(self, sizes: Mapping[str, int]) -> Trial | None:
        """The try with `sizes`; None where too many were made."""
        if tuple(sorted(sizes.items())) not in self.tried and not self.left:
            return None
        return self.again(sizes)

    def again(self, sizes: Mapping[str, int]) -> Trial:
        """The try with `sizes`, however many were made."""
        key = tuple(sorted(sizes.items()))
        if key not in self.tried:
            self.left = max(0, self.left - 1)
            self.tried[key] = self._new(sizes)
        return self.tried[key]

    def _new(self, sizes: Mapping[str, int]) -> Trial:
        try:
            graph = infer(
                self.source,
                fallback=self.fallback,
                shapes={**self.shapes, **sizes},
                batch=self.batch,
                values=self.values,
            )
        except CostlintError as error:
            reached, misfits = -1, {}
            if isinstance(error, ShapeError):
                reached = self.places.get(error.node, -1)
                words = f"{_NUMBER.sub('#', error.what)} {error.axis}"
                misfits = {words: error.sides} if error.sides else {}
            return Trial(sizes=sizes, outcome=error, reached=reached, misfits=misfits)
        found = _contradicted(graph, self.source)
        reached = len(self.places)
        return Trial(sizes=sizes, outcome=graph, reached=reached, misfits=found)


def _contradicted(graph: OpGraph, source: Source) -> dict[str, Sides]:
    """Outputs of which the file states a number, and another one was inferred.

    A 1 may be the batch of the export, and says nothing.
    """
    found: dict[str, Sides] = {}
    for tensor in graph.outputs:
        item = source.graph.declared.get(tensor.name)
        if item is None or item.shape is None or tensor.shape is None:
            continue
        for dim, stated in zip(tensor.shape, item.shape, strict=False):
            if isinstance(stated, int) and type(dim) is int and dim != stated and stated > 1:
                found.setdefault(tensor.name, (dim, stated))
    return found
