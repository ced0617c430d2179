"""How an operator is counted: its formula, its class and its page in the specification."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Final

from costlint.costmodel.formulas import TRAFFIC, Formula, all_formulas, all_free

_CLASSES: Final = {
    "conv": "conv (has multiply-accumulates)",
    "elementwise": "elementwise",
    "shuffle": "shuffle (moves activations)",
    "data": "data (casts, layouts, generators)",
    "other": "other",
}
_CONTROL_FLOW: Final = {
    "If": "The dearer of its two branches counts. A condition that shapes decide is evaluated.",
    "Loop": "The body counts times its trip count; once, with a note, where that is not known.",
    "Scan": "The body counts times the length of the scanned axis.",
    "Constant": "A parameter where it feeds a weight, else a number in the code; it costs nothing.",
}


def operators() -> list[str]:
    """Every operator that has a page, with its domain where that is not the standard's."""
    known = [title(f.domain, f.op_type) for f in all_formulas()]
    known += [title(domain, op_type) for domain, op_type, _ in all_free()]
    return sorted({*known, *_CONTROL_FLOW})


def operator_page(name: str) -> str:
    """What costlint knows of the operator `name` (`Conv`, `com.microsoft::FusedConv`), or ''.

    A name without a domain is one of the standard's; where that has none, of any domain.
    """
    pages = {
        f.domain: _formula_page(f) for f in all_formulas() if _is_called(name, f.domain, f.op_type)
    }
    pages |= {
        domain: f"{title(domain, op_type)}\n\n  Free: {reason}"
        for domain, op_type, reason in all_free()
        if _is_called(name, domain, op_type)
    }
    for flow, text in _CONTROL_FLOW.items():
        if _is_called(name, "", flow):
            pages[""] = f"{flow}\n\n  {text}"
    return pages[""] if "" in pages and "::" not in name else "\n\n".join(pages.values())


def _is_called(name: str, domain: str, op_type: str) -> bool:
    given_domain, separator, given_type = name.rpartition("::")
    given_domain = "" if given_domain == "ai.onnx" else given_domain
    return given_type.lower() == op_type.lower() and (not separator or given_domain == domain)


def title(domain: str, op_type: str) -> str:
    """`Conv`, `com.microsoft::FusedConv`."""
    return f"{domain}::{op_type}" if domain else op_type


def _formula_page(formula: Formula) -> str:
    signature, _, rest = inspect.cleandoc(formula.doc).partition("\n")
    source = textwrap.dedent(inspect.getsource(formula.work))
    body = source[source.index("def ") :]
    return "\n".join(
        [
            f"{title(formula.domain, formula.op_type)}    {signature}",
            "",
            *(f"  {line}".rstrip() for line in rest.strip().splitlines()),
            "",
            f"  Class   {_CLASSES[formula.op_class]}",
            f"  Traffic {formula.traffic} ({TRAFFIC[formula.traffic]})",
            *([f"  Spec    {formula.spec}"] if formula.spec else []),
            "",
            "  Formula",
            *(f"    {line}".rstrip() for line in _without_docstring(body)),
        ]
    )


def _without_docstring(source: str) -> list[str]:
    """The lines of a function's source that are not its docstring."""
    lines = source.rstrip().splitlines()
    (function,) = ast.parse(source).body
    if not isinstance(function, ast.FunctionDef) or ast.get_docstring(function) is None:
        return lines
    doc = function.body[0]
    return lines[: doc.lineno - 1] + lines[doc.end_lineno :]
