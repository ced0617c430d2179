"""The options about what is written, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from costlint.reports import RENDERERS
from costlint.settings import kinds
from costlint.settings.model_options import ModelOptions
from costlint.settings.option import output_row


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions(ModelOptions):
    """How results are shown."""

    max_findings: int = output_row(
        "--max-findings",
        **kinds.at_least(0),
        default=20,
        help="Show at most N findings; 0 is all.",
    )
    output_format: str | None = output_row(
        "--output-format",
        "-f",
        **kinds.FORMAT,
        help=f"One of {', '.join(RENDERERS)}; full on a screen and concise in a pipe by default.",
        meaning="how results are shown",
        example='output-format = "json"',
        default_text="full on a screen, concise in a pipe",
    )
    output_file: str | None = output_row(
        "--output-file", "-o", **kinds.FILE, help="Write there instead of the screen."
    )
    html_file: str | None = output_row(
        "--html-file", **kinds.FILE, help="Write the HTML page as well."
    )
    json_file: str | None = output_row("--json-file", **kinds.FILE, help="Write JSON as well.")
    sarif_file: str | None = output_row("--sarif-file", **kinds.FILE, help="Write SARIF as well.")
    markdown_file: str | None = output_row(
        "--markdown-file", **kinds.FILE, help="Write Markdown as well."
    )
    per_layer: bool = output_row("--per-layer", **kinds.SWITCH, help="Every op with its verdicts.")
    statistics: bool = output_row(
        "--statistics", **kinds.SWITCH, help="Sums by operator and by rule."
    )
    show_fused: bool = output_row(
        "--show-fused", **kinds.SWITCH, help="Name the ops that cost nothing."
    )
    quiet: int = output_row(
        "--quiet",
        "-q",
        **kinds.COUNTED,
        help="Findings only; -qq: nothing, the exit code tells.",
    )
    verbose: int = output_row(
        "--verbose",
        "-v",
        **kinds.COUNTED,
        help="Say what was assumed, on stderr; -vv: each kernel too.",
    )
    width: int | None = output_row("--width", **kinds.at_least(1), help="Columns of the full form.")
    color: str = output_row("--color", **kinds.COLOR, default="auto", help="auto, always or never.")
    traceback: bool = output_row(
        "--traceback", **kinds.SWITCH, help="Show where a bug in costlint came from."
    )

    @property
    def files(self) -> Mapping[str, str]:
        """The files that are written besides, by format."""
        named = {
            "html": self.html_file,
            "json": self.json_file,
            "sarif": self.sarif_file,
            "markdown": self.markdown_file,
        }
        return {name: path for name, path in named.items() if path is not None}
