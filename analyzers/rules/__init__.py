"""Every rule, and how they are selected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from costlint.analyzers.rule import Rule
from costlint.analyzers.rules.g101_unequal_width import RULE as G101
from costlint.analyzers.rules.g102_idle_lanes import RULE as G102
from costlint.analyzers.rules.g201_grouped import RULE as G201
from costlint.analyzers.rules.g202_group_shuffle import RULE as G202
from costlint.analyzers.rules.g301_fragmented import RULE as G301
from costlint.analyzers.rules.g302_decomposed import RULE as G302
from costlint.analyzers.rules.g303_launch_bound import RULE as G303
from costlint.analyzers.rules.g401_unfused import RULE as G401
from costlint.analyzers.rules.g402_depthwise import RULE as G402
from costlint.analyzers.rules.g403_movement import RULE as G403
from costlint.analyzers.rules.g404_foldable import RULE as G404
from costlint.costmodel.ir.errors import OptionError

RULES: Final[tuple[Rule, ...]] = (
    G101, G102, G201, G202, G301, G302, G303, G401, G402, G403, G404,
)  # fmt: skip


def rules_for(select: Iterable[str] = ("G",), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules whose id starts with one of `select` and with none of `ignore`.

    Raises:
        OptionError: a prefix that no rule starts with.
    """
    wanted, unwanted = tuple(select), tuple(ignore)
    for prefix in (*wanted, *unwanted):
        if not prefix or not any(rule.id.startswith(prefix) for rule in RULES):
            raise _unknown(prefix)
    return tuple(
        rule
        for rule in RULES
        if rule.id.startswith(wanted) and not rule.id.startswith(unwanted or ("-",))
    )


def _unknown(prefix: str) -> OptionError:
    known = [rule.id for rule in RULES]
    near = difflib.get_close_matches(prefix.upper(), [*known, "G1", "G2", "G3", "G4"], 1)
    return OptionError(
        f"no rule starts with {prefix!r}",
        facts=(f"rules: {', '.join(known)}",),
        fix=f"--select {near[0] if near else 'G'}",
    )
