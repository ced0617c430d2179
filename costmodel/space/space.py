"""A graph as a function of its free sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.counts.parameters import parameter_counts
from costlint.costmodel.devices import DEFAULT_DEVICE, Device, device
from costlint.costmodel.ir.dims import Dim, symbol
from costlint.costmodel.ir.graph import op_key
from costlint.costmodel.space.arithmetic import total
from costlint.costmodel.space.expressions import symbolic
from costlint.costmodel.space.free_sizes import FreeSizes
from costlint.costmodel.space.runs import SHOWN
from costlint.costmodel.space.traced_graph import traced_costs
from costlint.costmodel.space.variable import bounded

if TYPE_CHECKING:
    from costlint.costmodel.space.evaluator import Evaluator
    from costlint.costmodel.space.optimize import Optimum, Progress
    from costlint.costmodel.space.pareto import Front
    from costlint.costmodel.space.program import Program
    from costlint.costmodel.space.sampling import Values


@dataclass(frozen=True, kw_only=True, repr=False)
class Space(FreeSizes):
    """The design space of a graph: `bind` one design, `compile` for arrays of them.

    `variables` are names, `current` today's values, `bounds` where to look, `details` the rest.
    """

    @cached_property
    def rows(self) -> tuple[OpCost, ...]:
        """The traced ops with their costs."""
        return traced_costs(self.traced, self.trace)

    @cached_property
    def repeats(self) -> Mapping[str, Dim]:
        """How often each op runs, by its key, where the traced graph does not show it.

        A run of blocks whose depth is free has three blocks in the traced graph; the middle one
        stands for all but the first and the last.
        """
        return {key: self.nodes[run.name] - SHOWN + 1 for run in self.runs for key in run.middle}

    @cached_property
    def totals(self) -> Mapping[str, Dim]:
        """macs, parameters and bytes_accessed as traced values."""
        rows = [
            (row.cost, self.repeats.get(op_key(row.op), 1)) for row in self.rows if not row.is_free
        ]
        moved = [(c.bytes_read + c.bytes_written) * times for c, times in rows]
        return {
            "macs": total(self.trace, [c.macs * times for c, times in rows]),
            "parameters": self._parameters(),
            "bytes_accessed": total(self.trace, moved),
        }

    def _parameters(self) -> Dim:
        """The parameters of the traced graph, and of the blocks of each run that it leaves out."""
        whole = parameter_counts(self.traced).elements
        found = [whole]
        for run in self.runs:
            rest = tuple([op for op in self.traced.ops if op_key(op) not in run.middle])
            without = parameter_counts(replace(self.traced, ops=rest)).elements
            found.append((whole - without) * (self.nodes[run.name] - SHOWN))
        return total(self.trace, found)

    @cached_property
    def channel_program(self) -> tuple[Program, Mapping[str, list[int]]]:
        """What `within_limits` asks of arrays of designs."""
        from costlint.costmodel.space.group_limits import channel_program

        return channel_program(self)

    @cached_property
    def symbols(self) -> Mapping[str, Any]:
        """The sympy symbol of each variable."""
        return {name: symbol(name) for name in self.details}

    @cached_property
    def macs(self) -> Any:
        """Multiply-accumulates as a sympy expression in `symbols`."""
        return self._expression("macs")

    @cached_property
    def parameters(self) -> Any:
        """Parameters as a sympy expression in `symbols`."""
        return self._expression("parameters")

    @cached_property
    def bytes_accessed(self) -> Any:
        """Bytes read and written, unfused, as a sympy expression in `symbols`."""
        return self._expression("bytes_accessed")

    def _expression(self, name: str) -> Any:
        symbols = {
            node: self.symbols[name] / self.details[name].multiple_of
            for name, node in self.nodes.items()
        }
        return symbolic(self.totals[name], symbols)

    def model(self, values: Mapping[str, int] | None = None, *, seed: int = 0) -> Any:
        """A ModelProto that runs, weights random: filters scaled by fan-in, variances near one.

        The batch stays free where the file left it so and `values` do not name it.

        Raises:
            OptionError, ShapeError: see `bind`. ModelError: the graph cannot be written.
        """
        from costlint.costmodel.space.models import model_at

        return model_at(self, values or {}, seed=seed)

    def sample(self, n: int, seed: int = 0, names: Sequence[str] | None = None) -> Values:
        """`n` random designs of the variables `names`, by default of all: {name: array}."""
        from costlint.costmodel.space.sampling import sample

        return sample(self, n, seed, names)

    def grid(self, values: Mapping[str, Sequence[int] | None]) -> Values:
        """Every combination of `values` as {name: array}; None is every step within the bounds."""
        from costlint.costmodel.space.sampling import grid

        return grid(self, values)

    def sensitivity(
        self, device_or_name: Device = DEFAULT_DEVICE, values: Mapping[str, int] | None = None
    ) -> dict[str, float]:
        """Seconds that each further channel, pixel or sample costs, around `values`."""
        from costlint.costmodel.space.sensitivity import sensitivity

        return sensitivity(self.compile(device_or_name), values)

    def compile(self, device_or_name: Device = DEFAULT_DEVICE) -> Evaluator:
        """A function from arrays of values to arrays of latencies and counts.

        Raises:
            ProfileError: there is no such device.
        """
        from costlint.costmodel.space.evaluator import Evaluator

        return Evaluator(space=self, device=device(device_or_name))

    def optimize(  # noqa: PLR0913 - what a search can be told
        self,
        device_or_name: Device = DEFAULT_DEVICE,
        *,
        keep: str = "macs",
        free: str | Sequence[str] = "widths",
        min_width: int | None = None,
        multiple_of: int = 8,
        seed: int = 0,
        time_limit_s: float = 20.0,
        progress: Progress | None = None,
    ) -> Optimum:
        """The design of least latency with no fewer `keep` ("macs" or "parameters").

        With keep="latency" the one of most macs that takes no longer. `free` are "widths" or names
        of variables; widths are multiples of `multiple_of` where their bounds have any.

        Raises:
            OptionError: `keep` or `free` is not known, or nothing is free.
        """
        from costlint.costmodel.space.optimize import optimize
        from costlint.costmodel.space.posed import problem

        evaluate = self.compile(device_or_name)
        posed = problem(evaluate, keep, free, min_width=min_width, multiple_of=multiple_of)
        return optimize(posed, seed=seed, time_limit_s=time_limit_s, progress=progress)

    def pareto(  # noqa: PLR0913 - what a search can be told
        self,
        device_or_name: Device = DEFAULT_DEVICE,
        *,
        free: str | Sequence[str] = "widths",
        min_width: int | None = None,
        multiple_of: int = 8,
        seed: int = 0,
        time_limit_s: float = 20.0,
    ) -> Front:
        """Designs that no other one beats in latency, macs and parameters at once.

        `free`, `min_width` and `multiple_of` are those of `optimize`; today's design is among
        those that are tried.

        Raises:
            OptionError: `free` is not known, or nothing is free.
        """
        from costlint.costmodel.space.pareto import pareto
        from costlint.costmodel.space.posed import problem

        evaluate = self.compile(device_or_name)
        posed = problem(evaluate, "macs", free, min_width=min_width, multiple_of=multiple_of)
        return pareto(posed, seed=seed, time_limit_s=time_limit_s)

    def narrowed(self, bounds: Mapping[str, Sequence[int]]) -> Space:
        """The space with other bounds: name -> (lowest, highest) or (lowest, highest, step)."""
        found = dict(self.details)
        for name, given in bounds.items():
            if name not in found:
                raise self.unknown(name)
            found[name] = bounded(found[name], given)
        return replace(self, details=found)
