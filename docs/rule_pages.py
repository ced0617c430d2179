"""Text of the pages in docs/rules: made from the rule records, so that they cannot drift."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from costlint.analyzers import RULES
from costlint.analyzers.finding import GUIDELINES
from costlint.analyzers.rule import Rule


def pages() -> dict[str, Callable[[], str]]:
    """Every page by its name in the folder: one for each rule, and the list."""
    found: dict[str, Callable[[], str]] = {"rules/README.md": listing}
    found.update({f"rules/{rule.id}.md": partial(page, rule) for rule in RULES})
    return found


def listing() -> str:
    """The table of all rules."""
    rows = [
        f"| [{rule.id}]({rule.id}.md) | {rule.name} | {GUIDELINES[rule.guideline]} |"
        for rule in RULES
    ]
    intro = (
        "Select by prefix: `costlint MODEL -s G1` runs every rule of the first guideline. The "
        "device and the model make the severity, not the rule: the lower end of a saving decides "
        "(5 % of the latency and more is an error, 1 % a warning, the rest a note)."
    )
    lines = [
        "# Rules",
        "",
        intro,
        "",
        "| rule | finds | guideline of ShuffleNet V2 |",
        "|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join(lines)


def page(rule: Rule) -> str:
    """One rule: what, why, thresholds, examples, reference."""
    lines = [f"# {rule.id}: {rule.name}", "", f"{rule.title}.", "", "## What", "", rule.what, ""]
    lines += ["## Why", "", rule.why, ""]
    if rule.thresholds:
        lines += ["## Thresholds", ""]
        lines += [f"- {t.name}: {t.value:.4g}. {t.reason}." for t in rule.thresholds]
        lines += [""]
    lines += ["## Example", "", "Inputs after the first are stored weights.", ""]
    lines += ["Bad:", "", "```text", rule.bad.strip(), "```", ""]
    lines += ["Good:", "", "```text", rule.good.strip(), "```", ""]
    lines += ["## Reference", "", f"{rule.reference}.", ""]
    return "\n".join(lines)
