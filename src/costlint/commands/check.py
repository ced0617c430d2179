"""`costlint check`, the default command: predict, find, gate."""

from __future__ import annotations

from typing import Annotated

import typer

from costlint.asked import Asked
from costlint.commands import check_options as own
from costlint.commands import many_options as many
from costlint.commands import options
from costlint.commands.parsing import (
    at_least,
    comma_list,
    one_of,
    parse_format,
    parse_shapes,
    parsed,
)
from costlint.many.ways import wants_many
from costlint.output import Show
from costlint.run import run
from costlint.settings.readers import FAIL_ON
from costlint.settings.units import duration_or_share, duration_s, share


def check(  # noqa: PLR0913 - one argument per option
    models: Annotated[
        list[str],
        typer.Argument(metavar="MODEL", help="ONNX files, folders, globs; - reads standard input."),
    ],
    *,
    device: options.Device = None,
    shape: options.Shape = None,
    batch: options.Batch = None,
    symbolic: own.Symbolic = False,
    select: options.Select = None,
    ignore: options.Ignore = None,
    min_savings: own.MinSavings = None,
    max_findings: own.MaxFindings = 20,
    output_format: options.Format = None,
    output_file: options.OutputFile = None,
    html_file: own.HtmlFile = None,
    json_file: own.JsonFile = None,
    sarif_file: own.SarifFile = None,
    markdown_file: own.MarkdownFile = None,
    per_layer: own.PerLayer = False,
    statistics: own.Statistics = False,
    show_fused: own.ShowFused = False,
    quiet: own.Quiet = 0,
    verbose: own.Verbose = 0,
    width: options.Width = None,
    color: options.Color = "auto",
    fail_on: own.FailOn = None,
    exit_zero: own.ExitZero = False,
    max_latency: own.MaxLatency = None,
    max_recoverable: own.MaxRecoverable = None,
    strict: own.Strict = None,
    baseline: own.Baseline = None,
    write_baseline: own.WriteBaseline = False,
    prune_baseline: own.PruneBaseline = False,
    jobs: many.Jobs = None,
    backend: many.Backend = None,
    exclude: many.Exclude = None,
    resume: many.Resume = None,
    against: many.Against = None,
    fail_on_regression: many.FailOnRegression = None,
    no_cache: many.NoCache = False,
    cache_dir: many.CacheDir = None,
    config: options.Config = None,
    isolated: options.Isolated = False,
    traceback: options.Traceback = False,  # noqa: ARG001 - read where a bug is caught
) -> None:
    """Predict models and find what is wasteful in them (the default command)."""
    asked = Asked(
        devices=tuple(device) if device else None,
        shapes=parse_shapes(shape),
        batch=batch,
        select=comma_list(select),
        ignore=comma_list(ignore),
        min_savings=parsed("--min-savings", min_savings, duration_or_share),
        strict=strict,
        symbolic=symbolic,
        baseline=baseline,
        renews_baseline="write" if write_baseline else "prune" if prune_baseline else "",
        fail_on=one_of("--fail-on", fail_on, FAIL_ON),
        max_latency_s=parsed("--max-latency", max_latency, duration_s),
        max_recoverable=parsed("--max-recoverable", max_recoverable, share),
        config=config,
        isolated=isolated,
    )
    show = Show(
        output_format=parse_format(output_format, more=("parquet",)),
        output_file=output_file,
        streams={
            "html": html_file,
            "json": json_file,
            "sarif": sarif_file,
            "markdown": markdown_file,
        },
        width=at_least("--width", width, 1),
        color=one_of("--color", color, options.COLORS) or "auto",
        per_op=per_layer,
        statistics=statistics,
        show_fused=show_fused,
        max_findings=at_least("--max-findings", max_findings, 0) or 0,
        quiet=quiet,
        verbose=verbose,
    )
    ways = many.parse_ways(
        jobs=jobs,
        backend=backend,
        exclude=exclude,
        resume=resume,
        against=against,
        fail_on_regression=fail_on_regression,
        no_cache=no_cache,
        cache_dir=cache_dir,
    )
    if wants_many(models, ways, show.output_format):
        from costlint.many.command import run_many

        code = run_many(models, asked, show, ways)
    else:
        code = run(models, asked, show)
    raise typer.Exit(0 if exit_zero and code == 1 else code)
