"""Steps of random models without bodies: products, layout, sequences and optionals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
import onnx
from onnx import helper


@dataclass
class Scope:
    """A graph that is being made: its nodes, and the names of what it may read."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    tensors: list[str] = field(default_factory=list)
    sequences: list[str] = field(default_factory=list)


class Steps:
    """What a graph does, one random node or a few at a time; all tensors are (a, b) floats."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - reproducible
        self.count = 0
        self.constants: dict[str, Any] = {}

    def name(self, prefix: str = "t") -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def constant(self, scope: Scope, value: Any, dtype: Any = np.int64) -> str:
        name = self.name("c")
        array = np.array(value, dtype=dtype)
        tensor = onnx.numpy_helper.from_array(array, name)
        scope.nodes.append(helper.make_node("Constant", [], [name], value=tensor))
        return name

    def add(self, scope: Scope, op: str, inputs: Sequence[str], to: str, **kw: Any) -> str:
        name = self.name("s" if to == "sequences" else "t")
        scope.nodes.append(helper.make_node(op, list(inputs), [name], name=f"n{name}", **kw))
        getattr(scope, to).append(name)
        return name

    def tensor(self, scope: Scope) -> str:
        return self.random.choice(scope.tensors[-4:])

    def sequence(self, scope: Scope) -> str:
        if not scope.sequences:
            self._construct(scope, 0)
        return self.random.choice(scope.sequences[-3:])

    def _relu(self, scope: Scope, _: int) -> None:
        self.add(scope, "Relu", [self.tensor(scope)], "tensors")

    def _product(self, scope: Scope, _: int) -> None:
        x = self.tensor(scope)
        turned = self.add(scope, "Transpose", [x], "tensors", perm=[1, 0])
        self.add(scope, "MatMul", [x, turned], "tensors")

    def _concat(self, scope: Scope, _: int) -> None:
        x = self.tensor(scope)
        self.add(scope, "Concat", [x, x], "tensors", axis=self.random.choice([0, 1]))

    def _cut(self, scope: Scope, _: int) -> None:
        bounds = [self.constant(scope, [v]) for v in (0, self.random.randint(1, 3))]
        axes = self.constant(scope, [self.random.choice([0, 1])])
        self.add(scope, "Slice", [self.tensor(scope), *bounds, axes], "tensors")

    def _split(self, scope: Scope, _: int) -> None:
        axis, x = self.random.choice([0, 1]), self.tensor(scope)
        if self.random.random() < 0.5:
            self.add(scope, "SplitToSequence", [x], "sequences", axis=axis)
        else:
            size = self.constant(scope, self.random.randint(1, 3))
            self.add(scope, "SplitToSequence", [x, size], "sequences", axis=axis)

    def _construct(self, scope: Scope, _: int) -> None:
        if self.random.random() < 0.3:
            self.add(scope, "SequenceEmpty", [], "sequences")
        else:
            parts = [self.tensor(scope) for _ in range(self.random.randint(1, 3))]
            self.add(scope, "SequenceConstruct", parts, "sequences")

    def _insert(self, scope: Scope, _: int) -> None:
        inputs = [self.sequence(scope), self.tensor(scope)]
        if self.random.random() < 0.4:
            inputs.append(self.constant(scope, 0))
        self.add(scope, "SequenceInsert", inputs, "sequences")

    def _erase(self, scope: Scope, _: int) -> None:
        full = self.add(
            scope, "SequenceInsert", [self.sequence(scope), self.tensor(scope)], "sequences"
        )
        inputs = [full]
        if self.random.random() < 0.5:
            inputs.append(self.constant(scope, self.random.choice([0, -1])))
        self.add(scope, "SequenceErase", inputs, "sequences")

    def _at(self, scope: Scope, _: int) -> None:
        full = self.add(
            scope, "SequenceInsert", [self.sequence(scope), self.tensor(scope)], "sequences"
        )
        place = self.constant(scope, self.random.choice([0, -1]))
        self.add(scope, "SequenceAt", [full, place], "tensors")

    def _length(self, scope: Scope, _: int) -> None:
        """As many rows as the sequence has tensors, and one."""
        seq = self.sequence(scope)
        length = self.name("k")
        scope.nodes.append(helper.make_node("SequenceLength", [seq], [length]))
        one = self.constant(scope, [1])
        more, flat, dims = self.name("k"), self.name("k"), self.name("k")
        two = self.constant(scope, [2])
        scope.nodes.append(helper.make_node("Reshape", [length, one], [flat]))
        scope.nodes.append(helper.make_node("Add", [flat, one], [more]))
        scope.nodes.append(helper.make_node("Concat", [more, two], [dims], axis=0))
        zeros = self.name("k")
        scope.nodes.append(helper.make_node("ConstantOfShape", [dims], [zeros]))
        x = self.tensor(scope)  # zeros alone would fold, and what is made of them
        one = self._slim(scope, self._slim(scope, x, 0), 1)
        self.add(scope, "Add", [zeros, one], "tensors")

    def _join(self, scope: Scope, _: int) -> None:
        """Every tensor of a fresh sequence of alike ones, put together."""
        x = self.tensor(scope)
        axis = self.random.choice([0, 1])
        parts = self.add(scope, "SplitToSequence", [x], "sequences", axis=axis)
        self.add(scope, "SequenceInsert", [parts, self._slim(scope, x, axis)], "sequences")
        self.add(scope, "ConcatFromSequence", [scope.sequences[-1]], "tensors", axis=axis)

    def _slim(self, scope: Scope, x: str, axis: int) -> str:
        bounds = [self.constant(scope, [v]) for v in (0, 1)]
        return self.add(scope, "Slice", [x, *bounds, self.constant(scope, [axis])], "tensors")

    def _parts(self, scope: Scope, _: int) -> None:
        """Split into stated sizes, put together again; or split to vectors, and stacked."""
        x = self.tensor(scope)
        axis = self.random.choice([0, 1, -1, -2])
        if self.random.random() < 0.5:
            twice = self.add(scope, "Concat", [x, self._slim(scope, x, axis)], "tensors", axis=axis)
            thin = self._slim(scope, twice, axis)
            sizes = self.constant(scope, [1, 1])
            two = self.add(scope, "Concat", [thin, thin], "tensors", axis=axis)
            self.add(scope, "SplitToSequence", [two, sizes], "sequences", axis=axis)
            self.add(scope, "ConcatFromSequence", [scope.sequences[-1]], "tensors", axis=axis)
            return
        rows = self.name("s")
        scope.nodes.append(
            helper.make_node("SplitToSequence", [x], [rows], f"n{rows}", axis=axis, keepdims=0)
        )
        place = self.random.choice([0, 1, -1, -2])
        self.add(scope, "ConcatFromSequence", [rows], "tensors", axis=place, new_axis=1)

    def _perhaps(self, scope: Scope, _: int) -> None:
        """An optional of a tensor or a sequence, and what is in it."""
        x = self.tensor(scope)
        between = self.name("o")
        scope.nodes.append(helper.make_node("Optional", [x], [between], f"n{between}"))
        self.add(scope, "OptionalGetElement", [between], "tensors")

    def _flat(self, scope: Scope, _: int) -> None:
        """Another rank in between."""
        dims = [self.constant(scope, v) for v in ([-1], [1, -1])]
        flat = self.name("k")
        scope.nodes.append(
            helper.make_node("Reshape", [self.tensor(scope), dims[0]], [flat], f"n{flat}")
        )
        self.add(scope, "Reshape", [flat, dims[1]], "tensors")

    def rows_of(self, scope: Scope, *, cast: bool) -> str:
        """The number of rows of a tensor, as a scalar that may have been int32 for a while."""
        dims, rows = self.name("k"), self.name("k")
        zero = self.constant(scope, 0)
        scope.nodes.append(helper.make_node("Shape", [self.tensor(scope)], [dims]))
        scope.nodes.append(helper.make_node("Gather", [dims, zero], [rows]))
        for dtype in (6, 7) if cast else ():
            turned = self.name("k")
            scope.nodes.append(helper.make_node("Cast", [rows], [turned], to=dtype))
            rows = turned
        return rows
