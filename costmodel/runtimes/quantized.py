"""Which ops between a DequantizeLinear and a QuantizeLinear run in the types outside.

A file states a quantised network as floats between conversions (QDQ). A runtime takes an op with
the conversions around it as one kernel where it has such a kernel, and leaves the rest as it is
written. https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from costlint.costmodel.formulas.sets import CLAMPS, STEERED, traffic_of
from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.runtimes.saturation import clamps, same_number

if TYPE_CHECKING:
    from costlint.costmodel.counts.op_cost import OpCost

INTO: Final = "QuantizeLinear"
OUT: Final = "DequantizeLinear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantized:
    """`ops` run as one kernel with the conversions around them, on activations of `types`.

    `keeps_scale` ops take and give elements as they are, so that both sides have one scale.
    `gives_floats` ops may lack the conversion behind them.
    """

    ops: frozenset[str]
    types: frozenset[str] = frozenset({"int8", "uint8"})
    keeps_scale: bool = False
    gives_floats: bool = False


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
    return _Search(rows, {t.name for t in outputs}, quantized, recodes=recodes).run()


class _Search:
    def __init__(
        self,
        rows: Sequence[OpCost],
        kept: set[str],
        quantized: Sequence[Quantized],
        *,
        recodes: bool,
    ) -> None:
        self.rows = rows
        self.kept = kept
        self.quantized = quantized
        self.recodes = recodes
        self.maker: dict[str, int] = {}
        self.readers: dict[str, list[int]] = {}
        self.types: dict[str, str] = {}
        for index, row in enumerate(rows):
            for name in _names(row.op.inputs):
                self.readers.setdefault(name, []).append(index)
            self.maker.update(dict.fromkeys(_names(row.op.outputs), index))

    def run(self) -> Units:
        found: dict[int, Unit] = {}
        for index in range(len(self.rows)):
            unit = self._unit(index)
            if unit is not None:
                found[index] = unit
        gone = {i for i, row in enumerate(self.rows) if row.op.op_type == OUT}
        gone = {i for i in gone if self._is_read_by(i, found)}
        return Units(found, frozenset(gone))

    def _is_read_by(self, index: int, units: Mapping[int, Unit]) -> bool:
        """Whether the units alone read what a conversion gives."""
        readers = [r for name in _names(self.rows[index].op.outputs) for r in self._readers(name)]
        return bool(readers) and all(r in units for r in readers)

    def _readers(self, name: str) -> list[int]:
        """The readers of a tensor; an output of the graph is read by somebody else, too."""
        return [*self.readers.get(name, ()), *([-1] if name in self.kept else [])]

    def _unit(self, index: int) -> Unit | None:
        op = self.rows[index].op
        for one in self.quantized:
            if op.domain or op.op_type not in one.ops:
                continue
            inputs = self._inputs(op, one)
            made = [t for t in op.outputs if t is not None]
            ways = [self._behind(t) for t in made] if inputs else []
            if (
                inputs is None
                or not made
                or not (all(ways) or (one.gives_floats and not any(ways)))
            ):
                continue
            ends = tuple(
                self.rows[way[-1]].op.y if way else t for t, way in zip(made, ways, strict=True)
            )
            if not self._agree(op, inputs, ends if all(ways) else (), one):
                continue
            if one.keeps_scale and not all(self._is_of_one_scale(index, way) for way in ways):
                continue
            behind = tuple(place for way in ways for place in way)
            return Unit(op.between(inputs, ends, op.attributes), behind)
        return None

    def _agree(
        self, op: Op, inputs: Sequence[Tensor | None], ends: Sequence[Tensor], one: Quantized
    ) -> bool:
        """Whether all that is read and written has one type, which is one of those of the kernel.

        The weight of a product may have another.
        """
        read = [t for t in inputs if t is not None and not t.is_parameter]
        types = {self._type(t) for t in (*read, *ends)}
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
                x = self._before(tensor)
                if x is None:
                    return None
                found.append(replace(x, dtype=self._type(x)))
        return tuple(found)

    def _before(self, tensor: Tensor) -> Tensor | None:
        """What `tensor` was converted from; None where it was not."""
        place = self.maker.get(tensor.name)
        op = None if place is None else self.rows[place].op
        x = op.input(0) if op is not None and op.op_type == OUT else None
        return None if x is None or x.is_parameter else x

    def _behind(self, y: Tensor) -> tuple[int, ...]:
        """What alone reads `y`, up to its conversion: clamps do nothing that it does not do."""
        found: list[int] = []
        read: Tensor | None = y
        while read is not None:
            readers = self._readers(read.name)
            if len(readers) != 1 or readers[0] < 0:
                return ()
            op = self.rows[readers[0]].op
            found.append(readers[0])
            read = op.outputs[0] if op.outputs else None
            if op.op_type == INTO:
                ops = [self.rows[place].op for place in found]
                is_whole = read is not None and all(clamps(one, op) for one in ops[:-1])
                return tuple(found) if is_whole else ()
            if op.op_type not in CLAMPS:
                return ()
        return ()

    def _type(self, tensor: Tensor) -> str:
        """The type in which `tensor` is computed with."""
        if not self.recodes or tensor.dtype != "int8":
            return tensor.dtype
        if tensor.name not in self.types:
            self.types[tensor.name] = self._recoded(tensor)
        return self.types[tensor.name]

    def _recoded(self, tensor: Tensor) -> str:
        maker = self.maker.get(tensor.name)
        readers = self._readers(tensor.name)
        if maker is None or self.rows[maker].op.op_type != INTO or -1 in readers:
            return tensor.dtype
        ops = [self.rows[reader].op for reader in readers]
        if any(op.op_type != OUT for op in ops):
            return tensor.dtype
        ends = [r for op in ops for name in _names(op.outputs) for r in self._readers(name)]
        return "uint8" if len(ends) == 1 else tensor.dtype

    def _is_of_one_scale(self, index: int, behind: Sequence[int]) -> bool:
        if len(behind) != 1:
            return False
        into = self.rows[behind[0]].op
        if self.rows[index].op.op_type in CLAMPS and not clamps(self.rows[index].op, into):
            return False
        sources = [t for t in self.rows[index].op.inputs if t is not None and not t.is_parameter]
        out = [self.rows[self.maker[t.name]].op for t in sources]
        return all(same_number(op.input(i), into.input(i)) for op in out for i in (1, 2))


def _steers(op: Op, parameter: Tensor) -> bool:
    """Whether a parameter says what to do, and is no number that the op computes with."""
    return not is_float(parameter.dtype) or op.op_type in STEERED


def _names(tensors: Iterable[Tensor | None]) -> list[str]:
    return [t.name for t in tensors if t is not None and not t.is_parameter]
