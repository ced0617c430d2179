"""Latency and counts of whole arrays of designs on one device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from costlint.costmodel.devices import DeviceProfile
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.graph import op_key
from costlint.costmodel.latency.combine import kernel_seconds
from costlint.costmodel.latency.kernel_amounts import amounts_by_kernel
from costlint.costmodel.runtimes.kernels import kernels
from costlint.costmodel.space.arithmetic import total
from costlint.costmodel.space.cases import by_cases
from costlint.costmodel.space.program import Program
from costlint.costmodel.space.trace import Dim

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from costlint.costmodel.space.space import Space

    Array: TypeAlias = NDArray[np.float64]

Values: TypeAlias = Mapping[str, Any]
"""Name -> an array of n values, or one number for all designs; what is missing is today's."""


@dataclass(frozen=True, kw_only=True)
class Designs:
    """Results for n designs; each array is computed when it is first asked for.

    A design that the graph cannot have is NaN everywhere and False in `valid`.
    """

    evaluator: Evaluator = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    n: int

    @cached_property
    def _latency(self) -> list[Array]:
        return self.evaluator.run(self.evaluator.latency_program, self.values, self.n)

    @cached_property
    def _counts(self) -> list[Array]:
        return self.evaluator.run(self.evaluator.counts_program, self.values, self.n)

    @property
    def latency_s(self) -> Array:
        """Seconds of one inference."""
        return self._latency[0]

    @property
    def macs(self) -> Array:
        """Multiply-accumulates."""
        return self._counts[0]

    @property
    def parameters(self) -> Array:
        """Number of parameters."""
        return self._counts[1]

    @property
    def bytes_accessed(self) -> Array:
        """Bytes read and written, unfused."""
        return self._counts[2]

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Which designs the graph can have."""
        first = self._counts if "_counts" in self.__dict__ else self._latency
        return ~np.isnan(first[0])


@dataclass(frozen=True, kw_only=True)
class Evaluator:
    """A space on a device. `evaluate({"features.3.width": array})` gives `Designs`."""

    space: Space
    device: DeviceProfile

    def __call__(self, values: Values | None = None, **named: Any) -> Designs:
        """Evaluate designs.

        Raises:
            OptionError: an unknown name, or arrays of different lengths.
        """
        given = {**(values or {}), **named}
        arrays: dict[str, Any] = {}
        n = 1
        for name, value in given.items():
            self.space.variable(name)
            array = np.asarray(value)
            if array.ndim > 1 or array.dtype.kind not in "iuf":
                raise OptionError(f"{name}: an array of one dimension of numbers is expected")
            if array.ndim == 1:
                if len(array) != n and n != 1:
                    raise OptionError(f"{name} has {len(array)} values, others have {n}")
                n = len(array)
            arrays[name] = array
        return Designs(evaluator=self, values=arrays, n=n)

    @cached_property
    def latency_program(self) -> Program:
        """Computes the latency and the conditions."""
        return self._program(self._latency())

    @cached_property
    def counts_program(self) -> Program:
        """Computes macs, parameters, bytes accessed and the conditions."""
        totals = self.space.totals
        return self._program(totals["macs"], totals["parameters"], totals["bytes_accessed"])

    def _program(self, *outputs: Dim) -> Program:
        return self.space.program([*outputs, *(c.value for c in self.space.conditions)])

    def _latency(self) -> Dim:
        """What `estimate` computes, over traced dimensions."""
        space, profile = self.space, self.device
        made = kernels(space.rows, space.traced.outputs, profile.rules)
        model = amounts_by_kernel(space.rows, space.traced, made, profile.settings)
        found: list[Dim] = [profile.overhead_s]
        for kernel in made:
            counted = by_cases(space.trace, partial(model.of, kernel))
            seconds = kernel_seconds(counted, profile.seconds_per_unit, profile.overlap)
            found.append(seconds.latency_s * space.repeats.get(op_key(kernel.main.op), 1))
        return total(space.trace, found)

    def run(self, program: Program, values: Mapping[str, Any], n: int) -> list[Array]:
        """The program's outputs for n designs, in chunks; NaN where a condition fails."""
        conditions = self.space.conditions
        kept = program.outputs.shape[0] - len(conditions)
        zero = [kept + i for i, c in enumerate(conditions) if c.must == "zero"]
        positive = [kept + i for i, c in enumerate(conditions) if c.must == "positive"]
        variables = [self.space.details[name] for name in self.space.nodes]
        units = np.array([v.multiple_of for v in variables], float)[:, None]
        today = np.array([v.current for v in variables], float)[:, None]
        rows = [(i, values[v.name]) for i, v in enumerate(variables) if v.name in values]
        results = np.empty((kept, n))
        workspace = np.empty((program.size, min(n, program.chunk)))
        for start in range(0, n, program.chunk):
            stop = min(n, start + program.chunk)
            chunk = np.broadcast_to(today, (len(today), stop - start)).copy()
            for row, array in rows:
                chunk[row] = array[start:stop] if array.ndim else array
            chunk /= units
            good = ((chunk == np.floor(chunk)) & (chunk >= 1.0)).all(axis=0)
            found = program(chunk, workspace)
            good &= (found[zero] == 0.0).all(axis=0) & (found[positive] >= 1.0).all(axis=0)
            results[:, start:stop] = found[:kept]
            if not good.all():
                results[:, start:stop][:, ~good] = np.nan
        return list(results)
