"""What stands between which tensors: the conversions of a graph, written or moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from costlint.costmodel.formulas.sets import CLAMPS
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.runtimes.saturation import clamps

if TYPE_CHECKING:
    from costlint.costmodel.counts.op_cost import OpCost

INTO: Final = "QuantizeLinear"
OUT: Final = "DequantizeLinear"


class Conversions:
    """The conversions of `rows`, counted ops in topological order; somebody reads all in `kept`.

    Through ops whose type is in `passing` a runtime moves conversions: down behind a
    DequantizeLinear, up before a QuantizeLinear. `moved` are the tensors of floats that get a pair
    of conversions by that, and the QuantizeLinear of each. With `recodes` a signed tensor that
    one op alone reads is turned into an unsigned one.
    """

    def __init__(
        self,
        rows: Sequence[OpCost],
        kept: Collection[str],
        passing: Collection[str],
        *,
        recodes: bool,
    ) -> None:
        self.rows = rows
        self.kept = kept
        self.recodes = recodes
        self.maker: dict[str, int] = {}
        self._of: dict[str, list[int]] = {}
        self._types: dict[str, str] = {}
        for index, row in enumerate(rows):
            for name in names(row.op.inputs):
                self._of.setdefault(name, []).append(index)
            self.maker.update(dict.fromkeys(names(row.op.outputs), index))
        self.moved: Mapping[str, Op] = self._moved(passing)

    def readers(self, name: str) -> list[int]:
        """The readers of a tensor; an output of the graph is read by somebody else, too."""
        return [*self._of.get(name, ()), *([-1] if name in self.kept else [])]

    def before(self, tensor: Tensor) -> Op | None:
        """What `tensor` was converted from, as a QuantizeLinear gives it; None where it was not."""
        if tensor.name in self.moved:
            return self.moved[tensor.name]
        place = self.maker.get(tensor.name)
        op = None if place is None else self.rows[place].op
        x = op.input(0) if op is not None and op.op_type == OUT else None
        return None if op is None or x is None or x.is_parameter else _into(op, tensor, x)

    def behind(self, y: Tensor) -> tuple[tuple[int, ...], Op] | None:
        """What alone reads `y` up to its conversion, and that; None where there is none.

        Clamps on the way do nothing that the conversion does not do.
        """
        found: list[int] = []
        read: Tensor | None = y
        while read is not None:
            into = self.moved.get(read.name)
            readers = self.readers(read.name)
            if into is None:
                if len(readers) != 1 or readers[0] < 0:
                    return None
                op = self.rows[readers[0]].op
                found.append(readers[0])
                into = op if op.op_type == INTO and op.outputs else None
            if into is not None:
                ops = [self.rows[place].op for place in found]
                is_whole = all(clamps(one, into) for one in ops if one.op_type in CLAMPS)
                return (tuple(found), into) if is_whole else None
            if op.op_type not in CLAMPS:
                return None
            read = op.outputs[0] if op.outputs else None
        return None

    def type_of(self, tensor: Tensor) -> str:
        """The type in which `tensor` is computed with."""
        if not self.recodes or tensor.dtype != "int8":
            return tensor.dtype
        if tensor.name not in self._types:
            self._types[tensor.name] = self._recoded(tensor)
        return self._types[tensor.name]

    def _recoded(self, tensor: Tensor) -> str:
        maker = self.maker.get(tensor.name)
        readers = self.readers(tensor.name)
        if tensor.name in self.moved:
            return "uint8" if len(readers) == 1 else tensor.dtype
        if maker is None or self.rows[maker].op.op_type != INTO or -1 in readers:
            return tensor.dtype
        ops = [self.rows[reader].op for reader in readers]
        if any(op.op_type != OUT for op in ops):
            return tensor.dtype
        ends = [r for op in ops for name in names(op.outputs) for r in self.readers(name)]
        return "uint8" if len(ends) == 1 else tensor.dtype

    def _moved(self, passing: Collection[str]) -> Mapping[str, Op]:
        """Down in the order of the ops, then up in the opposite one."""
        found: dict[str, Op] = {}
        self.moved = found
        passes = [
            row.op
            for row in self.rows
            if row.op.op_type in passing and not row.op.domain and len(names(row.op.outputs)) == 1
        ]
        for op in passes:
            x = op.input(0)
            into = None if x is None or x.is_parameter else self.before(x)
            if into is not None and not self._is_converted(op.y):
                found[op.y.name] = _into(into, op.y, into.y)
        for op in reversed(passes):
            x, way = op.input(0), self._up(op.y)
            if x is None or x.is_parameter or way is None or self.before(x) is not None:
                continue
            if len(self.readers(x.name)) == 1:
                found[x.name] = _into(way, x, way.y)
        return found

    def _is_converted(self, y: Tensor) -> bool:
        readers = self.readers(y.name)
        return any(r < 0 or self.rows[r].op.op_type == INTO for r in readers)

    def _up(self, y: Tensor) -> Op | None:
        """The QuantizeLinear behind `y` that may move before what makes it."""
        if y.name in self.moved:
            return self.moved[y.name]
        readers = self.readers(y.name)
        op = self.rows[readers[0]].op if len(readers) == 1 and readers[0] >= 0 else None
        return op if op is not None and op.op_type == INTO and op.outputs else None


def _into(one: Op, x: Tensor, like: Tensor) -> Op:
    """The QuantizeLinear of `x` with the scale and zero point of `one`, to the type of `like`.

    The result keeps the name that tells who makes and who reads it.
    """
    name = like.name if one.op_type == OUT else x.name
    made = replace(x, name=name, dtype=like.dtype)
    return replace(one, op_type=INTO, inputs=(x, *one.inputs[1:3]), outputs=(made,))


def names(tensors: Iterable[Tensor | None]) -> list[str]:
    """Of those that ops make and inputs."""
    return [t.name for t in tensors if t is not None and not t.is_parameter]
