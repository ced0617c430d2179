"""Pages of `costlint explain`, made from what is registered: rules, operators, devices."""

from __future__ import annotations

import difflib
import re
import textwrap
from typing import TYPE_CHECKING, Final

from costlint.costmodel.ir.errors import OptionError

if TYPE_CHECKING:
    from costlint.analyzers.rule import Rule

WIDTH: Final = 80
_RULE: Final = re.compile(r"[Gg]\d*")


def page(thing: str) -> str:
    """What costlint knows of a rule, a family of rules, a device or an operator.

    Raises:
        OptionError: nothing is called so.
    """
    from costlint.analyzers.rules import RULES

    rules = [rule for rule in RULES if rule.id.startswith(thing.upper()) and _RULE.fullmatch(thing)]
    rules = rules or [rule for rule in RULES if thing in (rule.name, rule.name.replace(" ", "-"))]
    if rules:
        is_family = rules[0].guideline.startswith(thing.upper())
        return family_page(rules) if is_family or len(rules) > 1 else rule_page(rules[0])
    from costlint.explain_operator import operator_page

    text = _device(thing) or operator_page(thing)
    if not text:
        raise _unknown(thing)
    return text


def names() -> list[tuple[str, str]]:
    """All that has a page, each with a word on it, for the shell's completion."""
    from costlint.analyzers.finding import GUIDELINES
    from costlint.analyzers.rules import RULES
    from costlint.costmodel.devices import devices
    from costlint.explain_operator import operators

    found = [(rule.id, rule.title) for rule in RULES] + list(GUIDELINES.items())
    found += [(name, "operator") for name in operators()]
    return found + [(row.name, row.hardware) for row in devices()]


def rule_page(rule: Rule) -> str:
    """A rule with an example, and how to accept a finding."""
    parts = [
        rule_text(rule),
        "Found in (inputs after the first are weights)\n" + _code(rule.bad),
        "Not found in\n" + _code(rule.good),
        "To accept a finding\n" + _code(_IGNORE.format(rule.id)),
    ]
    return "\n\n".join(parts)


_IGNORE: Final = """[[ignores]]  # in costlint.toml
rule = "{}"
node = "/features/features.1/*"
reason = "..."
"""


def rule_text(rule: Rule) -> str:
    """A rule as text: what it finds, why that costs time, its limits, its source."""
    parts = [
        f"{rule.id} {rule.name}: {rule.title}",
        f"What it finds\n{_indented(rule.what)}",
        f"Why it costs time\n{_indented(rule.why)}",
    ]
    if rule.thresholds:
        lines = [f"{t.name} = {t.value:g}: {t.reason}" for t in rule.thresholds]
        parts.append("Thresholds\n" + "\n".join(map(_indented, lines)))
    parts.append(f"Source\n{_indented(rule.reference)}")
    return "\n\n".join(parts)


def family_page(rules: list[Rule]) -> str:
    """Guidelines of the paper, each with its rules."""
    from costlint.analyzers.finding import GUIDELINES

    lines = []
    for guideline, meaning in GUIDELINES.items():
        own = [rule for rule in rules if rule.guideline == guideline]
        if own:
            lines.append(f"{guideline} {meaning}")
            lines += [f"  {rule.id}  {rule.name}: {rule.title}" for rule in own]
    return "\n".join([*lines, "", f"One of them in full: costlint explain {rules[0].id}"])


def _device(thing: str) -> str:
    """The page of a device: by its name, the beginning of one device's name, or a file."""
    from costlint.costmodel.devices import devices
    from costlint.device_page import device_page

    if thing.endswith(".toml") or thing == "host":
        return device_page(thing)
    fitting = [row.name for row in devices() if row.name.startswith(thing)]
    return device_page(thing) if thing in fitting or len(fitting) == 1 else ""


def _indented(text: str) -> str:
    lines = textwrap.wrap(" ".join(text.split()), WIDTH - 2)
    return textwrap.indent("\n".join(lines), "  ")


def _code(text: str) -> str:
    return textwrap.indent(text.strip(), "  ")


def _unknown(thing: str) -> OptionError:
    if thing.endswith(".onnx"):
        fix = f"costlint explain {thing} --op NAME; costlint {thing} --per-layer has the names"
        return OptionError(f"{thing!r} is a model: which of its ops?", fix=fix)
    from costlint.explain_operator import operators

    near = difflib.get_close_matches(thing, [name for name, _ in names()], 3)
    hint = (f"did you mean {' or '.join(near)}?",) if near else ()
    known = f"{len(operators())} operators, rules G101 to G404, and the names of costlint devices"
    return OptionError(f"nothing is called {thing!r}", facts=(*hint, f"known are {known}"))
