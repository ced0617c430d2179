"""The options about what is written, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from costlint.reports import RENDERERS
from costlint.settings import completions, readers
from costlint.settings.model_options import ModelOptions
from costlint.settings.option import NUMBER, OUTPUT, counted, row, switch
from costlint.settings.schemas import FORMATS


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions(ModelOptions):
    """How results are shown."""

    max_findings: int = row(
        "--max-findings",
        default=20,
        read=readers.at_least(0),
        form=NUMBER,
        metavar="N",
        help="Show at most N findings; 0 is all.",
        panel=OUTPUT,
    )
    output_format: str | None = row(
        "--output-format",
        "-f",
        read=readers.one_of(readers.FORMATS),
        metavar="FORMAT",
        help=f"One of {', '.join(RENDERERS)}; full on a screen and concise in a pipe by default.",
        panel=OUTPUT,
        completion=completions.formats,
        key="output-format",
        schema=FORMATS,
        meaning="how results are shown",
        example='output-format = "json"',
        default_text="full on a screen, concise in a pipe",
    )
    output_file: str | None = row(
        "--output-file",
        "-o",
        metavar="FILE",
        help="Write there instead of the screen.",
        panel=OUTPUT,
    )
    html_file: str | None = row(
        "--html-file", metavar="FILE", help="Write the HTML page as well.", panel=OUTPUT
    )
    json_file: str | None = row(
        "--json-file", metavar="FILE", help="Write JSON as well.", panel=OUTPUT
    )
    sarif_file: str | None = row(
        "--sarif-file", metavar="FILE", help="Write SARIF as well.", panel=OUTPUT
    )
    markdown_file: str | None = row(
        "--markdown-file", metavar="FILE", help="Write Markdown as well.", panel=OUTPUT
    )
    per_layer: bool = switch("--per-layer", help="Every op with its verdicts.", panel=OUTPUT)
    statistics: bool = switch("--statistics", help="Sums by operator and by rule.", panel=OUTPUT)
    show_fused: bool = switch("--show-fused", help="Name the ops that cost nothing.", panel=OUTPUT)
    quiet: int = counted(
        "--quiet", "-q", help="Findings only; -qq: nothing, the exit code tells.", panel=OUTPUT
    )
    verbose: int = counted(
        "--verbose",
        "-v",
        help="Say what was assumed, on stderr; -vv: each kernel too.",
        panel=OUTPUT,
    )
    width: int | None = row(
        "--width",
        read=readers.at_least(1),
        form=NUMBER,
        metavar="N",
        help="Columns of the full form.",
        panel=OUTPUT,
    )
    color: str = row(
        "--color",
        default="auto",
        read=readers.one_of(readers.COLORS),
        metavar="WHEN",
        help="auto, always or never.",
        panel=OUTPUT,
        completion=completions.colors,
    )
    traceback: bool = switch(
        "--traceback", help="Show where a bug in costlint came from.", panel=OUTPUT
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
