"""What is ignored: by entries of the settings, and by what the model itself carries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Final

from costlint.analyzers.facts import Facts
from costlint.analyzers.finding import Finding, Suppression
from costlint.analyzers.rule import Rule, Violation
from costlint.costmodel.ir.graph import Op, OpGraph, op_key

KEY: Final = "costlint.ignore"
"""Key in the `metadata_props` of a model or a node; the value is `G2: reason`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """An entry of `[[tool.costlint.ignores]]`: patterns of rule, node and model, with a reason.

    `in_model` says that the model itself carries the entry.
    """

    rule: str
    node: str = "*"
    model: str = "*"
    reason: str = ""
    expires: date | None = None
    in_model: bool = False

    @property
    def suppression(self) -> Suppression:
        """What a finding says that the entry suppresses."""
        reason = self.reason or f"ignored by the {'model' if self.in_model else 'settings'}"
        return Suppression(reason=reason, kind="inSource" if self.in_model else "external")

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
            yield Ignore(
                rule=code.strip(), node=_literal(node), reason=reason.strip(), in_model=True
            )


def _literal(name: str) -> str:
    return name if name == "*" else name.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignores:
    """The entries that hold for the model at `path`; expired ones cover nothing."""

    entries: tuple[Ignore, ...] = ()
    path: str = ""

    def at(self, rule: str, op: Op) -> tuple[Ignore, ...]:
        """The entries that cover `op`."""
        return tuple(entry for entry in self.entries if entry.covers(rule, op, self.path))

    def over(self, rule: str, ops: Iterable[Op]) -> tuple[Ignore, ...]:
        """The entries that together cover every one of `ops`, one entry alone if one does.

        There are none where one of the ops is not covered.
        """
        covers = [self.at(rule, op) for op in ops]
        for entry in self.entries:
            if covers and all(entry in found for found in covers):
                return (entry,)
        return tuple(dict.fromkeys(e for found in covers for e in found)) if all(covers) else ()


def valid(ignores: Iterable[Ignore], path: str, today: date) -> Ignores:
    """Those of `ignores` that are not expired."""
    entries = tuple(e for e in ignores if e.expires is None or e.expires >= today)
    return Ignores(entries=entries, path=path)


def violations(
    rule: Rule, facts: Facts, ignores: Ignores, used: set[Ignore]
) -> Sequence[Violation]:
    """What `rule` finds; the entries that cover an op of it are added to `used`.

    A rule that gathers ops of the whole network into one violation is asked twice, for the ops that
    are ignored and for the others, so that no violation mixes the two.
    """
    found = list(rule.check(facts))
    seen = {op_key(op): ignores.at(rule.id, op) for each in found for op in each.ops}
    used.update(entry for entries in seen.values() for entry in entries)
    covered = frozenset(key for key, entries in seen.items() if entries)
    if not rule.gathers or not covered:
        return found
    others = frozenset(map(op_key, facts.graph.ops)) - covered
    parts = [rule.check(replace(facts, left_out=keys)) for keys in (covered, others)]
    return [violation for part in parts for violation in part]


def with_covered(finding: Finding, together: Sequence[Violation], ignores: Ignores) -> Finding:
    """`finding` with a message that says how many of its ops are ignored.

    It stays open, because its edit cannot be divided.
    """
    ops = {op_key(op): op for violation in together for op in violation.ops}
    covered = sum(bool(ignores.at(finding.rule, op)) for op in ops.values())
    if not covered:
        return finding
    told = "is" if covered == 1 else "are"
    message = f"{finding.message}; {covered} of its {len(ops)} ops {told} ignored"
    return replace(finding, message=message)


def complaints(ignores: Iterable[Ignore], used: Iterable[Ignore], today: date) -> tuple[str, ...]:
    """What to report of `ignores`: those that have expired, and those not among `used`."""
    known = set(used)
    found = []
    for entry in ignores:
        if entry.expires is not None and entry.expires < today:
            found.append(f"{entry} (expired on {entry.expires})")
        elif entry not in known:
            found.append(str(entry))
    return tuple(found)
