"""The page on operators: what each one costs, or why it costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from costlint.costmodel.formulas import TRAFFIC, Formula, all_formulas, all_free
from costlint.costmodel.formulas.microsoft.uncosted import BODIES as MICROSOFT_BODIES
from costlint.costmodel.formulas.microsoft.uncosted import UNCOSTED
from costlint.costmodel.formulas.views import BODIES
from docs.template import render

DOMAINS: Final[Mapping[str, str]] = {
    "": "the standard, `ai.onnx`",
    "ai.onnx.ml": "classical machine learning",
    "ai.onnx.preview": "what the standard tries out",
    "ai.onnx.preview.training": "optimizer steps",
    "com.microsoft": "what onnxruntime fuses, and ships models with",
    "com.microsoft.nchwc": "onnxruntime's blocked layout, in optimised files",
    "com.ms.internal.nhwc": "onnxruntime's channels-last layout, in optimised files",
    "com.microsoft.extensions": "images as files",
    "qonnx.custom_op.general": "QONNX: any number of bits",
    "qonnx.custom_op.channels_last": "QONNX with its channels last",
    "onnx.brevitas": "Brevitas: any number of bits",
    "finn.custom_op.general": "FINN: any number of bits, on an FPGA",
}
"""Domain -> what it is, in the order of the page."""


def page() -> str:
    """The text of `operators.md`."""
    formulas, free = all_formulas(), all_free()
    found = {f.domain for f in formulas} | {domain for domain, _, _ in free}
    order = [domain for domain in (*DOMAINS, *sorted(found - DOMAINS.keys())) if domain in found]
    return render(
        "operators.md",
        formulas=len(formulas),
        free=[(f"{domain}::{name}" if domain else name, why) for domain, name, why in free],
        traffic=TRAFFIC,
        domains={_title(domain): _formulas(domain) for domain in order},
        bodies=[*BODIES.items(), *MICROSOFT_BODIES.items()],
        uncosted=UNCOSTED.items(),
        cell=_cell,
    )


def _title(domain: str) -> str:
    text = DOMAINS.get(domain, "further operators")
    return f"## {domain or 'ai.onnx'}\n\n{text[0].upper()}{text[1:]}."


def _formulas(domain: str) -> list[Formula]:
    found = (formula for formula in all_formulas() if formula.domain == domain)
    return sorted(found, key=lambda formula: formula.op_type)


def _cell(text: str) -> str:
    """Text that a table may hold."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
