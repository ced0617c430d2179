"""What an optimiser works on: integer designs, one figure to improve and one to keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from costlint.costmodel.space.evaluator import Evaluator
from costlint.costmodel.space.group_limits import within_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Steps: TypeAlias = NDArray[np.int64]
    Array: TypeAlias = NDArray[np.float64]

Kept: TypeAlias = Literal["macs", "parameters", "latency"]
KEPT: Final = {"macs": "macs", "parameters": "parameters", "latency": "latency_s"}
"""What can be kept, with its name among the results of `Designs`."""
TOLERANCE: Final = 0.01
"""How much more of what is kept a design may have: widths are whole numbers."""
_PENALTY: Final = 10.0
_HALVINGS: Final = 12


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Find steps (designs, variables) of least `score`; a value is `low + step * steps`.

    A number of groups is the one of its `choices` at that place, or the next lower one that divides
    the design's channels.

    With `keep` macs or parameters the latency falls and what is kept does not, with latency the
    macs rise and the latency does not.
    """

    evaluate: Evaluator
    names: tuple[str, ...]
    low: Steps
    most: Steps
    step: Steps
    keep: Kept
    choices: Mapping[int, Steps]

    @cached_property
    def today(self) -> tuple[float, float]:
        """(kept, improved) of the graph as it is."""
        kept, improved = self._figures(self._today)
        return float(kept[0]), float(improved[0])

    @property
    def _today(self) -> Any:
        return np.array([[self.evaluate.space.current[n] for n in self.names]])

    @property
    def start(self) -> Steps:
        """Today's design in steps."""
        found: Steps = self.rounded(self._today)[0]
        return found

    def widths(self, steps: Steps) -> Steps:
        """Values of the variables (designs, variables)."""
        found: Steps = self.low + self.step * steps
        if not self.choices:
            return found
        for place, choices in self.choices.items():
            found[:, place] = choices[found[:, place]]
        values = within_limits(self.evaluate.space, self._values(found))
        for place in self.choices:
            found[:, place] = values[self.names[place]]
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
        scaled = np.array([place not in self.choices for place in range(len(self.names))])
        lower = np.full((len(steps), 1), 0.125)
        upper = np.full((len(steps), 1), 8.0)
        target = self.today[0]
        for _ in range(_HALVINGS):
            middle = np.sqrt(lower * upper)
            kept = self._kept(self.widths(self.rounded(widths * middle**scaled)))
            enough = (kept >= target)[:, None]
            upper = np.where(enough, middle, upper)
            lower = np.where(enough, lower, middle)
        return self.rounded(widths * (lower if self.keep == "latency" else upper) ** scaled)

    def kept_for_each_step(self, steps: Steps) -> Array:
        """How much the figure that is kept grows with one more step of each variable.

        A variable that is at its highest value is tried one step lower instead.
        """
        count = len(self.names)
        side = np.where(steps < self.most, 1, -1)
        moved = np.vstack([steps, steps + np.eye(count, dtype=int) * side])
        kept = self._kept(self.widths(moved))
        grown: Array = np.maximum((kept[1:] - kept[0]) * side, 1e-12 * kept[0])
        return grown

    def rounded(self, widths: Array) -> Steps:
        """The nearest steps."""
        found: Steps = np.rint((widths - self.low) / self.step).astype(int)
        for place, choices in self.choices.items():
            away = np.abs(np.log(choices) - np.log(widths[:, [place]]))
            found[:, place] = away.argmin(axis=1)
        return np.clip(found, 0, self.most)

    def _values(self, widths: Steps) -> dict[str, Any]:
        return {name: widths[:, place] for place, name in enumerate(self.names)}

    def _kept(self, widths: Steps) -> Any:
        return getattr(self.evaluate(self._values(widths)), KEPT[self.keep])

    def _figures(self, widths: Steps) -> tuple[Any, Array]:
        """What is kept and what is improved of each design."""
        designs = self.evaluate(self._values(widths))
        improved = designs.macs if self.keep == "latency" else designs.latency_s
        return getattr(designs, KEPT[self.keep]), improved
