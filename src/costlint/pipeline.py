"""From a model to its report: what the command line and `costlint.check` both call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from costlint._version import __version__
from costlint.costmodel.count import count
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.reader import Model
from costlint.reports.build import estimated_report, model_report
from costlint.reports.report import ModelReport, Report

if TYPE_CHECKING:
    from costlint.analyzers.finding import Finding, Saving
    from costlint.analyzers.suppress import Ignore
    from costlint.costmodel.devices import Device


def check(  # noqa: PLR0913 - what a run can be told
    model: Model | OpGraph,
    *,
    device: Device | None = None,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    strict: bool = False,
    select: Iterable[str] = ("G",),
    ignore: Iterable[str] = (),
) -> Report:
    """Predict one model on `device` (the default one if None) and find what is wasteful in it.

    `select` and `ignore` are prefixes of rules. The report holds one model: `.findings`,
    `.estimate`, `.to_dict()`.

    Raises:
        CostlintError: the model cannot be read or counted, or no such device or rule is known.
    """
    from costlint.costmodel.devices import DEFAULT_DEVICE

    models = checked_on(
        model,
        (DEFAULT_DEVICE if device is None else device,),
        shapes=shapes,
        batch=batch,
        strict=strict,
        select=select,
        ignore=ignore,
    )
    return Report(tool_version=__version__, models=tuple(models))


def compare(  # noqa: PLR0913 - what a run can be told
    before: Model | OpGraph,
    after: Model | OpGraph,
    *,
    device: Device | None = None,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    select: Iterable[str] = ("G",),
    ignore: Iterable[str] = (),
) -> Report:
    """Set the model `after` against `before`, both on `device`.

    `.change` is what that saves, with its interval (negative where it costs), `.models` are both
    in the order given; `costlint.render(report, "full")` shows classes, ops and findings.

    Raises:
        CostlintError: a model cannot be read or counted, or no such device or rule is known.
    """
    from costlint.costmodel.devices import DEFAULT_DEVICE

    first, second = (
        entry
        for model in (before, after)
        for entry in checked_on(
            model,
            (DEFAULT_DEVICE if device is None else device,),
            shapes=shapes,
            batch=batch,
            select=select,
            ignore=ignore,
        )
    )
    return Report(
        tool_version=__version__,
        models=(first, second),
        compared=True,
        change=change_between(first, second),
    )


def change_between(before: ModelReport, after: ModelReport) -> Saving | None:
    """What the second model saves; None where nothing was predicted.

    The interval is narrower than two predictions apart: errors that both share cancel.
    """
    from costlint.analyzers.price import difference

    if before.estimate is None or after.estimate is None:
        return None
    return difference(before.estimate, after.estimate)


def counted(
    model: Model | OpGraph,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    strict: bool = False,
    symbolic: bool = False,
) -> ModelReport:
    """The entry of a model that is counted only: no device, no findings."""
    return model_report(count(model, shapes=shapes, batch=batch, strict=strict, symbolic=symbolic))


def checked_on(  # noqa: PLR0913 - what a run can be told
    model: Model | OpGraph,
    devices: Iterable[Device],
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    strict: bool = False,
    select: Iterable[str] = ("G",),
    ignore: Iterable[str] = (),
    ignores: Sequence[Ignore] = (),
    severity: Mapping[str, float] | None = None,
    min_savings: tuple[float, float] = (0.0, 0.0),
    hashed: bool = True,
) -> Iterator[ModelReport]:
    """The entry of one model on each device, with its findings; what no device changes once.

    `severity` holds other limits than the usual, `min_savings` (seconds, share) drops what saves
    less. `hashed` makes the file's SHA-256.
    """
    from costlint.analyzers.analyze import analyze
    from costlint.analyzers.structure import Structure
    from costlint.estimating import estimate_on

    counts = count(model, shapes=shapes, batch=batch, strict=strict)
    estimates = estimate_on(counts, devices)
    entry, structure = model_report(counts, hashed=hashed), Structure(counts=counts)
    path = counts.graph.path or ""
    for predicted in estimates:
        analysis = analyze(
            predicted,
            select=tuple(select),
            ignore=tuple(ignore),
            ignores=[one for one in ignores if one.is_about(path)],
            structure=structure,
        )
        findings = [_with_severity(f, severity or {}) for f in analysis.findings]
        least_s = max(min_savings[0], min_savings[1] * predicted.latency_s)
        kept = tuple(f for f in findings if f.saving is None or f.saved_s >= least_s)
        yield estimated_report(predicted, replace(analysis, findings=kept), counted=entry)


def _with_severity(finding: Finding, limits: Mapping[str, float]) -> Finding:
    if not limits:
        return finding
    from costlint.analyzers.price import severity

    return replace(finding, severity=severity(finding.saving, limits))
