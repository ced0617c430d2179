"""Everything a user can do with one model, in this process: what is neither done nor refused is
a find.

A find is a line: the stage, what was raised, and where. A `CostlintError` is no find.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import costlint
from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import CostlintError
from costlint.costmodel.load import load
from costlint.details import details
from costlint.explain_kernel import kernel_page
from costlint.finish import rule_rows
from costlint.pipeline import entries
from costlint.reports import RENDERERS, render
from costlint.reports.report import ModelReport, Report
from costlint.reports.terminal.full import render as render_full
from costlint.reports.terminal.screen import Look
from costlint.settings.options import Options

LOOK = Look(width=72, color=True, per_op=True, statistics=True, show_fused=True)


@cache
def one_of_each() -> tuple[Any, ...]:
    """A profile of each rule set that a device has."""
    found: dict[str, Any] = {}
    for row in costlint.devices():
        profile = costlint.device(row.name)
        found.setdefault(profile.fusion, profile)
    return tuple(found.values())


class Finds(list[str]):
    """What went wrong with one model, and how far it came."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.refused: dict[str, str] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Run a stage: warnings are errors, and nothing may be written to stderr."""
        said: list[str] = []
        try:
            with warnings.catch_warnings(), _silence(said):
                warnings.simplefilter("error")
                yield
            self.done.append(name)
        except CostlintError as error:
            self.refused[name] = str(error)
            if not str(error).strip() or len(str(error)) > 20_000:
                self.append(f"{name}: a message of {len(str(error))} characters")
        except Exception as error:  # noqa: BLE001 - finding these is the purpose
            self.append(f"{name}: {described(error)}")
        if said and said[0]:
            self.append(f"{name}: stderr has {said[0][:100]!r}")


@contextmanager
def _silence(said: list[str]) -> Iterator[None]:
    """Keep what is written to stderr, by Python or by a library in C++."""
    old, stream = os.dup(2), sys.stderr
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        sys.stderr = StringIO()
        try:
            yield
        finally:
            text = sys.stderr.getvalue()
            sys.stderr = stream
            os.dup2(old, 2)
            os.close(old)
            file.seek(0)
            said.append(text + file.read().decode("utf-8", "replace"))


def described(error: BaseException) -> str:
    """`ErrorType: text at file:line` of the innermost frame of ours."""
    where, trace = "?", error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if "site-packages" not in path.parts and path.parent.name != "generated":
            where = f"{path.parent.name}/{path.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:90]} at {where}"


def run(path: Path, shapes: dict[str, Any] | None = None, *, seed: int = 0) -> Finds:
    """Every stage on the model at `path`. `seed` picks the device of what needs only one.

    `shapes` bind what is open; where they are None, each open size is 4.
    """
    found = Finds()
    model = str(path)
    with found.stage("first contact"):
        count(model)
    with found.stage("count"):
        shapes = sizes(model) if shapes is None else shapes
        check_counts(count(model, shapes=shapes))
    with found.stage("symbolic"):
        counts = count(model, symbolic=True)
        check_formats(model_entry_of(counts), found, "symbolic")
    shapes = shapes or {}
    made = on_devices(model, shapes, found)
    with found.stage("formats"):
        if made:
            check_formats(made[seed % len(made)], found, "formats")
    with found.stage("explain"):
        rows = [row for entry in made[:1] for kernel in entry.kernels for row in kernel.ops]
        for row in rows[seed % len(rows) :: 7][:2] if rows else ():
            kernel_page(model, row, made[0].device.name, shapes=shapes)  # type: ignore[union-attr]
    with found.stage("compare"):
        both = costlint.compare(model, model, device=_device(seed), shapes=shapes)
        check_compared(both)
    with found.stage("fix"):
        output = str(path.with_name("fixed.onnx"))
        costlint.fix(model, output, device=_device(seed), shapes=shapes)
        count(output, shapes=shapes)
    design(model, shapes, seed, found)
    return found


def _device(seed: int) -> Any:
    return one_of_each()[seed % len(one_of_each())]


