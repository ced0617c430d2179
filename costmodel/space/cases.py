"""Comparisons of traced dimensions: a formula runs once for each way in which they can end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costlint.costmodel.space.trace import Dim, Node, Trace


class UndecidedError(Exception):
    """A formula compares two traced dimensions, and either may be the smaller one.

    `by_cases` catches it and runs the formula for both answers.
    """

    def __init__(self, condition: Node) -> None:
        self.condition = condition
        super().__init__("whether one traced dimension is below another depends on the variables")


def by_cases(trace: Trace, run: Callable[[], Mapping[Any, Dim]]) -> Mapping[Any, Dim]:
    """What `run` gives for all values: it runs once for each way in which its comparisons can end.

    Where the two ways differ the result is `other + condition * (one - other)`; the condition is 1
    where it holds and 0 elsewhere.
    """
    try:
        return run()
    except UndecidedError as undecided:
        condition = undecided.condition
    ways = []
    for holds in (True, False):
        trace.chosen[condition] = holds
        ways.append(by_cases(trace, run))
    del trace.chosen[condition]
    one, other = ways
    return {
        name: other.get(name, 0) + condition * (one.get(name, 0) - other.get(name, 0))
        for name in {**one, **other}
    }
