"""Options of `check` alone."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from costlint.commands.options import GATE, MODEL, OUTPUT, RULES, complete_severity, option

Symbolic: TypeAlias = Annotated[
    bool,
    option("--symbolic", about="Counts as closed forms in the free dimensions.", panel=MODEL),
]
MinSavings: TypeAlias = Annotated[
    str | None,
    option(
        "--min-savings",
        metavar="TIME|SHARE",
        about="Leave out findings that save less: 0.05ms, 1%.",
        panel=RULES,
    ),
]
MaxFindings: TypeAlias = Annotated[
    int,
    option("--max-findings", metavar="N", about="Show at most N findings; 0 is all.", panel=OUTPUT),
]
HtmlFile: TypeAlias = Annotated[
    str | None,
    option("--html-file", metavar="FILE", about="Write the HTML page as well.", panel=OUTPUT),
]
JsonFile: TypeAlias = Annotated[
    str | None, option("--json-file", metavar="FILE", about="Write JSON as well.", panel=OUTPUT)
]
SarifFile: TypeAlias = Annotated[
    str | None, option("--sarif-file", metavar="FILE", about="Write SARIF as well.", panel=OUTPUT)
]
MarkdownFile: TypeAlias = Annotated[
    str | None,
    option("--markdown-file", metavar="FILE", about="Write Markdown as well.", panel=OUTPUT),
]
PerLayer: TypeAlias = Annotated[
    bool, option("--per-layer", about="Every op with its verdicts.", panel=OUTPUT)
]
Statistics: TypeAlias = Annotated[
    bool, option("--statistics", about="Sums by operator and by rule.", panel=OUTPUT)
]
ShowFused: TypeAlias = Annotated[
    bool, option("--show-fused", about="Name the ops that cost nothing.", panel=OUTPUT)
]
Quiet: TypeAlias = Annotated[
    int,
    option(
        "--quiet",
        "-q",
        about="Findings only; -qq: nothing, the exit code tells.",
        panel=OUTPUT,
        count=True,
        show_default=False,
    ),
]
Verbose: TypeAlias = Annotated[
    int,
    option(
        "--verbose",
        "-v",
        about="Say what was assumed, on stderr; -vv: each kernel too.",
        panel=OUTPUT,
        count=True,
        show_default=False,
    ),
]
FailOn: TypeAlias = Annotated[
    str | None,
    option(
        "--fail-on",
        metavar="SEVERITY",
        about="error (the default), warning, note or never.",
        panel=GATE,
        autocompletion=complete_severity,
    ),
]
ExitZero: TypeAlias = Annotated[
    bool, option("--exit-zero", about="Exit with 0 though the gate fails.", panel=GATE)
]
MaxLatency: TypeAlias = Annotated[
    str | None,
    option(
        "--max-latency",
        metavar="TIME",
        about="Fail a model that is predicted slower: 8ms.",
        panel=GATE,
    ),
]
MaxRecoverable: TypeAlias = Annotated[
    str | None,
    option(
        "--max-recoverable",
        metavar="SHARE",
        about="Fail where fixes would recover more: 15%.",
        panel=GATE,
    ),
]
Strict: TypeAlias = Annotated[
    bool | None, option("--strict/--no-strict", about="Refuse ops of unknown cost.", panel=GATE)
]
Baseline: TypeAlias = Annotated[
    str | None,
    option(
        "--baseline",
        metavar="FILE",
        about="File of accepted findings; they fail again when they grow by 10%.",
        panel=GATE,
    ),
]
WriteBaseline: TypeAlias = Annotated[
    bool, option("--write-baseline", about="Accept all findings of this run.", panel=GATE)
]
PruneBaseline: TypeAlias = Annotated[
    bool, option("--prune-baseline", about="Drop accepted findings that are gone.", panel=GATE)
]
