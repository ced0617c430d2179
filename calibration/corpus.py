"""Reading the corpus: timings by profile, graphs by name, families, and the paper's tables."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZipFile

SOURCES: Final = {
    "gpu": "pytorch-image-models results/benchmark-infer-*.csv (Apache-2.0)",
    "phone": "github.com/qed-usc/mobile-ml-benchmark (MIT)",
    "arm": "ncnn benchmark/README.md (BSD-3-Clause)",
    "paper": "Ma et al., ShuffleNet V2, ECCV 2018, arXiv 1807.11164, Tables 1 to 4",
}
LOST_FROM: Final = {"station-m3-ncnn-vulkan": 2897}
"""Line of the source from which a profile's GPU was lost. The Mali-G610 does half a tera
multiply-accumulate a second at most; from there on VGG-16 takes 0.56 ms, which is 28.
https://developer.arm.com/Processors/Mali-G610"""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """One measured network."""

    graph: str
    family: str
    batch: int
    latency_s: float


@dataclass(frozen=True, kw_only=True)
class Device:
    """A profile to be: its facts and its timings. `chip` is its identity."""

    name: str
    group: str
    chip: str
    hardware: str
    runtime: str
    layout: str
    threads: int
    source: str
    timings: tuple[Timing, ...]


def graph_files(corpus: Path, part: str) -> Mapping[str, bytes]:
    """The graphs of `part` (gpu, phone, arm) by name."""
    with ZipFile(corpus / f"{part}-graphs.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def devices(corpus: Path) -> list[Device]:
    """Every profile that the timings files name."""
    return [*_gpus(corpus), *_phones(corpus), *_boards(corpus)]


def csv_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file."""
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def kernel_rows(corpus: Path, file: str) -> Iterator[dict[str, str]]:
    """The rows of a file of kernel-timings.zip."""
    with ZipFile(corpus / "kernel-timings.zip") as archive:
        yield from csv.DictReader(io.StringIO(archive.read(file).decode()))


def _by(path: Path, key: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in csv_rows(path):
        found[row[key]].append(row)
    return found


def _gpus(corpus: Path) -> Iterator[Device]:
    families = {r["graph"]: r["family"] for r in csv_rows(corpus / "gpu-graphs.csv")}
    for name, rows in _by(corpus / "gpu-timings.csv", "device").items():
        first = rows[0]
        kind = "gpu-compiled" if name.endswith("compiled") else "gpu-eager"
        yield Device(
            name=name,
            group="x86" if name.startswith("i7") else kind,
            chip=name.split("-")[0],
            hardware=first["hardware"],
            runtime=first["runtime"],
            layout=first["layout"],
            threads=0,
            source=SOURCES["gpu"],
            timings=tuple(_timing(row, families[row["graph"]]) for row in rows),
        )


def _timing(row: Mapping[str, str], family: str) -> Timing:
    return Timing(
        graph=row["graph"],
        family=family,
        batch=int(row.get("batch", 1)),
        latency_s=float(row["latency_s"]),
    )


def phone_family(graph: str) -> str:
    """`mobilenetv3` of `mobilenetv3_large_w1.onnx`; variants b and bc are the same family."""
    found = re.match(r"([a-z]+?)(v\d)?(bc|b)?(?=[\d_.])", graph)
    return f"{found[1]}{found[2] or ''}" if found else graph


def _phones(corpus: Path) -> Iterator[Device]:
    for name, rows in _by(corpus / "phone-timings.csv", "profile").items():
        first = rows[0]
        library = "tflite" if "-tflite-" in name else "torch"
        yield Device(
            name=name,
            group=f"{library}-{'gpu' if name.endswith('gpu') else 'cpu'}",
            chip=first["device"],
            hardware=f"{first['hardware']}, {first['unit']}",
            runtime=first["runtime"],
            layout="nhwc" if library == "tflite" else "nchw",
            threads=sum(map(int, re.findall(r"(\d)(?=large|med|small)", first["unit"]))),
            source=SOURCES["phone"],
            timings=tuple(_timing(row, phone_family(row["graph"])) for row in rows),
        )


def _boards(corpus: Path) -> Iterator[Device]:
    for name, rows in _by(corpus / "arm-timings.csv", "profile").items():
        last = max(int(r["run"]) for r in rows)
        kept = [r for r in rows if int(r["run"]) == last]
        first = kept[0]
        yield Device(
            name=name,
            group="ncnn-vulkan" if "vulkan" in name else "ncnn-cpu",
            chip=chip_of(first["device"], first["device_description"]),
            hardware=first["device_description"],
            runtime="ncnn",
            layout="nchw",
            threads=int(first["threads"] or 0) if "vulkan" not in name else 0,
            source=SOURCES["arm"],
            timings=_last_timings([r for r in kept if not _is_lost(r)]),
        )


def _last_timings(rows: list[dict[str, str]]) -> tuple[Timing, ...]:
    """One timing for each network; the minimum where the maximum is over twice that.

    Where a run holds two tables the later one counts: on the RTX 3090 the earlier is of another
    version of ncnn and up to four times slower.
    """
    found: dict[str, float] = {}
    for row in rows:
        mean = float(row["latency_s"])
        low, high = float(row["low_s"] or mean), float(row["high_s"] or mean)
        found[row["graph"]] = low if high > 2 * low else mean
    return tuple(
        Timing(graph=graph, family=graph, batch=1, latency_s=latency_s)
        for graph, latency_s in sorted(found.items())
    )


def _is_lost(row: dict[str, str]) -> bool:
    """Whether the GPU had stopped working by then: its kernels return at once, nothing computed."""
    first = LOST_FROM.get(row["profile"])
    return first is not None and int(row["source"].rpartition(":")[2]) >= first


_CHIPS: Final = (
    ("rk3588", "rk3588"), ("rk3566", "rk3566"), ("rk3568", "rk3568"), ("rk3399", "rk3399"),
    ("bcm2837", "bcm2837"), ("bcm2710", "bcm2837"), ("bcm2711", "bcm2711"), ("bcm2712", "bcm2712"),
)  # fmt: skip
_SAME: Final = {
    "station-m3": "rk3588", "station-p2": "rk3568", "station-m2": "rk3566",
    "orangepi4": "rk3399", "orangepi-cm4": "rk3566", "orangepi5": "rk3588",
    "orangepi5-plus": "rk3588", "rk3588-b": "rk3588", "rpi-zero2w": "bcm2837", "rpi3": "bcm2837",
    "rpi5-overclocked": "rpi5",
}  # fmt: skip


def chip_of(device: str, description: str) -> str:
    """What two devices share when they are the same silicon."""
    low = description.lower()
    for mark, chip in _CHIPS:
        if mark in low:
            return chip
    return _SAME.get(device, device)
