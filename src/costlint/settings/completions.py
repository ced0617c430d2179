"""What a shell offers for the value of an option."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def devices(incomplete: str) -> list[tuple[str, str]]:
    """Names of shipped devices that begin so, each with its hardware."""
    from costlint.costmodel.devices import devices as known

    return [(row.name, row.hardware) for row in known() if row.name.startswith(incomplete)]


def rules(incomplete: str) -> list[tuple[str, str]]:
    """Rule ids that begin so, each with its title."""
    from costlint.analyzers.rules import RULES

    return [(rule.id, rule.title) for rule in RULES if rule.id.startswith(incomplete.upper())]


def words(known: Iterable[str]) -> Callable[[str], list[str]]:
    """What offers those of the `known` words that begin so."""
    return lambda incomplete: [word for word in known if word.startswith(incomplete)]
