"""Per-kernel times from the profile that onnxruntime writes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from costlint.costmodel.ir.errors import OptionError

_ENDING: Final = "_kernel_time"


def read_profile(path: str | Path) -> list[Mapping[str, Any]]:
    """The events of an onnxruntime profile.

    Raises:
        OptionError: the file cannot be read, or is no such profile.
    """
    try:
        events = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OptionError(f"cannot read the profile {str(path)!r}", facts=(str(error),)) from error
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        facts = ("it is no list of events",)
        raise OptionError(f"{str(path)!r} is no onnxruntime profile", facts=facts)
    return events


def kernel_seconds(events: list[Mapping[str, Any]], *, skip: int = 0) -> dict[str, float]:
    """The seconds of each kernel by its node's name, without the first `skip` runs.

    They are the lower quartile of the runs: what disturbs a kernel only adds.

    A kernel is an event of category `Node` whose name ends in `_kernel_time`, in microseconds;
    https://onnxruntime.ai/docs/performance/tune-performance/profiling-tools.html.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for event in events:
        name = str(event.get("name", ""))
        if event.get("cat") == "Node" and name.endswith(_ENDING):
            found[name.removesuffix(_ENDING)].append(float(event["dur"]) * 1e-6)
    kept = {name: sorted(times[skip:] or times) for name, times in found.items()}
    return {name: times[len(times) // 4] for name, times in kept.items()}


def run_seconds(events: list[Mapping[str, Any]]) -> list[float]:
    """The seconds of each run of the whole model."""
    return [
        float(event["dur"]) * 1e-6
        for event in events
        if event.get("cat") == "Session" and event.get("name") == "model_run"
    ]
