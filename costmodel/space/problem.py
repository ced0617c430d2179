"""What an optimiser works on: integer designs, one figure to improve and one to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from costlint.costmodel.errors import OptionError
from costlint.costmodel.space.evaluator import Evaluator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from costlint.costmodel.space.space import Space

    Steps: TypeAlias = NDArray[np.int64]
    Array: TypeAlias = NDArray[np.float64]

Kept: TypeAlias = Literal["macs", "parameters", "latency"]
KEPT: Final = ("macs", "parameters", "latency")
TOLERANCE: Final = 0.01
"""How much more of what is kept a design may have: widths are whole numbers."""
WORDS: Final = {
    "widths": ("width",),
    "depth": ("depth",),
    "resolution": ("height", "image_width"),
    "batch": ("batch",),
}
"""What `free` can say in place of names, with the kinds of variables."""
_PENALTY: Final = 10.0
_HALVINGS: Final = 12


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Find steps (designs, variables) of least `score`; a width is `low + step * steps`.

    With `keep` macs or parameters the latency falls and what is kept does not, with latency the
    macs rise and the latency does not.
    """

    evaluate: Evaluator
    names: tuple[str, ...]
    low: Steps
    high: Steps
    step: Steps
    keep: Kept

    @cached_property
    def today(self) -> tuple[float, float]:
        """(kept, improved) of the graph as it is."""
        kept, improved = self._figures(
            np.array([[self.evaluate.space.current[n] for n in self.names]])
        )
        return float(kept[0]), float(improved[0])

    @property
    def most(self) -> Steps:
        """The largest number of steps of each variable."""
        found: Steps = (self.high - self.low) // self.step
        return found

    @property
    def start(self) -> Steps:
        """Today's design in steps."""
        today = np.array([self.evaluate.space.current[n] for n in self.names])
        return self._rounded(today)

    def widths(self, steps: Steps) -> Steps:
        """Values of the variables (designs, variables)."""
        found: Steps = self.low + self.step * steps
        return found

    def scores(self, steps: Steps) -> Array:
        """What to make small: the improved figure as a share of today's, and a penalty."""
        kept, improved = self._figures(self.widths(steps))
        kept_today, improved_today = self.today
        share = kept / kept_today
        if self.keep == "latency":
            missing = np.maximum(share - 1.0, 0.0)
            found = improved_today / improved
        else:
            missing = np.maximum(1.0 - share, 0.0) + np.maximum(share - 1.0 - TOLERANCE, 0.0)
            found = improved / improved_today
        scored: Array = np.nan_to_num(found + _PENALTY * missing + (missing > 0), nan=np.inf)
        return scored

    def fitted(self, steps: Steps) -> Steps:
        """The same proportions, all widths scaled until what is kept fits: bisection."""
        widths = self.widths(steps)
        lower = np.full((len(steps), 1), 0.125)
        upper = np.full((len(steps), 1), 8.0)
        target = self.today[0]
        for _ in range(_HALVINGS):
            middle = np.sqrt(lower * upper)
            enough = (self._kept(self.widths(self._rounded(widths * middle))) >= target)[:, None]
            upper = np.where(enough, middle, upper)
            lower = np.where(enough, lower, middle)
        return self._rounded(widths * (lower if self.keep == "latency" else upper))

    def kept_for_each_step(self, steps: Steps) -> Array:
        """How much what is kept grows with one more (else one less) step of each variable."""
        count = len(self.names)
        side = np.where(steps < self.most, 1, -1)
        moved = np.vstack([steps, steps + np.eye(count, dtype=int) * side])
        kept = self._kept(self.widths(moved))
        grown: Array = np.maximum((kept[1:] - kept[0]) * side, 1e-12 * kept[0])
        return grown

    def _rounded(self, widths: Array) -> Steps:
        found: Steps = np.rint((widths - self.low) / self.step).astype(int)
        return np.clip(found, 0, self.most)

    def _values(self, widths: Steps) -> dict[str, Any]:
        return {name: widths[:, place] for place, name in enumerate(self.names)}

    def _kept(self, widths: Steps) -> Array:
        designs = self.evaluate(self._values(widths))
        found: Array = {
            "macs": lambda: designs.macs,
            "parameters": lambda: designs.parameters,
            "latency": lambda: designs.latency_s,
        }[self.keep]()
        return found

    def _figures(self, widths: Steps) -> tuple[Array, Array]:
        designs = self.evaluate(self._values(widths))
        if self.keep == "latency":
            return designs.latency_s, designs.macs
        kept = designs.macs if self.keep == "macs" else designs.parameters
        return kept, designs.latency_s


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
    return Problem(evaluate=evaluate, names=tuple(names), low=low, high=high, step=step, keep=keep)  # type: ignore[arg-type]


def _named(space: Space, word: str) -> list[str]:
    """The variables that a word of `free` stands for; any other word is a name itself."""
    if word not in WORDS:
        return [word]
    names = [n for n, v in space.details.items() if v.kind in WORDS[word]]
    if names:
        return names
    ends = {"depth": ("depth",), "resolution": ("input.height", "input.width"), "batch": ("batch",)}
    fit = ends.get(word, ("width",))
    why = [f"{name}: {reason}" for name, reason in space.frozen.items() if name.endswith(fit)]
    made = f'the space was made without: parametrize(model, free=(..., "{word}"))'
    facts = tuple(why[:3]) or (made,)
    raise OptionError(f"no {word.removesuffix('s')} of this graph is free", facts=facts)


def _bounds(variable: Any, min_width: int | None, multiple_of: int) -> tuple[int, int, int]:
    """(low, high, step); multiples of `multiple_of` only where some lie within the bounds."""
    if variable.kind != "width":
        return variable.low, variable.high, variable.step
    step = lcm(variable.step, multiple_of)
    low = max(variable.low, min(min_width or 1, variable.current))
    first, last = -(-low // step) * step, variable.high // step * step
    if first > last:
        step = variable.step
        first, last = -(-low // step) * step, variable.high // step * step
    return first, last, step
