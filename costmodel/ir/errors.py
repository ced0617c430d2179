"""What can go wrong, for the person who reads it: the value, the fact, the fix."""

from __future__ import annotations


class CostlintError(Exception):
    """Base of every error that is the input's fault, not costlint's.

    `what` quotes the user's own value, `facts` prove it, `fix` is one command or option.
    """

    def __init__(self, what: str, *, facts: tuple[str, ...] = (), fix: str = "") -> None:
        self.what = what
        self.facts = facts
        self.fix = fix
        super().__init__(what)

    def __str__(self) -> str:
        lines = [self.what, *(f"  {fact}" for fact in self.facts)]
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class ModelError(CostlintError):
    """The file is not a model that can be read."""


class ShapeError(CostlintError):
    """The shapes of the model contradict each other.

    `node` is where; `sides` are the two sizes there that should be equal (`axis` tells those of one
    node apart), for whoever looks for sizes with which they are.
    """

    def __init__(  # noqa: PLR0913 - what a message holds, and where it is from
        self,
        what: str,
        *,
        facts: tuple[str, ...] = (),
        fix: str = "",
        node: str = "",
        sides: tuple[int, int] | None = None,
        axis: int = 0,
    ) -> None:
        super().__init__(what, facts=facts, fix=fix)
        self.node = node
        self.sides = sides
        self.axis = axis


class UnboundDimensionError(CostlintError):
    """A dimension is symbolic where a number is needed."""


class UncostedError(CostlintError):
    """An operator has no formula and the caller asked for none to be missing."""


class OptionError(CostlintError):
    """An argument, option or configuration value is wrong."""
