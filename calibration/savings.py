"""How right savings are on held-out pairs: python -m calibration.savings CORPUS.

A pair is two networks measured on one device. Rows of the paper's Tables 1 to 4 that it compares
are predicted by a profile fitted without any row of that width; networks of one family by the
shipped profile.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Final
from zipfile import ZipFile

import numpy as np

from calibration.groups import GROUPS
from calibration.paper import cells
from costlint.analyzers.price import TYPICAL_ERROR, difference
from costlint.costmodel.calibration.fit import fit
from costlint.costmodel.calibration.prior import vague_prior
from costlint.costmodel.calibration.samples import Sample, Samples
from costlint.costmodel.count import count
from costlint.costmodel.errors import CostlintError
from costlint.costmodel.estimate import estimate
from costlint.costmodel.fusion import fusion_rules
from costlint.costmodel.latency.combine import matrix, matrix_seconds
from costlint.costmodel.latency.featurize import featurize
from costlint.costmodel.load import load

PAPER: Final = {"gtx1080ti-cudnn7": "paper-gpu", "snapdragon810-neon-1t": "paper-arm"}
FAMILIES: Final = {
    "phone": ("pixel4-tflite-1large", "s10-tflite-1large", "a03s-tflite-1large"),
    "gpu": ("rtx3090-torch2.4-amp-nhwc", "i7-12700h-torch2.4-fp32-compiled"),
}
PER_FAMILY: Final = 12
BIG: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Predicted saving with its interval, and the measured one."""

    saved_s: float
    low_s: float
    high_s: float
    measured_s: float
    share: float


def main() -> None:
    """Print sign and coverage for each source of pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    corpus = parser.parse_args().corpus
    found: list[Pair] = []
    for platform, group in PAPER.items():
        pairs = list(of_tables(corpus, platform, group))
        show(f"Tables 1 to 4, {platform}", pairs)
        found += pairs
    for zip_name, devices in FAMILIES.items():
        for device in devices:
            pairs = list(of_families(corpus, zip_name, device))
            show(f"families, {device}", pairs)
            found += pairs
    show("all", found)


def show(title: str, pairs: list[Pair]) -> None:
    """One line: pairs, sign of those that differ by more than 5 %, coverage."""
    big = [pair for pair in pairs if abs(pair.share) > BIG]
    signs = sum((pair.saved_s > 0) == (pair.measured_s > 0) for pair in big)
    covered = sum(pair.low_s <= pair.measured_s <= pair.high_s for pair in pairs)
    print(
        f"{title}: {len(pairs)} pairs, sign right in {signs / len(big):.1%} of {len(big)}, "
        f"covered {covered / len(pairs):.1%}"
    )


def of_tables(corpus: Path, platform: str, name: str) -> Iterator[Pair]:
    """Rows of one table and width, predicted without that width."""
    group = GROUPS[name]
    rows = list(cells(corpus, platform))
    rules = fusion_rules(group.fusion)
    amounts = [matrix(featurize(count(c.graph), rules, group.settings).amounts) for c in rows]
    samples = Samples(
        rows=tuple(
            Sample(network=c.name, family=c.table, amounts=a, latency_s=c.latency_s)
            for c, a in zip(rows, amounts, strict=True)
        )
    )
    first = vague_prior(group.mean, ratio_sd=group.ratio_sd, speed_sd=0.5)
    widths = np.array([c.name.rpartition(" ")[2] for c in rows])
    for width in sorted(set(widths)):
        rest = samples.where(widths != width)
        found = fit(rest, first, overlap=group.overlap, noise=group.noise, steps=60).parameters
        held = [
            (c, _latencies(a, found, group.overlap))
            for c, a, w in zip(rows, amounts, widths, strict=True)
            if w == width
        ]
        for (one, before), (other, after) in combinations(held, 2):
            if one.table == other.table:
                yield _pair(before, after, one.latency_s, other.latency_s)


def _latencies(amounts: np.ndarray, parameters: np.ndarray, overlap: float) -> SimpleNamespace:
    seconds = matrix_seconds(amounts, np.exp(parameters[:-1]), overlap).latency_s
    kernels = [SimpleNamespace(kernel_class="", latency_s=float(s)) for s in seconds]
    overhead = float(np.exp(parameters[-1]))
    typical = SimpleNamespace(fit=SimpleNamespace(median=TYPICAL_ERROR))
    return SimpleNamespace(
        kernels=kernels, latency_s=overhead + float(seconds.sum()), device=typical
    )


def of_families(corpus: Path, kind: str, device: str) -> Iterator[Pair]:
    """Networks whose names begin alike, at most three times apart."""
    measured: dict[str, tuple[float, int]] = {}
    with (corpus / f"{kind}-timings.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (row.get("profile") or row["device"]) == device:
                measured[row["graph"]] = float(row["latency_s"]), int(row["batch"])
    families = defaultdict(list)
    for name in sorted(measured):
        families[re.split(r"_w|\d", name)[0]].append(name)
    with ZipFile(corpus / f"{kind}-graphs.zip") as archive:
        for names in families.values():
            yield from _family(archive, names[:PER_FAMILY], measured, device)


def _family(
    archive: ZipFile, names: Iterable[str], measured: dict[str, tuple[float, int]], device: str
) -> Iterator[Pair]:
    known = []
    for name in names:
        latency_s, batch = measured[name]
        try:
            found = estimate(load(archive.read(name), batch=batch), device)
        except CostlintError:
            continue
        known.append((found, latency_s, batch))
    for (a, a_s, a_batch), (b, b_s, b_batch) in islice(combinations(known, 2), PER_FAMILY):
        if a_batch == b_batch and 1 / 3 < a.latency_s / b.latency_s < 3:
            yield _pair(a, b, a_s, b_s)


def _pair(before: object, after: object, before_s: float, after_s: float) -> Pair:
    found = difference(before, after)  # type: ignore[arg-type] # only kernels and latency are read
    return Pair(
        saved_s=found.saved_s,
        low_s=found.low_s,
        high_s=found.high_s,
        measured_s=before_s - after_s,
        share=(before_s - after_s) / before_s,
    )


if __name__ == "__main__":
    main()
