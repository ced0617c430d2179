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

from calibration.corpus import graph_files
from calibration.groups import GROUPS, Group
from costlint.costmodel.count import Counts, count
from costlint.costmodel.fusion import fusion_rules
from costlint.costmodel.latency.combine import matrix
from costlint.costmodel.latency.featurize import featurize
from costlint.costmodel.latency.interval import widest
from costlint.costmodel.latency.terms import INDEX

CODE: Final = ("kernels.py", "wiring.py", "fusion.py", "memory_order.py")
SPILL: Final = INDEX["spill"]
PART_OF: Final = {
    "gpu-eager": "gpu", "gpu-compiled": "gpu", "x86": "gpu", "tflite-cpu": "phone",
    "tflite-gpu": "phone", "torch-cpu": "phone", "torch-gpu": "phone", "ncnn-cpu": "arm",
    "ncnn-vulkan": "arm",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A network's amounts are `fixed + batch * each`, exactly, spilled bytes with no cache."""

    fixed: np.ndarray
    each: np.ndarray
    macs: int
    bytes_accessed: int
    width: int

    def at(self, batch: int, cache_bytes: int) -> np.ndarray:
        """Amounts of the kernels at a batch size, with a cache of `cache_bytes`."""
        amounts: np.ndarray = self.fixed + batch * self.each
        amounts[:, SPILL] = np.maximum(amounts[:, SPILL] - cache_bytes, 0.0)
        return amounts


def all_amounts(corpus: Path, cache: Path) -> Mapping[str, Mapping[str, Graph]]:
    """By group, then by graph or graph@layout. Made anew when the code or the groups changed."""
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
    jobs = [(name, data, groups, part) for name, data in graph_files(corpus, part).items()]
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(_graph, jobs, chunksize=8))
    return {g.name: {k: v for name, row in rows for k, v in row[g.name].items()} for g in groups}


def _version(groups: list[Group]) -> str:
    """Changes with the code that counts amounts, not with its layout."""
    costmodel = Path(__file__).parents[1] / "costmodel"
    files = [*map(costmodel.joinpath, CODE), *sorted((costmodel / "latency").glob("*.py"))]
    texts = [ast.dump(ast.parse(f.read_text(encoding="utf-8"))) for f in files]
    texts += [f.read_text("utf-8") for f in sorted((costmodel / "runtimes").glob("*.toml"))]
    texts += [repr((g.fusion, g.by_layout, replace(g.settings, cache_bytes=0))) for g in groups]
    return hashlib.sha256("".join(texts).encode()).hexdigest()[:12]


def _graph(job: tuple[str, bytes, list[Group], str]) -> tuple[str, dict[str, dict[str, Graph]]]:
    name, data, groups, part = job
    # Two and three images: with one, a dimension of one hides what a reshape merges.
    images = (2, 3) if part == "gpu" else (1, 1)
    one, more = (count(data, batch=n) for n in images)
    return name, {
        group.name: {
            f"{name}{suffix}": _amounts(fusion, group, one, more, images)
            for suffix, fusion in {
                "": group.fusion, **{f"@{k}": v for k, v in group.by_layout.items()}
            }.items()
        }
        for group in groups
    }  # fmt: skip


def _amounts(
    fusion: str, group: Group, one: Counts, more: Counts, images: tuple[int, int]
) -> Graph:
    rules = fusion_rules(fusion)
    settings = replace(group.settings, cache_bytes=0)
    first = matrix(featurize(one, rules, settings).amounts)
    each = first * 0.0
    if images[1] > images[0]:
        each = matrix(featurize(more, rules, settings).amounts) - first
    return Graph(
        fixed=first - images[0] * each if images[1] > images[0] else first,
        each=each,
        macs=one.macs // images[0],
        bytes_accessed=one.bytes_accessed
        - (images[0] - 1) * (more.bytes_accessed - one.bytes_accessed),
        width=widest(one),
    )
