"""With several devices, what no device changes is done once."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from costlint.analyzers.blocks import find_blocks
from costlint.costmodel.channels import channels_of
from costlint.costmodel.count import count
from costlint.costmodel.counts.liveness import liveness
from costlint.costmodel.counts.op_cost import costed_ops
from costlint.costmodel.counts.parameters import parameter_counts
from costlint.costmodel.estimate import estimate_on
from costlint.costmodel.inference.infer import infer
from costlint.costmodel.ir.digest import sha256
from costlint.costmodel.runtimes.kernels import kernels
from costlint.many.work import Done, Task, work
from costlint.reports.build import model_report
from costlint.settings.options import Options
from tests.cli.conftest import Costlint
from tests.device import toy_device

ONCE = (infer, count, liveness, parameter_counts, channels_of, find_blocks, model_report, sha256)
DEVICES = (
    toy_device("a"),
    replace(toy_device("b"), lanes_out=4),
    replace(toy_device("c"), fusion="onnxruntime"),
)


def calls(run: Callable[[], Any], functions: tuple[Callable[..., Any], ...]) -> Mapping[str, int]:
    """How often each of `functions` is called, whoever calls it."""
    codes = {function.__code__: function.__name__ for function in functions}
    found = Counter(dict.fromkeys(codes.values(), 0))

    def seen(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in codes:
            found[codes[frame.f_code]] += 1

    sys.setprofile(seen)
    try:
        run()
    finally:
        sys.setprofile(None)
    return found


def test_a_run_finds_once_what_no_device_changes(costlint: Costlint, wasteful: Path) -> None:
    for device in DEVICES:
        device.save(f"{device.name}.toml")
    named = [part for device in DEVICES for part in ("-d", f"{device.name}.toml")]
    found = calls(lambda: costlint(wasteful, *named, "-f", "json", "-o", "out.json"), ONCE)
    assert found == dict.fromkeys([one.__name__ for one in ONCE], 1)


def test_a_worker_finds_once_what_no_device_changes(wasteful: Path) -> None:
    task = Task(index=0, path=str(wasteful), devices=DEVICES, options=Options(), hashed=True)
    done: list[Done] = []
    found = calls(lambda: done.append(work(task)), ONCE)
    assert found == dict.fromkeys([one.__name__ for one in ONCE], 1)
    assert [record["device"]["name"] for record in done[0].records] == ["a", "b", "c"]


@pytest.mark.parametrize(("devices", "rule_sets"), [(DEVICES[:2], 1), (DEVICES, 2)])
def test_kernels_are_made_once_for_each_rule_set(wasteful: Path, devices, rule_sets) -> None:
    counts = count(str(wasteful))
    found = calls(lambda: list(estimate_on(counts, devices)), (kernels, costed_ops))
    assert found == {"kernels": rule_sets, "costed_ops": 0}
