"""The problem that a user poses: what is free, what is kept, which widths are allowed."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.space.evaluator import Evaluator
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


def problem(
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
    bounds = []
    for name in names:
        if name not in space.details:
            raise space.unknown(name)
        bounds.append(_bounds(space.details[name], min_width, multiple_of))
    low, high, step = np.array(bounds).T
    listed = {place: space.details[name].values for place, name in enumerate(names)
              if space.details[name].choices}  # fmt: skip
    return Problem(
        evaluate=evaluate, names=tuple(names), low=low, high=high, step=step,
        keep=keep,  # type: ignore[arg-type]
        choices={place: np.array(values) for place, values in listed.items()},
    )  # fmt: skip


def _named(space: Space, word: str) -> list[str]:
    """The variables that a word of `free` stands for; any other word is a name itself."""
    if word not in WORDS:
        return [word]
    names = [n for n, v in space.details.items() if v.kind in WORDS[word]]
    if names:
        return names
    ends = {
        "depth": ("depth",),
        "groups": ("groups",),
        "resolution": ("input.height", "input.width"),
        "batch": ("batch",),
    }
    fit = ends.get(word, ("width",))
    why = [f"{name}: {reason}" for name, reason in space.frozen.items() if name.endswith(fit)]
    made = f'the space was made without: parametrize(model, free=(..., "{word}"))'
    facts = tuple(why[:3]) or (made,)
    raise OptionError(f"no {word.removesuffix('s')} of this graph is free", facts=facts)


def _bounds(variable: Any, min_width: int | None, multiple_of: int) -> tuple[int, int, int]:
    """(low, high, step); multiples of `multiple_of` only where some lie within the bounds."""
    if variable.choices:
        return 0, len(variable.values) - 1, 1
    if variable.kind != "width":
        return variable.low, variable.high, variable.step
    step = lcm(variable.step, multiple_of)
    low = max(variable.low, min(min_width or 1, variable.current))
    first, last = -(-low // step) * step, variable.high // step * step
    if first > last:
        step = variable.step
        first, last = -(-low // step) * step, variable.high // step * step
    return first, last, step
