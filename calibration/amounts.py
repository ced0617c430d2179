"""Amounts of every corpus graph by rule set, made once and kept in a cache file."""

from __future__ import annotations

import ast
import hashlib
import pickle
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from calibration.corpus import devices, graph_files
from calibration.groups import GROUPS, Group, RuleSettings
from costlint.costmodel.count import count
from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices.terms import INDEX
from costlint.costmodel.latency.interval import widest

ROOMS: Final = ("counts", "formulas", "latency", "runtimes")
"""The folders of `costmodel/` whose code counts amounts."""
SPILL: Final = INDEX["spill"]
PART_OF: Final = {
    "gpu-eager": "gpu", "gpu-compiled": "gpu", "x86": "gpu", "tflite-cpu": "phone",
    "tflite-gpu": "phone", "torch-cpu": "phone", "torch-gpu": "phone", "ncnn-cpu": "arm",
    "ncnn-vulkan": "arm",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A network's amounts are `fixed + batch * each`, exactly, spilled bytes with no cache.

    Both by the rule set and the settings of the devices that timed it.
    """

    fixed: Mapping[RuleSettings, np.ndarray]
    each: Mapping[RuleSettings, np.ndarray]
    macs: int
    bytes_accessed: int
    width: int

    def at(self, batch: int, settings: RuleSettings) -> np.ndarray:
        """Amounts of the kernels at a batch size, on a device of such rules and settings."""
        key = _without_cache(settings)
        amounts: np.ndarray = self.fixed[key] + batch * self.each[key]
        amounts[:, SPILL] = np.maximum(amounts[:, SPILL] - settings.settings.cache_bytes, 0.0)
        return amounts


def _without_cache(settings: RuleSettings) -> RuleSettings:
    return settings._replace(settings=replace(settings.settings, cache_bytes=0))


def all_amounts(corpus: Path, cache: Path) -> Mapping[str, Mapping[str, Graph]]:
    """By group, then by graph. Made anew when the code or the groups changed."""
    made: dict[str, dict[str, Graph]] = {}
    for part in ("arm", "phone", "gpu"):
        groups = [g for g in GROUPS.values() if PART_OF.get(g.name) == part]
        file = cache / f"amounts-{part}-{_version(groups)}.pickle"
        if not file.exists():
            cache.mkdir(parents=True, exist_ok=True)
            file.write_bytes(pickle.dumps(amounts_of(corpus, part, groups)))
        made |= pickle.loads(file.read_bytes())
    return made


def amounts_of(corpus: Path, part: str, groups: list[Group]) -> dict[str, dict[str, Graph]]:
    """Count the graphs of `part` for `groups`, on two cores."""
    wanted = {g.name: _settings_of(g, corpus) for g in groups}
    jobs = [(name, data, wanted, part) for name, data in graph_files(corpus, part).items()]
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(_graph, jobs, chunksize=8))
    return {g.name: {name: row[g.name] for name, row in rows} for g in groups}


def _version(groups: list[Group]) -> str:
    """Changes with the code that counts amounts, not with its layout."""
    costmodel = Path(__file__).parents[1] / "costmodel"
    files = [costmodel / "devices" / "settings.py"]
    files += [file for room in ROOMS for file in sorted((costmodel / room).rglob("*.py"))]
    texts = [ast.dump(ast.parse(f.read_text(encoding="utf-8"))) for f in files]
    texts += [f.read_text("utf-8") for f in sorted((costmodel / "runtimes").glob("*.toml"))]
    texts += [
        repr((g.fusion, g.by_layout, g.by_chip, replace(g.settings, cache_bytes=0))) for g in groups
    ]
    return hashlib.sha256("".join(texts).encode()).hexdigest()[:12]


def _settings_of(group: Group, corpus: Path) -> list[RuleSettings]:
    """The distinct rule sets and settings of the group's devices, without caches."""
    found = [group.settings_of(d) for d in devices(corpus) if d.group == group.name]
    return sorted(set(map(_without_cache, found)), key=repr)


def _graph(
    job: tuple[str, bytes, Mapping[str, list[RuleSettings]], str],
) -> tuple[str, dict[str, Graph]]:
    name, data, wanted, part = job
    # Two and three images: with one, a dimension of one hides what a reshape merges.
    images = (2, 3) if part == "gpu" else (1, 1)
    some, more = (count(data, batch=n) for n in images)
    return name, {group: _amounts(each, some, more, images) for group, each in wanted.items()}


def _amounts(
    wanted: list[RuleSettings], some: Counts, more: Counts, images: tuple[int, int]
) -> Graph:
    fixed, each = {}, {}
    for settings in wanted:
        first = settings.amounts(some)
        each[settings] = settings.amounts(more) - first if images[1] > images[0] else first * 0.0
        fixed[settings] = first - images[0] * each[settings]
    grown = more.bytes_accessed - some.bytes_accessed
    return Graph(
        fixed=fixed,
        each=each,
        macs=some.macs // images[0],
        bytes_accessed=some.bytes_accessed - (images[0] - 1) * grown,
        width=widest(some),
    )
