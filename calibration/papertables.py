"""Tables 1 to 4 of the paper: the two platforms' profiles, and how well they are met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from calibration.corpus import SOURCES, Device, Timing
from calibration.groups import GROUPS, Group
from calibration.heldout import predictions_of
from calibration.paper import Cell, cells
from calibration.profiles import make_profile
from calibration.support import OF_KERNELS
from costlint.costmodel.count import count
from costlint.costmodel.devices.profile import DeviceProfile
from costlint.costmodel.devices.terms import INDEX
from costlint.costmodel.fitting.fit import Fitted, Prior, predict
from costlint.costmodel.fitting.heldout import HeldOut
from costlint.costmodel.fitting.prior import vague_prior
from costlint.costmodel.fitting.samples import Sample, Samples
from costlint.costmodel.latency.interval import widest

PLATFORMS: Final = {"gtx1080ti-cudnn7": "paper-gpu", "snapdragon810-neon-1t": "paper-arm"}
HARDWARE: Final = {
    "gtx1080ti-cudnn7": ("NVIDIA GeForce GTX 1080 Ti", "cuDNN 7.0", 11_811_160_064),
    "snapdragon810-neon-1t": ("Snapdragon 810, Cortex-A57 2.0 GHz", "hand-tuned NEON", None),
}
CLOSE: Final = 1.03
"""Pairs of rows closer than this say nothing about order."""


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One platform fitted to its tables, and with each table left out."""

    name: str
    group: Group
    cells: tuple[Cell, ...]
    samples: Samples
    fitted: Fitted
    in_sample_s: np.ndarray
    left_out: HeldOut


def platform(corpus: Path, name: str, known: Mapping[str, np.ndarray]) -> Platform:
    """Fit a platform. `known` are other devices' parameters, for terms that no table has."""
    group = GROUPS[PLATFORMS[name]]
    found = tuple(cells(corpus, name))
    samples = samples_of_cells(found, group)
    prior = _prior(group, samples, known)
    fitted = group.fit_from_smooth(samples, prior)
    tables = np.unique(samples.families, return_inverse=True)[1]
    without = {
        table: group.fit_from_smooth(samples.where(tables != table), prior)
        for table in np.unique(tables)
    }
    return Platform(
        name=name,
        group=group,
        cells=found,
        samples=samples,
        fitted=fitted,
        in_sample_s=predict(samples, fitted.parameters, group.overlap),
        left_out=predictions_of(samples, tables, without, group),
    )


def samples_of_cells(found: Sequence[Cell], group: Group) -> Samples:
    """Each cell with the amounts of its network."""
    return Samples(
        rows=tuple(
            Sample(
                network=cell.name,
                family=cell.table,
                amounts=group.settings_of_chip().amounts(counts),
                latency_s=cell.latency_s,
                macs=counts.macs,
                width=widest(counts),
            )
            for cell in found
            for counts in (count(cell.graph),)
        )
    )


def _prior(group: Group, samples: Samples, known: Mapping[str, np.ndarray]) -> Prior:
    prior = vague_prior(group.mean, ratio_sd=group.ratio_sd, speed_sd=0.5)
    source = known.get(BORROWS[group.name])
    if source is None:
        return prior
    unseen = np.append(samples.stacked[0].sum(axis=0) == 0, False)
    unseen[[INDEX[name] for name in HARDLY_SEEN[group.name]]] = True
    sd = np.full(len(unseen), BORROWED_SD)
    if group.name == "paper-gpu":
        sd[[INDEX[name] for name in OF_KERNELS]] = SAME_SD
    apart = np.where(np.outer(~unseen, ~unseen), prior.covariance, 0.0)
    return Prior(
        mean=np.where(unseen, source, prior.mean),
        covariance=apart + np.diag(np.where(unseen, sd**2, 0.0)),
    )


BORROWS: Final = {"paper-arm": "snapdragon810-ncnn-cpu1-big", "paper-gpu": "gtx1080ti"}
"""The same chip under another library tells the terms that Tables 1 to 4 do not have (depthwise,
pooling): ncnn, and what `support` gathers."""
HARDLY_SEEN: Final = {"paper-arm": ("copy",), "paper-gpu": ("copy", "dense_3x3", "dense_other")}
"""Terms that the tables do not tell apart: their maps are of one size, so that a copy looks like an
overhead, and they have 3x3 convolutions in three sizes that take little of the time."""
BORROWED_SD: Final = 0.4
"""Another library's rate holds to a factor of 1.5 (log scale)."""
SAME_SD: Final = 0.1
"""The same library's, one version earlier on the same chip, to a tenth."""


def pairs(found: Platform) -> tuple[int, int]:
    """(in the measured order, all) pairs of rows in a column of a table."""
    right = total = 0
    for i, j in combinations(range(len(found.cells)), 2):
        ratio = found.samples.latency_s[i] / found.samples.latency_s[j]
        same = found.cells[i].column == found.cells[j].column
        if not same or max(ratio, 1 / ratio) < CLOSE:
            continue
        total += 1
        right += int((ratio > 1) == bool(found.in_sample_s[i] > found.in_sample_s[j]))
    return right, total


def paper_profile(found: Platform) -> DeviceProfile:
    """The profile of a paper platform."""
    hardware, runtime, memory = HARDWARE[found.name]
    device = Device(
        name=found.name, group=found.group.name, chip=found.name, hardware=hardware,
        runtime=runtime, layout="nchw", threads=0 if memory else 1,
        source=SOURCES["paper"],
        timings=tuple(
            Timing(graph=c.name, family=c.table, batch=1, latency_s=c.latency_s)
            for c in found.cells
        ),
    )  # fmt: skip
    return make_profile(
        group=found.group,
        device=device,
        samples=found.samples,
        fitted=found.fitted,
        tested=found.left_out,
        together=[found.left_out],
    )
