"""A graph as a function of its free sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.counts.parameters import parameter_counts
from costlint.costmodel.devices import DEFAULT_DEVICE, Device, device
from costlint.costmodel.ir.dims import Dim, symbol
from costlint.costmodel.ir.graph import op_key
from costlint.costmodel.space.arithmetic import total
from costlint.costmodel.space.evaluator import Evaluator
from costlint.costmodel.space.expressions import symbolic
from costlint.costmodel.space.free_sizes import FreeSizes
from costlint.costmodel.space.group_limits import channel_program
from costlint.costmodel.space.models import make_model
from costlint.costmodel.space.optimize import optimize
from costlint.costmodel.space.pareto import pareto
from costlint.costmodel.space.program import Program
from costlint.costmodel.space.runs import SHOWN
from costlint.costmodel.space.sampling import grid, sample
from costlint.costmodel.space.sensitivity import sensitivity
from costlint.costmodel.space.traced_graph import traced_costs
from costlint.costmodel.space.variable import bounded


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

    def compile(self, device_or_name: Device = DEFAULT_DEVICE) -> Evaluator:
        """A function from arrays of values to arrays of latencies and counts.

        Raises:
            ProfileError: there is no such device.
        """
        return Evaluator(space=self, device=device(device_or_name))

    # What is computed from a space, each with a file of its own.
    model = make_model
    sample = sample
    grid = grid
    sensitivity = sensitivity
    optimize = optimize
    pareto = pareto

    def narrowed(self, bounds: Mapping[str, Sequence[int]]) -> Space:
        """The space with other bounds: name -> (lowest, highest) or (lowest, highest, step)."""
        found = {name: bounded(self.variable(name), given) for name, given in bounds.items()}
        return replace(self, details={**self.details, **found})
