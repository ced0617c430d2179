"""Where a finding is, as code hosts want it: a file, a line, a lasting fingerprint."""

from __future__ import annotations

import hashlib
import posixpath
from pathlib import PureWindowsPath

from costlint.analyzers.finding import Finding
from costlint.reports import numbers
from costlint.reports.report import ModelReport
from costlint.reports.text import visible


def model_path(model: ModelReport) -> str:
    """The model's path with forward slashes and no `./`, as code hosts compare it."""
    path = PureWindowsPath(model.path).as_posix() if "\\" in model.path else model.path
    return visible(posixpath.normpath(path))


def place(finding: Finding, model: ModelReport) -> tuple[str, int]:
    """File and line of the finding's first op that has one, else line 1 of the model file."""
    sources = {op.name: op.source for op in model.ops if op.source}
    known = [sources[name] for name in finding.ops if name in sources]
    path, line = known[0] if known else (model_path(model), 1)
    return visible(path), line


def fingerprint(finding: Finding, model: ModelReport) -> str:
    """32 digits that stay the same for the same finding in the same model on the same device."""
    device = model.device.name if model.device else ""
    identity = finding.fingerprint or "\0".join((finding.rule, *finding.ops))
    return digest(model_path(model), device, identity)


def digest(*parts: str) -> str:
    """32 digits that stand for `parts`."""
    text = "\0".join(("costlint/1", *parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def headline(finding: Finding) -> str:
    """`G101 unequal channel widths saves 0.610 ms (0.380 to 0.860)`."""
    name = visible(f"{finding.rule} {finding.name}")
    saving = finding.saving
    if saving is None:
        return name
    around = numbers.span(saving.low_s, saving.high_s, like=saving.saved_s)
    return f"{name} saves {numbers.milliseconds(saving.saved_s)} ({around})"


def sentence(finding: Finding, model: ModelReport) -> str:
    """The message, the fix, the place and the device, in one paragraph."""
    at = f" At {_listed(finding.ops)}." if finding.ops else ""
    on = f" Predicted for {model.device.name}." if model.device else ""
    return visible(f"{advice(finding)}{at}{on}")


def advice(finding: Finding) -> str:
    """The message and the fix, as sentences."""
    told = (finding.message, f"Fix: {finding.fix}" if finding.fix else "")
    return " ".join(text if text.endswith(".") else f"{text}." for text in told if text)


def _listed(ops: tuple[str, ...]) -> str:
    shown = ", ".join(ops[:3])
    return shown if len(ops) <= 3 else f"{shown} and {len(ops) - 3} more"
