"""Who makes and who reads each tensor, seen through the views of a runtime."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.formulas.plain_convolution import plain_convolution
from costlint.costmodel.formulas.sets import traffic_of
from costlint.costmodel.formulas.views import RESHAPES
from costlint.costmodel.ir.dims import is_one
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.runtimes.fusion import FusionRules
from costlint.costmodel.runtimes.memory_order import (
    MemoryOrder,
    Order,
    is_channels_last,
    is_in_order,
    result_order,
)
from costlint.costmodel.runtimes.quantized import units_of


class Wiring:
    """Readers and makers of the tensors that are memory of their own.

    A view is known by its `root`; it is `strided` when its elements do not lie in order, and
    `order` says how they lie, where the runtime keeps that.
    `real[i]` says whether op `i` does anything, `kept` are the graph's outputs. `activations[i]`
    are what op `i` reads besides parameters, `made[i]` the names of what it gives. `units` are the
    ops that run in the integers around them: what they read is what is read in memory.
    """

    def __init__(
        self, rows: Sequence[OpCost], outputs: Iterable[Tensor], rules: FusionRules
    ) -> None:
        kept = tuple(outputs)
        self.rows = rows
        self.rules = rules
        self.units = units_of(rows, kept, rules.quantized, recodes=rules.recodes)
        self.gone = set(self.units.gone)
        self.root: dict[str, str] = {}
        self.strided: set[str] = set()
        self.order: dict[str, Order] = {}
        self.maker: dict[str, int] = {}
        self.readers: dict[str, list[int]] = {}
        self.real: list[bool] = []
        self.activations: list[list[Tensor]] = []
        self.made: list[list[str]] = []
        for index, row in enumerate(rows):
            self._connect(index, row)
        self.kept = {self.root_of(t) for t in kept}

    def _connect(self, index: int, row: OpCost) -> None:
        """Note what the op reads and makes, or of what it is a view."""
        op = row.op
        activations = [t for t in self.run(index).inputs if t is not None and not t.is_parameter]
        self.activations.append(activations)
        made = [t.name for t in op.outputs if t is not None]
        self.made.append(made)
        source = activations[0] if activations else None
        was_strided = source is not None and source.name in self.strided
        if self.rules.keeps_order:
            is_strided = self._lay(row)
            must_copy = was_strided and not is_strided and op.op_type in RESHAPES
        else:
            is_strided = was_strided or op.op_type == "Transpose"
            must_copy = False
        is_view = index in self.gone or _is_view(row, self.rules.views)
        self.real.append(must_copy or not is_view)
        if not self.real[index] and index in self.units.by_op:  # nothing is done to convert
            self.gone.update(self.units.by_op[index].behind)
        if self.real[index] or source is None:
            for tensor in activations:
                self.readers.setdefault(self.root_of(tensor), []).append(index)
            for name in made:
                self.maker[name] = index
        else:
            root = self.root_of(source)
            for name in made:
                self.root[name] = root
            if is_strided:
                self.strided.update(made)

    def run(self, index: int) -> Op:
        """Op `index` as it runs: between integers where it is a unit."""
        unit = self.units.by_op.get(index)
        return self.rows[index].op if unit is None else unit.op

    def _lay(self, row: OpCost) -> bool:
        """Note in which order the op's results lie; whether it is not that of their shape."""
        op = row.op
        is_conv = traffic_of(op) == "convolution"
        starts = op.op_type == "Transpose" or (self.rules.channels_last and is_conv)
        if not starts and not any(t is not None and t.name in self.order for t in op.inputs):
            return False
        made = result_order(op, row.op_class, self.order, channels_last=self.rules.channels_last)
        for tensor in op.outputs:
            if tensor is not None and made is not None and not is_in_order(tensor, made):
                self.order[tensor.name] = made
                self.strided.add(tensor.name)
        return any(t is not None and t.name in self.strided for t in op.outputs)

    def memory_order_of(
        self, op: Op, reads: Sequence[Tensor], composite: str
    ) -> MemoryOrder | None:
        """How what a kernel reads and writes lies, where the runtime keeps that."""
        y = op.outputs[0] if op.outputs and self.rules.keeps_order else None
        if y is None or y.shape is None:
            return None
        is_conv = traffic_of(op) == "convolution"
        full = [t for t in reads if t.shape == y.shape or is_conv]
        made = [t for t in full if self.root_of(t) in self.maker]
        order = self.order.get(y.name)
        is_strided_linear = composite == "linear" and reads[0].name in self.strided
        return MemoryOrder(
            is_channels_last=is_channels_last(y, self.order),
            mixed=tuple([t for t in made if self.order.get(t.name) != order]),
            has_bias_apart=is_strided_linear
            or (is_conv and plain_convolution(op).input(2) is not None),
        )

    def root_of(self, tensor: Tensor) -> str:
        """The tensor whose memory this one is."""
        return self.root.get(tensor.name, tensor.name)

    def outgrows(self, main: int, last: int, reader: int) -> bool:
        """Whether op `reader` broadcasts what op `last` gave, in a kernel whose work is op `main`.

        Behind a reduction that is a loop of its own; of element-wise ops it repeats the cheap part.
        """
        if self.rows[main].op_class == "elementwise":
            return False
        before, after = self.rows[last].op.outputs[0], self.rows[reader].op.outputs[0]
        if before is None or after is None:
            return False
        inner = (before.shape or ())[1:]  # the first is the batch, which may be one just now
        sides = zip(reversed(inner), reversed(after.shape or ()), strict=False)
        return any(is_one(a) and not is_one(b) for a, b in sides)

    def reads(self, index: int) -> dict[str, str]:
        """Names of what op `index` reads besides parameters, by root."""
        root = self.root
        return {root.get(t.name, t.name): t.name for t in self.activations[index]}

    def is_read_only_by(self, root: str, members: frozenset[int]) -> bool:
        """Whether nobody but the ops `members` needs the tensor; it need not be written then."""
        readers = self.readers.get(root, ())
        return root not in self.kept and members.issuperset(readers)

    def next_op(self, index: int, op_type: str, taken: Container[int]) -> int | None:
        """A reader of op `index` of that type that is costed and not `taken`."""
        for name in self.made[index]:
            for reader in self.readers.get(name, ()):
                row = self.rows[reader]
                if row.op.op_type == op_type and row.costed and reader not in taken:
                    return reader
        return None


def _is_view(row: OpCost, views: Container[str]) -> bool:
    """Whether the op does nothing there but name its input anew."""
    op = row.op
    if op.op_type == "Gather" and not row.is_free:  # one index of a stack is a view, rows are not
        index = op.input(1)
        is_scalar = index is not None and index.is_parameter and index.shape == ()
        return is_scalar and "Gather" in views
    if op.op_type == "Cast" and op.x.dtype == op.y.dtype:
        return True  # every runtime hands the tensor on
    return row.is_free or op.op_type in views