def sizes(model: str) -> dict[str, Any]:
    """A size for each open dimension, where the model cannot be counted without."""
    try:
        count(model)
    except costlint.UnboundDimensionError:
        graph = load(model)
        return {s: 4 for s in graph.symbols if s not in graph.batch_symbols}
    return {}


def model_entry_of(counts: Any) -> ModelReport:
    from costlint.reports.build import model_report

    return model_report(counts)


def on_devices(model: str, shapes: Mapping[str, Any], found: Finds) -> list[ModelReport]:
    """The entry on each device; a device that fails does not hide the others."""
    made: list[ModelReport] = []
    options = Options(shapes=shapes)
    graph = None
    with found.stage("load"):
        graph = costlint.count(model, shapes=shapes).graph
    for profile in one_of_each() if graph is not None else ():
        with found.stage(f"check on {profile.fusion}"):
            (entry,) = entries(graph, [profile], options)
            check_latency(entry)
            made.append(entry)
    return made


def design(model: str, shapes: Mapping[str, Any], seed: int, found: Finds) -> None:
    """The design space: at today's sizes the three ways agree, and a search ends."""
    with found.stage("parametrize"):
        space = costlint.parametrize(load(model, shapes=shapes))
        table = space.compile(_device(seed))({})
        bound = space.bind({})
        check_number(float(table.latency_s[0]), "latency")
        macs = costlint.count(bound).macs
        assert int(table.macs[0]) == macs, f"arrays count {int(table.macs[0])} macs, bind {macs}"
        space.sample(3, seed=seed)
    with found.stage("model"):
        costlint.parametrize(load(model, shapes=shapes)).model({})
    with found.stage("optimize"):
        output = str(Path(model).with_name("optimized.onnx"))
        costlint.optimize(model, _device(seed), output=output, time_limit_s=0.2, shapes=shapes)
        count(output)


def check_counts(counts: Any) -> None:
    for name in ("macs", "flop", "bytes_accessed", "parameters", "peak_activation_bytes"):
        value = getattr(counts, name)
        assert type(value) is int, f"{name} is {value!r} of {type(value).__name__}"
        assert value >= 0, f"{name} is {value}"
    assert 0 <= counts.coverage <= 1, f"coverage is {counts.coverage}"


def check_number(value: float, what: str) -> None:
    assert math.isfinite(value), f"{what} is {value}"
    assert value >= 0, f"{what} is {value}"


def check_latency(entry: ModelReport) -> None:
    totals = entry.totals
    low, middle, high = totals.latency_low_s, totals.latency_s, totals.latency_high_s
    assert low is not None and middle is not None and high is not None  # noqa: PT018 - for mypy
    for name, value in (("low", low), ("latency", middle), ("high", high)):
        check_number(value, name)
    assert low <= middle <= high, f"interval {low} {middle} {high}"
    for kernel in entry.kernels:
        check_number(kernel.latency_s, f"latency of {kernel.id}")


def check_formats(entry: ModelReport, found: Finds, stage: str) -> None:
    """Every format shows the model; what is JSON is strict JSON."""
    report = Report(tool_version="0", models=(entry,), rules=rule_rows((entry,)))
    for name in RENDERERS:
        with found.stage(f"{stage}: {name}"):
            parse(name, render(report, name))
    with found.stage(f"{stage}: per layer"):
        _utf8(render_full(report, LOOK))
    with found.stage(f"{stage}: -vv"):
        list(details(entry, {}, 2))


def check_compared(report: Report) -> None:
    for name in RENDERERS:
        parse(name, render(report, name))


def parse(name: str, text: str) -> None:
    if name in ("json", "sarif", "gitlab"):
        json.loads(text, parse_constant=_refuse_constant)
    if name == "json-lines":
        for line in text.splitlines():
            json.loads(line, parse_constant=_refuse_constant)
    if name == "junit":
        from xml.etree import ElementTree as ET

        ET.fromstring(text)  # noqa: S314 - our own output
    _utf8(text)


def _utf8(text: str) -> None:
    text.encode("utf-8", "backslashreplace")


def _refuse_constant(word: str) -> Callable[..., Any]:
    raise ValueError(f"{word} is no JSON")
