"""Parts of networks that were timed by themselves: kernels, and what a runtime adds to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices.settings import Settings
from costlint.costmodel.fitting.samples import Sample, Samples
from costlint.costmodel.fitting.timed import Timed
from costlint.costmodel.fitting.timings import Timing
from costlint.costmodel.latency.combine import matrix
from costlint.costmodel.latency.kernel_amounts import KernelAmounts, kernel_amounts
from costlint.costmodel.latency.reorders import added
from costlint.costmodel.runtimes.fusion import FusionRules

PART_NOISE: Final = 1.0
"""Residuals that are expected of a single kernel (log scale): kernels of a network err
alike, so that each by itself says little."""
LEAST: Final = 0.2
"""Share of a kernel's time that is at least its own."""
CLOCK_S: Final = 1e-6
"""Profilers count whole microseconds."""


def parts(timed: Timed, rules: FusionRules, settings: Settings) -> Samples:
    """The timed parts of the networks, each beside the kernels that do the same ops.

    Equal kernels of a network are one sample, with their mean latency.
    """
    found = []
    by_graph: dict[tuple[str, int], list[Timing]] = defaultdict(list)
    for row in timed.parts:
        by_graph[row.graph, row.batch].append(row)
    extra_s = _profiler_s(timed, by_graph)
    for place, rows in by_graph.items():
        merged: dict[bytes, list[tuple[np.ndarray, float]]] = defaultdict(list)
        for amounts, latency_s in _matched(timed.counts[place], rows, rules, settings, extra_s):
            if amounts.any() and latency_s > 0:
                merged[amounts.tobytes()].append((amounts, latency_s))
        found += [
            Sample(
                network=rows[0].graph,
                family=timed.families[rows[0].graph],
                amounts=same[0][0],
                latency_s=float(np.mean([latency_s for _, latency_s in same])),
                batch=rows[0].batch,
                is_part=True,
            )
            for same in merged.values()
        ]
    return Samples(rows=tuple(found))


def joined(networks: Samples, kernels: Samples) -> Samples:
    """Whole networks with the parts of networks of the same families."""
    families = set(networks.families)
    return Samples(rows=(*networks.rows, *(r for r in kernels.rows if r.family in families)))


def noise_of(samples: Samples, noise: float) -> np.ndarray:
    """The expected residual of each sample: `noise` for networks, more for short kernels."""
    part = np.sqrt(PART_NOISE**2 + (CLOCK_S / samples.latency_s) ** 2)
    return np.where(samples.is_whole, noise, np.maximum(part, noise))


def _matched(
    counts: Counts,
    rows: Sequence[Timing],
    rules: FusionRules,
    settings: Settings,
    extra_s: float,
) -> Iterator[tuple[np.ndarray, float]]:
    """Amounts and seconds of kernels that share ops, predicted and measured."""
    model = kernel_amounts(counts, rules, settings)
    predicted = [[row.op.name for row in kernel.ops] for kernel in model.kernels]
    leader = leaders([*predicted, *(row.ops for row in rows if row.ops)])
    kernels: dict[str, list[int]] = defaultdict(list)
    for place, names in enumerate(predicted):
        kernels[leader[names[0]]].append(place)
    seconds: dict[str, float] = defaultdict(float)
    for row in rows:
        if row.ops:
            seconds[leader[row.ops[0]]] += _own_s(row, extra_s)
    amounts = matrix([_own(model, place) for place in range(len(predicted))])
    for name, latency_s in seconds.items():
        if kernels[name]:
            yield amounts[kernels[name]], latency_s
    own = sum(_own_s(row, extra_s) for row in rows if not row.ops)
    changes = [added({}, change) for change in model.reorders.changes.values()]
    if own and changes:
        yield matrix(changes), own


def _profiler_s(timed: Timed, parts: Mapping[tuple[str, int], Sequence[Timing]]) -> float:
    """What timing each kernel adds to it: kernels over whole networks, by least squares."""
    above, below = 0.0, 0.0
    for row in timed.rows:
        kernels = parts.get((row.graph, row.batch), ())
        sum_s = sum(kernel.latency_s for kernel in kernels)
        above += (sum_s - row.steady_s) * len(kernels) / row.steady_s**2
        below += (len(kernels) / row.steady_s) ** 2
    return max(above / below, 0.0) if below else 0.0


def _own_s(row: Timing, extra_s: float) -> float:
    return max(row.latency_s - extra_s, LEAST * row.latency_s)


def _own(model: KernelAmounts, place: int) -> dict[str, float]:
    """Amounts of a kernel without the changes of order, which are timed on their own."""
    kernel = model.kernels[place]
    return added(model.own(kernel), model.reorders.apart.get(kernel.id, {}))


def leaders(groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """For each name one name of all that are linked to it by groups."""
    from networkx.utils import UnionFind

    linked = UnionFind()
    for names in groups:
        linked.union(*names)
    return {name: linked[name] for name in linked}
