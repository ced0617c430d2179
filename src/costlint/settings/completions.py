"""What a shell offers for the value of an option."""

from __future__ import annotations

from costlint.reports import RENDERERS
from costlint.settings.readers import COLORS, FAIL_ON


def devices(incomplete: str) -> list[tuple[str, str]]:
    """Names of shipped devices that begin so, each with its hardware."""
    from costlint.costmodel.devices import devices as known

    return [(row.name, row.hardware) for row in known() if row.name.startswith(incomplete)]


def rules(incomplete: str) -> list[tuple[str, str]]:
    """Rule ids that begin so, each with its title."""
    from costlint.analyzers.rules import RULES

    return [(rule.id, rule.title) for rule in RULES if rule.id.startswith(incomplete.upper())]


def formats(incomplete: str) -> list[str]:
    """Output formats that begin so."""
    return [name for name in RENDERERS if name.startswith(incomplete)]


def colors(incomplete: str) -> list[str]:
    """When colours are used."""
    return [when for when in COLORS if when.startswith(incomplete)]


def severities(incomplete: str) -> list[str]:
    """Severities that can fail the gate."""
    return [name for name in FAIL_ON if name.startswith(incomplete)]
