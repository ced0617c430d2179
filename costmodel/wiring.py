"""Who makes and who reads each tensor, seen through the views of a runtime."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from costlint.costmodel.fusion import FusionRules
from costlint.costmodel.graph import Op, Tensor
from costlint.costmodel.op_cost import OpCost


class Wiring:
    """Readers and makers of the tensors that are memory of their own.

    A view is known by its `root`; it is `strided` when its elements do not lie in order.
    `real[i]` says whether op `i` does anything, `kept` are the graph's outputs.
    """

    def __init__(
        self, rows: Sequence[OpCost], outputs: Iterable[Tensor], rules: FusionRules
    ) -> None:
        self.rows = rows
        self.rules = rules
        self.root: dict[str, str] = {}
        self.strided: set[str] = set()
        self.maker: dict[str, int] = {}
        self.readers: dict[str, list[int]] = {}
        self.real = [not self._is_view(row) for row in rows]
        for index, row in enumerate(rows):
            self._connect(index, row)
        self.kept = {self.root_of(t) for t in outputs}

    def _is_view(self, row: OpCost) -> bool:
        op = row.op
        # One index of a stack is a view, rows are not.
        if op.op_type == "Gather" and not row.is_free:
            index = op.input(1)
            scalar = index is not None and index.is_parameter and index.shape == ()
            return scalar and "Gather" in self.rules.views
        return row.is_free or op.op_type in self.rules.views

    def _connect(self, index: int, row: OpCost) -> None:
        op = row.op
        source = next((t for t in op.inputs if t is not None and not t.is_parameter), None)
        if not self.real[index] and source is not None:
            root = self.root.get(source.name, source.name)
            is_strided = source.name in self.strided or op.op_type == "Transpose"
            if is_strided and self.rules.reshape_copies and _merges(op):
                self.real[index] = True
            else:
                for tensor in op.outputs:
                    if tensor is not None:
                        self.root[tensor.name] = root
                        if is_strided:
                            self.strided.add(tensor.name)
                return
        for tensor in op.inputs:
            if tensor is not None and not tensor.is_parameter:
                self.readers.setdefault(self.root_of(tensor), []).append(index)
        for tensor in op.outputs:
            if tensor is not None:
                self.maker[tensor.name] = index

    def root_of(self, tensor: Tensor) -> str:
        """The tensor whose memory this one is."""
        return self.root.get(tensor.name, tensor.name)

    def outgrows(self, main: int, last: int, reader: int) -> bool:
        """Whether op `reader` broadcasts what op `last` gave, in a kernel whose work is op `main`.

        Behind a reduction that is a loop of its own; of element-wise ops it repeats the cheap part.
        """
        before, after = (self.rows[index].op.outputs[0] for index in (last, reader))
        if self.rows[main].op_class == "elementwise" or before is None or after is None:
            return False
        sides = zip(reversed(before.shape or ()), reversed(after.shape or ()), strict=False)
        return any(_is_one(a) and not _is_one(b) for a, b in sides)

    def next_op(self, index: int, op_type: str, taken: Container[int]) -> int | None:
        """A reader of op `index` of that type that is costed and not `taken`."""
        for tensor in self.rows[index].op.outputs:
            for reader in () if tensor is None else self.readers.get(tensor.name, ()):
                row = self.rows[reader]
                if row.op.op_type == op_type and row.costed and reader not in taken:
                    return reader
        return None


def _merges(op: Op) -> bool:
    """Whether a Reshape joins dimensions; splitting one leaves a view."""
    if op.op_type != "Reshape" or op.x.shape is None or op.y.shape is None:
        return False
    return op.y.rank <= op.x.rank


def _is_one(dim: object) -> bool:
    return type(dim) is int and dim == 1
