"""What is ignored: by entries of the settings, and by what the model itself carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Final

from costlint.costmodel.graph import Op, OpGraph

KEY: Final = "costlint.ignore"
"""Key in the `metadata_props` of a model or a node; the value is `G2: reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """An entry of `[[tool.costlint.ignores]]`: patterns of rule, node and model, with a reason."""

    rule: str
    node: str = "*"
    model: str = "*"
    reason: str = ""
    expires: date | None = None

    def covers(self, rule: str, op: Op, path: str) -> bool:
        """Whether the entry is about `rule` at `op`; `*` and `**` in patterns match any text."""
        return (
            rule.startswith(self.rule) and fnmatchcase(op.name, self.node) and self.is_about(path)
        )

    def is_about(self, path: str) -> bool:
        """Whether the model at `path` is meant."""
        return self.model == "*" or fnmatchcase(path.replace("\\", "/"), f"*{self.model}")

    def __str__(self) -> str:
        return f"{self.rule} at {self.node} in {self.model}"


def ignores_in(graph: OpGraph) -> tuple[Ignore, ...]:
    """The ignores that the model itself carries."""
    found = list(_parsed(graph.metadata.get(KEY, ""), "*"))
    for op in graph.ops:
        found += _parsed(op.metadata.get(KEY, ""), op.name)
    return tuple(found)


def _parsed(text: str, node: str) -> Iterable[Ignore]:
    codes, _, reason = text.partition(":")
    for code in codes.split(","):
        if code.strip():
            yield Ignore(rule=code.strip(), node=_literal(node), reason=reason.strip())


def _literal(name: str) -> str:
    return name if name == "*" else name.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")


def ignored_by(
    ignores: Iterable[Ignore], rule: str, ops: Iterable[Op], path: str, today: date
) -> tuple[Ignore, ...]:
    """The entries that cover every one of `ops`: one alone, else several together.

    () where an op is left open; expired entries cover nothing.
    """
    valid = [e for e in ignores if e.expires is None or e.expires >= today]
    covers = [[e for e in valid if e.covers(rule, op, path)] for op in ops]
    for entry in valid:
        if covers and all(entry in found for found in covers):
            return (entry,)
    return tuple(dict.fromkeys(e for found in covers for e in found)) if all(covers) else ()


def complaints(ignores: Iterable[Ignore], used: Iterable[Ignore], today: date) -> tuple[str, ...]:
    """Ignores that suppress nothing, and expired ones, to be reported."""
    known = set(used)
    found = []
    for entry in ignores:
        if entry.expires is not None and entry.expires < today:
            found.append(f"{entry} (expired on {entry.expires})")
        elif entry not in known:
            found.append(str(entry))
    return tuple(found)
