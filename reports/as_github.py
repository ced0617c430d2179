"""`github`: workflow commands that a GitHub job turns into annotations.

GitHub shows ten of a kind for each step, first come first shown, so the largest savings come first.
"""

from __future__ import annotations

from typing import Final

from costlint.analyzers.finding import Finding
from costlint.reports import numbers
from costlint.reports.as_concise import summary
from costlint.reports.caveats import caveats
from costlint.reports.places import headline, model_path, place, sentence
from costlint.reports.report import ModelReport, Report
from costlint.reports.text import visible

MOST: Final = 9
_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report) -> str:
    """At most nine findings, what is left, then a plain line for each model.

    The caveats of a model are one notice before all that.
    """
    pairs = [(finding, model) for model in report.models for finding in model.open_findings]
    pairs.sort(key=lambda pair: -pair[0].saved_s)
    about = dict.fromkeys(_about(model) for model in report.models if caveats(model))
    lines = [_notice(*one) for one in list(about)[:MOST]]
    lines += [_annotation(finding, model) for finding, model in pairs[:MOST]]
    if len(pairs) > MOST:
        more = numbers.plural(len(pairs) - MOST, "more finding")
        lines.append(f"::notice title=costlint::{more} in the step summary")
    lines += [f"{path}: {text}" for path, text in list(about)[MOST:]]
    lines += [visible(summary(model)) for model in report.models]
    lines += [visible(f"gate failed: {reason}") for reason in report.gate.reasons]
    return "".join(f"{line}\n" for line in lines)


def _about(model: ModelReport) -> tuple[str, str]:
    """The model and all its caveats in one paragraph."""
    return model_path(model), visible(". ".join(caveat.text for caveat in caveats(model)))


def _notice(path: str, text: str) -> str:
    return f"::notice file={_property(path)},line=1,title=costlint::{_data(text)}"


def _annotation(finding: Finding, model: ModelReport) -> str:
    path, line = place(finding, model)
    command = _COMMANDS[finding.severity]
    title = _property(f"costlint {headline(finding)}")
    where = f"file={_property(path)},line={line}"
    return f"::{command} {where},title={title}::{_data(sentence(finding, model))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
