"""From a model to its report: what the command line and `costlint.check` both call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from costlint._version import __version__
from costlint.costmodel.count import count
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.inference.taught import OpsOption
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import SourceGraph
from costlint.costmodel.reader import Model, read
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
    values: ValueOption | None = None,
    ops: OpsOption | None = None,
    strict: bool = False,
    assume: bool = True,
    select: Iterable[str] = ("G",),
    ignore: Iterable[str] = (),
) -> Report:
    """Predict one model on `device` (the default one if None) and find what is wasteful in it.

    Open sizes are assumed, as `.models[0].assumed` says, unless `assume` is off or `strict` is on,
    which also refuses ops of unknown cost. `ops` says what unknown operators are like
    (`{"my.ops::FancyConv": "Conv"}`), `select` and `ignore` are prefixes of rules. The report
    holds one model: `.findings`, `.estimate`, `.to_dict()`.

    Raises:
        CostlintError: the model cannot be read or counted, or no such device or rule is known.
    """
    options = Options(
        shapes=shapes or {},
        batch=batch,
        values=values or {},
        ops=ops or {},
        strict=strict,
        assume=assume,
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
    assume: bool = True,
    values: ValueOption | None = None,
    ops: OpsOption | None = None,
    select: Iterable[str] = ("G",),
    ignore: Iterable[str] = (),
) -> Report:
    """Set the model `after` against `before`, both on `device`.

    `.change` is what that saves, with its interval (negative where it costs), `.models` are both
    in the order given; `costlint.render(report, "full")` shows classes, ops and findings.

    Raises:
        CostlintError: a model cannot be read or counted, or no such device or rule is known.
    """
    options = Options(
        shapes=shapes or {},
        batch=batch,
        values=values or {},
        ops=ops or {},
        assume=assume,
        select=tuple(select),
        ignore=tuple(ignore),
    )
    each = _each_own(before, after, options)
    first, second = (_checked(model, device, own) for model, own in each)
    return Report(
        tool_version=__version__,
        models=(first, with_other_sizes(first, second)),
        compared=True,
        change=change_between(first, second),
    )


def with_other_sizes(before: ModelReport, after: ModelReport) -> ModelReport:
    """`after`, with a note on each dimension that was assumed of another size there."""
    known = {one.name: one.size for one in before.assumed}
    notes = tuple(
        f"{one.name} was assumed to be {one.size} here and {known[one.name]} in {before.path}: "
        f"--shape {one.name}={one.size} takes both alike"
        for one in after.assumed
        if known.get(one.name, one.size) != one.size
    )
    graph_notes, all_notes = (*after.graph_notes, *notes), (*after.notes, *notes)
    return replace(after, graph_notes=graph_notes, notes=all_notes)


def _each_own(
    before: Model | OpGraph, after: Model | OpGraph, options: Options
) -> Iterator[tuple[Model | OpGraph, Options]]:
    """Each model with those sizes that it has a name for; a stream is read once, so it has all."""
    from costlint.costmodel.inference.names import fitting, refuse_in_none
    from costlint.many.names import of_inputs

    models = (before, after)
    asked = of_inputs(options.shapes, options.values)
    graphs = [_source_graph(model) if asked else None for model in models]
    if None not in graphs:
        refuse_in_none(asked, [g for g in graphs if g is not None], several=True)
    for model, graph in zip(models, graphs, strict=True):
        shapes, values = options.shapes, options.values
        if graph is not None:
            inputs = {item.name for item in graph.inputs}
            shapes = fitting(graph, shapes)
            values = {name: value for name, value in values.items() if name in inputs}
        yield model, replace(options, shapes=shapes, values=values)


def _source_graph(model: Model | OpGraph) -> SourceGraph | None:
    if isinstance(model, OpGraph):
        return None if model.source is None else model.source.graph
    return None if model == "-" or hasattr(model, "read") else read(model).graph


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
        values=options.values,
        ops=options.ops,
        strict=options.strict,
        symbolic=options.symbolic,
        assume=options.assume is not False and not options.strict,
    )


def _with_severity(finding: Finding, limits: Mapping[str, float]) -> Finding:
    if not limits:
        return finding
    from costlint.analyzers.price import severity

    return replace(finding, severity=severity(finding.saving, limits))
