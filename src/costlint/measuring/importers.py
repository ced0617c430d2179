"""Timings that other tools wrote, as rows: one function for each tool."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from costlint.costmodel.fitting.timings import Timing, fusion_of, read_timings
from costlint.costmodel.ir.errors import OptionError
from costlint.measuring.kernel_times import read_profile, run_seconds

_BENCHNCNN_LINE: Final = re.compile(
    r"^\s*(?P<graph>[\w.+-]+)\s+min =\s*(?P<min>[\d.]+)\s+max =\s*(?P<max>[\d.]+)"
    r"\s+avg =\s*(?P<avg>[\d.]+)\s*$",
    re.MULTILINE,
)
_BENCHNCNN_SETTING: Final = re.compile(r"^\s*(num_threads|gpu_device) = (-?\d+)", re.MULTILINE)


def timings_from(path: str | Path, *, batch: int = 1, fusion: str = "") -> tuple[Timing, ...]:
    """The rows of a timings file, or of what another tool wrote, told apart by their content.

    `batch` is for files that time one model without saying it; the graph is called as such a file
    is. `fusion` is as in `read_timings`.

    Raises:
        OptionError: see `read_timings` and the importers.
    """
    try:
        head = Path(path).read_bytes()[:4096].decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    except OSError as error:
        raise OptionError(f"cannot read {str(path)!r}: {error.strerror}") from error
    name = f"{Path(path).stem}.onnx"
    if head.startswith("["):
        if '"computeMs"' in head or '"startComputeMs"' in head:
            return (from_trtexec(path, name, batch=batch),)
        return (from_onnxruntime(path, name, batch=batch),)
    if _BENCHNCNN_LINE.search(head) is not None:
        return from_benchncnn(path)
    return read_timings(path, fusion=fusion)


def from_onnxruntime(path: str | Path, graph: str, *, batch: int = 1) -> Timing:
    """The median run of an onnxruntime profile (`enable_profiling`), without the first, cold one.

    Raises:
        OptionError: the file is no such profile, or holds no run.
    """
    runs = run_seconds(read_profile(path))
    if not runs:
        facts = ("it has no event `model_run`",)
        raise OptionError(f"{str(path)!r} holds no run of a model", facts=facts)
    return _timing(
        runs[1:] or runs, graph, batch, runtime="onnxruntime", source="onnxruntime profile"
    )


def from_trtexec(path: str | Path, graph: str, *, batch: int = 1) -> Timing:
    """The median run of `trtexec --exportTimes=FILE`: GPU compute time, without the transfers.

    Raises:
        OptionError: the file is no such list of runs.
    """
    try:
        runs = json.loads(Path(path).read_text(encoding="utf-8"))
        seconds = [_compute_s(run) for run in runs]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OptionError(
            f"cannot read {str(path)!r} as trtexec's timings",
            facts=(f"{type(error).__name__}: {error}",),
            fix="trtexec --onnx=MODEL --exportTimes=times.json",
        ) from error
    if not seconds:
        raise OptionError(f"{str(path)!r} holds no run")
    return _timing(seconds, graph, batch, runtime="tensorrt", source="trtexec")


def _compute_s(run: Mapping[str, Any]) -> float:
    """Seconds on the GPU; older versions give only when it began and ended."""
    if "computeMs" in run:
        return float(run["computeMs"]) * 1e-3
    return (float(run["endComputeMs"]) - float(run["startComputeMs"])) * 1e-3


def from_benchncnn(path: str | Path) -> tuple[Timing, ...]:
    """The table that ncnn's `benchncnn` prints: `squeezenet min = 3.12 max = 3.30 avg = 3.18`.

    A graph is called NAME.onnx; `latency_s` is the average, `low_s` and `high_s` are min and max.

    Raises:
        OptionError: the file cannot be read or has no such line.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise OptionError(f"cannot read {str(path)!r}: {error.strerror}") from error
    found = list(_BENCHNCNN_LINE.finditer(text))
    if not found:
        facts = ("its lines are `NAME min = MS max = MS avg = MS`",)
        raise OptionError(f"{str(path)!r} is no output of benchncnn", facts=facts)
    settings = dict(_BENCHNCNN_SETTING.findall(text))
    on_gpu = int(settings.get("gpu_device", -1)) >= 0
    threads = int(settings["num_threads"]) if "num_threads" in settings and not on_gpu else None
    runtime = "ncnn-vulkan" if on_gpu else "ncnn"
    return tuple(
        Timing(
            graph=f"{line['graph']}.onnx",
            batch=1,
            latency_s=float(line["avg"]) * 1e-3,
            low_s=float(line["min"]) * 1e-3,
            high_s=float(line["max"]) * 1e-3,
            threads=threads,
            runtime=runtime,
            fusion=fusion_of(runtime),
            source="benchncnn",
        )
        for line in found
    )


def _timing(
    seconds: Sequence[float], graph: str, batch: int, *, runtime: str, source: str
) -> Timing:
    """A row of the median of `seconds` and their range."""
    return Timing(
        latency_s=statistics.median(seconds),
        low_s=min(seconds),
        high_s=max(seconds),
        graph=graph,
        batch=batch,
        runtime=runtime,
        fusion=fusion_of(runtime),
        source=source,
    )
