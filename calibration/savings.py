"""How right savings are on held-out pairs: python -m calibration.savings CORPUS --cache CACHE.

A pair is two networks, or two kernels of equal macs, measured on one device and predicted by a fit
that saw neither: rows of the paper's Tables 1 to 4 without their width, networks without their
family, single kernels without their half of the shapes (`calibration.kernelpairs`).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from pathlib import Path
from typing import Final

import numpy as np

from calibration.amounts import Graph, all_amounts
from calibration.corpus import Device, devices
from calibration.groups import GROUPS, Group
from calibration.heldout import folds_of
from calibration.kernelpairs import kernel_pairs
from calibration.pairs import HEAD, Pair, latencies, pair, table_row
from calibration.paper import cells
from calibration.papertables import PLATFORMS, samples_of_cells
from calibration.rebuild import ROOT, samples_of
from costlint.costmodel.devices import DeviceProfile, device
from costlint.costmodel.fitting.calibrate import ENOUGH
from costlint.costmodel.fitting.fit import fit
from costlint.costmodel.fitting.prior import vague_prior
from costlint.costmodel.fitting.samples import Sample

FAMILIES: Final = (
    "tflite-cpu", "torch-cpu", "tflite-gpu", "torch-gpu", "gpu-eager", "gpu-compiled", "x86",
)  # fmt: skip
"""Groups with networks of one family."""
DEVICES: Final = 6
"""Of each group, evenly over its list."""
PER_FAMILY: Final = 12


PAGE: Final = ROOT / "docs" / "savings.md"
TEXT: Final = Path(__file__).with_suffix(".txt")


def main() -> None:
    """Write sign and coverage for each source of pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "calibration")
    options = parser.parse_args()
    lines, found = [HEAD], []
    for title, pairs in _sources(options.corpus, options.cache):
        lines.append(table_row(title, pairs))
        found += pairs
        print(lines[-1], flush=True)
    lines.append(table_row("all", found))
    published = dict(kernel_pairs(options.corpus, settled=False))["neusight-conv"]
    lines.append(table_row("not among all: neusight-conv as published", published))
    PAGE.write_text(
        TEXT.read_text(encoding="utf-8").format(table="\n".join(lines)), encoding="utf-8"
    )
    print(PAGE)


def _sources(corpus: Path, cache: Path) -> Iterator[tuple[str, list[Pair]]]:
    for platform, group in PLATFORMS.items():
        yield f"Tables 1 to 4, {platform}", list(of_tables(corpus, platform, group))
    graphs = all_amounts(corpus, cache)
    everything = devices(corpus)
    for name in FAMILIES:
        members = [d for d in everything if d.group == name and len(d.timings) > ENOUGH]
        chosen = members[:: max(1, len(members) // DEVICES)][:DEVICES]
        title = f"networks of a family, {GROUPS[name].title}"
        yield title, list(of_families(GROUPS[name], graphs[name], chosen))
    for title, pairs in kernel_pairs(corpus):
        yield f"kernels of equal macs, {title}", pairs


def of_tables(corpus: Path, platform: str, name: str) -> Iterator[Pair]:
    """Rows of one table and width, predicted without that width."""
    group = GROUPS[name]
    like = device(platform)
    samples = samples_of_cells(list(cells(corpus, platform)), group)
    first = vague_prior(group.mean, ratio_sd=group.ratio_sd, speed_sd=0.5)
    widths = np.array([row.network.rpartition(" ")[2] for row in samples.rows])
    for width in sorted(set(widths)):
        rest = samples.where(widths != width)
        found = fit(rest, first, overlap=group.overlap, noise=group.noise, steps=60).parameters
        held = [
            (row, latencies(row.amounts, found, group.overlap, like))
            for row in samples.where(widths == width).rows
        ]
        for (one, before), (other, after) in combinations(held, 2):
            if one.family == other.family:
                yield pair(before, after, one.latency_s, other.latency_s)


def of_families(
    group: Group, graphs: Mapping[str, Graph], wanted: Sequence[Device]
) -> Iterator[Pair]:
    """Networks whose names begin alike, at most three times apart, without their family."""
    for one in wanted:
        samples = samples_of(one, graphs, group)
        folds = folds_of(samples.families.tolist(), group)
        like = device(one.name)
        for fold in np.unique(folds):
            found = group.fit_alone(samples.where(folds != fold), noise=group.noise).parameters
            families: dict[str, list[Sample]] = defaultdict(list)
            for row in samples.where(folds == fold).rows:
                if len(families[row.family]) < PER_FAMILY:
                    families[row.family].append(row)
            for rows in families.values():
                yield from _family(rows, found, group, like)


def _family(
    rows: Sequence[Sample], found: np.ndarray, group: Group, like: DeviceProfile
) -> Iterator[Pair]:
    known = [(latencies(row.amounts, found, group.overlap, like), row) for row in rows]
    for (a, one), (b, other) in islice(combinations(known, 2), PER_FAMILY):
        if one.batch == other.batch and 1 / 3 < a.latency_s / b.latency_s < 3:
            yield pair(a, b, one.latency_s, other.latency_s)


if __name__ == "__main__":
    main()
