"""From a model to its report: what the command line and `costlint.check` both call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from costlint._version import __version__
from costlint.costmodel.count import count
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.reader import Model
from costlint.reports.build import estimated_report, model_report
from costlint.reports.report import ModelReport, Report
from costlint.settings.options import Options

if TYPE_CHECKING:
    from costlint.analyzers.finding import Finding, Saving
    from costlint.costmodel.counts.counts import Counts
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
    options = Options(
        shapes=shapes or {},
        batch=batch,
        strict=strict,
        select=tuple(select),
        ignore=tuple(ignore),
    )
    return Report(tool_version=__version__, models=(_checked(model, device, options),))


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
    options = Options(shapes=shapes or {}, batch=batch, select=tuple(select), ignore=tuple(ignore))
    first, second = (_checked(model, device, options) for model in (before, after))
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


def counted(model: Model | OpGraph, options: Options) -> ModelReport:
    """The entry of a model that is counted only: no device, no findings."""
    return model_report(_counts(model, options))


def entries(
    model: Model | OpGraph, devices: Iterable[Device], options: Options, *, hashed: bool = True
) -> Iterator[ModelReport]:
    """The entry of `model` on each device, with its findings; what no device changes is done once.

    `hashed` makes the file's SHA-256.

    Raises:
        CostlintError: the model, a device or a rule cannot be used, or an op is uncosted where
            that is refused.
    """
    from costlint.analyzers.analyze import analyze
    from costlint.analyzers.structure import Structure
    from costlint.analyzers.suppress import Ignore
    from costlint.estimating import estimate_on

    counts = _counts(model, options)
    estimates = estimate_on(counts, devices)
    entry, structure = model_report(counts, hashed=hashed), Structure(counts=counts)
    ignores = [Ignore(**row) for row in options.ignores]
    about = [ignore for ignore in ignores if ignore.is_about(counts.graph.path or "")]
    for predicted in estimates:
        analysis = analyze(
            predicted,
            select=options.select,
            ignore=options.ignore,
            ignores=about,
            structure=structure,
        )
        findings = [_with_severity(f, options.severity) for f in analysis.findings]
        seconds, share = options.min_savings
        least_s = max(seconds, share * predicted.latency_s)
        kept = tuple(f for f in findings if f.saving is None or f.saved_s >= least_s)
        yield estimated_report(predicted, replace(analysis, findings=kept), counted=entry)


def _checked(model: Model | OpGraph, device: Device | None, options: Options) -> ModelReport:
    from costlint.costmodel.devices import DEFAULT_DEVICE

    (entry,) = entries(model, (DEFAULT_DEVICE if device is None else device,), options)
    return entry


def _counts(model: Model | OpGraph, options: Options) -> Counts:
    return count(
        model,
        shapes=options.shapes,
        batch=options.batch,
        strict=options.strict,
        symbolic=options.symbolic,
    )


def _with_severity(finding: Finding, limits: Mapping[str, float]) -> Finding:
    if not limits:
        return finding
    from costlint.analyzers.price import severity

    return replace(finding, severity=severity(finding.saving, limits))
