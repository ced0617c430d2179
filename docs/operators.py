"""The page on operators: what each one costs, or why it costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from costlint.costmodel.formulas import TRAFFIC, Formula, all_formulas, all_free
from costlint.costmodel.formulas.microsoft.uncosted import BODIES as MICROSOFT_BODIES
from costlint.costmodel.formulas.microsoft.uncosted import UNCOSTED
from costlint.costmodel.formulas.views import BODIES

HEAD: Final = """\
# Operators

What costlint knows: {formulas} operators with a formula and {free} that are free, in {domains}
domains. The signature says what comes out of what, shapes as letters. `costlint explain Gemm`
prints the whole formula of an operator: its `macs`, its `other_flop`, and what it reads and writes
where that is not each tensor once. What the words mean: [counting](counting.md).

An operator that stands on neither list is uncosted. It is named in every output, it lowers
`coverage`, and `--strict` refuses the model. It never counts as zero in silence.

The classes are those of Figure 2 of the ShuffleNet V2 paper:

| class | holds |
|---|---|
| `conv` | what has `macs`: convolutions, matrix products, attention, recurrent cells |
| `elementwise` | one output element from one place of each input |
| `shuffle` | data that moves: transpose, concatenate, slice, gather |
| `data` | data that is made or changes its type: casts, quantisers, constants, strings |
| `other` | the rest: pooling, reductions, normalisations, resizing, trees |

The traffic says at which of a device's rates an operator runs ([latency](latency.md)):

| traffic | how the operator goes over memory |
|---|---|
{traffics}
"""

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
    domains = {f.domain for f in formulas} | {domain for domain, _, _ in free}
    order = [*DOMAINS, *sorted(domains - set(DOMAINS))]
    parts = [
        HEAD.format(
            formulas=len(formulas),
            free=len(free),
            domains=len(domains),
            traffics="\n".join(f"| `{name}` | {what} |" for name, what in TRAFFIC.items()),
        )
    ]
    parts += [_domain(d, [f for f in formulas if f.domain == d]) for d in order if d in domains]
    parts.append(_reasons("Free operators", "No runtime spends time on these.", _free_rows(free)))
    parts.append(_reasons("Control flow", _CONTROL, [*BODIES.items(), *MICROSOFT_BODIES.items()]))
    parts.append(_reasons("Left uncosted on purpose", _UNCOSTED, UNCOSTED.items()))
    return "\n".join(parts)


_CONTROL: Final = "These hold networks, whose ops are counted in their place, or fold away."
_UNCOSTED: Final = "Operators of `com.microsoft` that are known and still have no formula."


def _domain(name: str, formulas: Iterable[Formula]) -> str:
    head = f"## {name or 'ai.onnx'}\n\n{_sentence(DOMAINS.get(name, 'further operators'))}\n"
    rows = [_row(f) for f in sorted(formulas, key=lambda f: f.op_type)]
    return "\n".join(
        [head, "| operator | class | traffic | signature |", "|---|---|---|---|", *rows, ""]
    )


def _row(formula: Formula) -> str:
    signature = formula.doc.strip().partition("\n")[0].removesuffix(".")
    return f"| {_linked(formula)} | {formula.op_class} | {formula.traffic} | {_cell(signature)} |"


def _linked(formula: Formula) -> str:
    """The name, with a link where the operator has a page of its own."""
    return f"[{formula.op_type}]({formula.spec})" if formula.spec else formula.op_type


def _free_rows(free: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    return [(f"{domain}::{name}" if domain else name, reason) for domain, name, reason in free]


def _reasons(title: str, text: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {name} | {_cell(reason)} |" for name, reason in rows]
    return "\n".join([f"## {title}\n\n{text}\n", "| operator | why |", "|---|---|", *lines, ""])


def _cell(text: str) -> str:
    """Text that a table may hold."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
