"""Which ops between a DequantizeLinear and a QuantizeLinear run in the types outside.

A file states a quantised network as floats between conversions (QDQ). A runtime takes an op with
the conversions around it as one kernel where it has such a kernel, and leaves the rest as it is
written. https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from costlint.costmodel.formulas.sets import CLAMPS, STEERED, traffic_of
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.runtimes.conversions import OUT, Conversions, names
from costlint.costmodel.runtimes.saturation import clamps, same_number

if TYPE_CHECKING:
    from costlint.costmodel.counts.op_cost import OpCost


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantized:
    """`ops` run as one kernel with the conversions around them, on activations of `types`.

    `keeps_scale` ops take and give elements as they are, so that both sides have one scale.
    `gives_floats` ops may lack the conversion behind them. Through `passes` ops the runtime moves
    conversions, so that what lies behind them meets its own.
    """

    ops: frozenset[str]
    types: frozenset[str] = frozenset({"int8", "uint8"})
    keeps_scale: bool = False
    gives_floats: bool = False
    passes: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """An op as it runs: between integers. `behind` are the ops that it takes in, in order."""

    op: Op
    behind: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Units:
    """The quantised kernels by the place of their op; `gone` are conversions that none runs."""

    by_op: Mapping[int, Unit] = field(default_factory=dict)
    gone: frozenset[int] = frozenset()


def units_of(
    rows: Sequence[OpCost],
    outputs: Iterable[Tensor],
    quantized: Sequence[Quantized],
    *,
    recodes: bool,
) -> Units:
    """The units of counted ops in topological order; `outputs` are the graph's.

    With `recodes` a signed tensor that one op alone reads is turned into an unsigned one.
    """
    if not quantized or not any(row.op.op_type == OUT for row in rows):
        return Units()
    passing = {op_type for one in quantized if one.passes for op_type in one.ops}
    kept = {t.name for t in outputs}
    return _Search(Conversions(rows, kept, passing, recodes=recodes), quantized).run()


class _Search:
    def __init__(self, conversions: Conversions, quantized: Sequence[Quantized]) -> None:
        self.all = conversions
        self.rows = conversions.rows
        self.quantized = quantized
        self.found: dict[int, Unit] = {}

    def run(self) -> Units:
        for index in range(len(self.rows)):
            unit = self._unit(index)
            if unit is not None:
                self.found[index] = unit
        left: set[str] = set()
        for index in reversed(range(len(self.rows))):
            made = names(self.rows[index].op.outputs)
            if any(self._is_left(name, left) for name in made):
                left.update(made)
        conversions = (i for i, row in enumerate(self.rows) if row.op.op_type == OUT)
        gone = (i for i in conversions if left.isdisjoint(names(self.rows[i].op.outputs)))
        return Units(self.found, frozenset(gone))

    def _is_left(self, name: str, left: set[str]) -> bool:
        """Whether anybody reads floats: of the tensor, or of what a conversion moves on to."""
        readers = self.all.readers(name)
        if not readers or any(reader not in self.found for reader in readers):
            return True
        moved = (n for r in readers for n in names(self.rows[r].op.outputs) if n in self.all.moved)
        return any(n in left for n in moved)

    def _unit(self, index: int) -> Unit | None:
        op = self.rows[index].op
        for one in self.quantized:
            if op.domain or op.op_type not in one.ops:
                continue
            inputs = self._inputs(op, one)
            made = [t for t in op.outputs if t is not None]
            if not inputs or not made:
                continue
            ways = [way for t in made if (way := self.all.behind(t)) is not None]
            if len(ways) != len(made) and (ways or not one.gives_floats):
                continue
            ends = tuple(into.y for _, into in ways)
            if not self._agree(op, inputs, ends, one):
                continue
            if one.keeps_scale and not all(self._is_of_one_scale(op, *way) for way in ways):
                continue
            behind = tuple(place for places, _ in ways for place in places)
            return Unit(op.between(inputs, ends or tuple(made), op.attributes), behind)
        return None

    def _agree(
        self, op: Op, inputs: Sequence[Tensor | None], ends: Sequence[Tensor], one: Quantized
    ) -> bool:
        """Whether all that is read and written has one type, which is one of those of the kernel.

        The weight of a product may have another.
        """
        read = [t for t in inputs if t is not None and not t.is_parameter]
        types = {self.all.type_of(t) for t in (*read, *ends)}
        if traffic_of(op) == "elementwise":
            types |= {t.dtype for t in inputs if t is not None and t.is_parameter}
        return bool(read) and len(types) == 1 and types <= one.types

    def _inputs(self, op: Op, one: Quantized) -> tuple[Tensor | None, ...] | None:
        """The op's inputs as they are before their conversions; None where one has none."""
        found: list[Tensor | None] = []
        for tensor in op.inputs:
            is_parameter = tensor is not None and tensor.is_parameter
            if tensor is None or (is_parameter and (one.keeps_scale or _steers(op, tensor))):
                found.append(tensor)
            elif tensor.is_parameter:
                if tensor.stored_as is None or is_float(tensor.stored_as):
                    return None
                found.append(replace(tensor, dtype=tensor.stored_as, stored_as=None))
            else:
                into = self.all.before(tensor)
                if into is None or not self._is_made(tensor):
                    return None
                found.append(replace(into.y, dtype=self.all.type_of(into.y)))
        return tuple(found)

    def _is_made(self, tensor: Tensor) -> bool:
        """Whether a tensor whose conversions were moved is indeed made of integers."""
        return tensor.name not in self.all.moved or self.all.maker.get(tensor.name) in self.found

    def _is_of_one_scale(self, op: Op, places: Sequence[int], into: Op) -> bool:
        """Whether all that `op` reads has the scale of what it gives, and nothing lies between."""
        if any(self.rows[place].op.op_type in CLAMPS for place in places):
            return False
        if op.op_type in CLAMPS and not clamps(op, into):
            return False
        sources = [t for t in op.inputs if t is not None and not t.is_parameter]
        out = [self.all.before(t) for t in sources]
        return all(
            one is not None and same_number(one.input(i), into.input(i))
            for one in out
            for i in (1, 2)
        )


def _steers(op: Op, parameter: Tensor) -> bool:
    """Whether a parameter says what to do, and is no number that the op computes with."""
    return not is_float(parameter.dtype) or op.op_type in STEERED
