"""The problem that a user poses: what is free, what is kept, which widths are allowed."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.space.evaluator import Evaluator
from costlint.costmodel.space.inputs import HEIGHT, WIDTH
from costlint.costmodel.space.problem import KEPT, Problem

if TYPE_CHECKING:
    from costlint.costmodel.space.space import Space

WORDS: Final = {
    "widths": ("width",),
    "depth": ("depth",),
    "groups": ("groups",),
    "resolution": ("height", "image_width"),
    "batch": ("batch",),
}
"""What `free` can say in place of names, with the kinds of variables."""


def posed(
    evaluate: Evaluator,
    keep: str,
    free: str | Sequence[str],
    *,
    min_width: int | None,
    multiple_of: int,
) -> Problem:
    """The problem over `free`: words of `WORDS`, or names of variables.

    Raises:
        OptionError: `keep` or a name is not known, or nothing is free.
    """
    if keep not in KEPT:
        raise OptionError(f"keep={keep!r}", facts=(f"it is one of {', '.join(KEPT)}",))
    space = evaluate.space
    given = [free] if isinstance(free, str) else list(free)
    names = [name for word in given for name in _named(space, word)]
    variables = [space.variable(name) for name in names]
    low, high, step = np.array([_bounds(v, min_width, multiple_of) for v in variables]).T
    listed = {place: np.array(v.values) for place, v in enumerate(variables) if v.choices}
    return Problem(
        evaluate=evaluate, names=tuple(names), low=low, step=step, most=(high - low) // step,
        keep=keep,  # type: ignore[arg-type]
        choices=listed,
    )  # fmt: skip


def _named(space: Space, word: str) -> list[str]:
    """The variables that a word of `free` stands for; any other word is a name itself."""
    if word not in WORDS:
        return [word]
    names = [n for n, v in space.details.items() if v.kind in WORDS[word]]
    if names:
        return names
    ends = (HEIGHT, WIDTH) if word == "resolution" else WORDS[word]
    why = [f"{name}: {reason}" for name, reason in space.frozen.items() if name.endswith(ends)]
    made = f'the space was made without: parametrize(model, free=(..., "{word}"))'
    facts = tuple(why[:3]) or (made,)
    raise OptionError(f"no {word.removesuffix('s')} of this graph is free", facts=facts)


def _bounds(variable: Any, min_width: int | None, multiple_of: int) -> tuple[int, int, int]:
    """(low, high, step); multiples of `multiple_of` only where some lie within the bounds."""
    if variable.choices:
        return 0, len(variable.values) - 1, 1
    if variable.kind != "width":
        return variable.low, variable.high, variable.step
    low = max(variable.low, min(min_width or 1, variable.current))
    for step in (lcm(variable.step, multiple_of), variable.step):
        first, last = -(-low // step) * step, variable.high // step * step
        if first <= last:
            break
    return first, last, step
