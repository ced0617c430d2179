"""Makes the operands that recipes ask for: tensors that are there already, or new ones."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper

from tests.generated.values import Value, dtype_name, evaluated, numpy_dtype

SIZES = (0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 16)
OPSETS = (7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 28)


class Maker:
    """The state of a graph that grows. `chance` decides everything."""

    def __init__(self, chance: random.Random, opset: int, *, closed: bool = False) -> None:
        self.chance = chance
        self.opset = opset
        self.opsets = {"": opset, "com.microsoft": 1, "ai.onnx.ml": 3}
        self.closed = closed  # a local function: no initializers, nothing from outside
        self.values: list[Value] = []
        self.nodes: list[onnx.NodeProto] = []
        self.inputs: list[Value] = []
        self.initializers: list[Value] = []
        self.listed: list[Value] = []  # initializers that are inputs as well
        self.loose = False  # an operand that steers shapes is not known before the run
        self.made = 0
        self.prefix = ""

    def name(self) -> str:
        self.made += 1
        return f"{self.prefix}t{self.made}"

    # Choices.
    def maybe(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def one(self, choices: Iterable[Any]) -> Any:
        return self.chance.choice(list(choices))

    def size(self, least: int = 0) -> int:
        return int(self.one(s for s in SIZES if s >= least))

    def whole(self, low: int, high: int) -> int:
        return self.chance.randint(low, high)

    def dims(self, rank: int | None = None, least: int = 0) -> tuple[int, ...]:
        if rank is None:
            rank = self.one((0, 1, 1, 2, 2, 3, 3, 4, 4, 5))
        return tuple(self.size(least) for _ in range(rank or 0))

    def axis(self, rank: int) -> int:
        """An axis of a tensor of `rank`, from the front or the back."""
        return self.whole(-rank, rank - 1) if rank else 0

    def dtype(self, allowed: Iterable[str]) -> str:
        allowed = list(allowed)
        if "float32" in allowed and self.maybe(0.6):
            return "float32"
        return str(self.one(allowed))

    # Operands.
    def content(self, dtype: str, shape: Sequence[int]) -> Any:
        count = int(np.prod(shape, dtype=int))
        if dtype == "string":
            words = ["", "a", "été", "\U0001f600", "x" * 40, "1.5"]
            flat = np.array([*self.chance.choices(words, k=count), None], dtype=object)[:-1]
            return flat.reshape(shape)
        numbers = self.chance.choices((0, 1, 1, 2, 3, 0.5, -1), k=count)
        if "int" in dtype or dtype == "bool":
            numbers = [abs(int(n)) for n in numbers]
        return np.array(numbers, dtype=np.float64).reshape(shape).astype(numpy_dtype(dtype))

    def new(
        self, dtype: str, shape: Sequence[int], content: Any = None, kind: str | None = None
    ) -> Value:
        """A new operand: an input, an initializer, one that is both, or a Constant."""
        if content is None:
            content = self.content(dtype, shape)
        kinds = ("input", "input", "initializer", "initializer", "listed", "constant")
        kind = kind or self.one(kinds)
        if self.closed and kind != "constant":
            kind = "constant"
        value = Value(name=self.name(), dtype=dtype, content=content, known=kind != "input")
        if kind == "constant":
            node = helper.make_node("Constant", [], [value.name])
            from tests.generated.values import tensor_proto

            node.attribute.append(helper.make_attribute("value", tensor_proto("", value)))
            self.nodes.append(node)
        else:
            {"input": self.inputs, "initializer": self.initializers, "listed": self.listed}[
                kind
            ].append(value)
        self.values.append(value)
        return value

    def tensor(
        self, dtypes: Iterable[str], ranks: Iterable[int] | None = None, least: int = 0
    ) -> Value:
        """Some tensor of one of `dtypes` and `ranks`, all its sizes at least `least`."""
        dtypes, ranks = list(dtypes), None if ranks is None else list(ranks)
        fitting = [
            v
            for v in self.values
            if not v.is_sequence
            and v.dtype in dtypes
            and (ranks is None or v.rank in ranks)
            and (not v.shape or min(v.shape) >= least)
        ]
        if fitting and self.maybe(0.75):
            found: Value = self.one(fitting[-6:] if self.maybe() else fitting)
            return found
        return self.new(
            self.dtype(dtypes), self.dims(None if ranks is None else self.one(ranks), least)
        )

    def of(self, dtype: str, shape: Sequence[int], kind: str | None = None) -> Value:
        """A tensor of exactly this shape, an existing one where there is any."""
        fitting = [
            v
            for v in self.values
            if not v.is_sequence and v.dtype == dtype and v.shape == tuple(shape)
        ]
        if kind is None and fitting and self.maybe(0.6):
            found: Value = self.one(fitting)
            return found
        return self.new(dtype, shape, kind=kind)

    def like(self, value: Value, share: float = 0.6) -> Value:
        """A tensor that broadcasts against `value`."""
        if self.maybe(share):
            return self.of(value.dtype, value.shape)
        shape = [s if self.maybe(0.7) else 1 for s in value.shape]
        shape = shape[self.whole(0, len(shape)) :]
        if value.rank < 5 and self.maybe(0.2):
            shape = [self.size(1), *[1] * (value.rank - len(shape)), *shape]
        return self.of(value.dtype, shape)

    def ints(self, numbers: Sequence[int] | int, dtype: str = "int64") -> Value:
        """Numbers that steer shapes: constant, computed from constants, or an input."""
        content = np.array(numbers, dtype=dtype)
        how = self.chance.random()
        if how < 0.1 and not self.closed:
            self.loose = True
            return self.new(dtype, content.shape, content, "input")
        if how < 0.35 and content.ndim == 1 and content.size:
            return self._computed(content, dtype)
        return self.new(dtype, content.shape, content, self.one(("initializer", "constant")))

    def _computed(self, content: Any, dtype: str) -> Value:
        """The same numbers as exporters write them: of Shape, Gather, Concat and arithmetic."""
        pieces: list[Any] = []
        for number in content.tolist():
            found = [
                (v, a)
                for v in self.values
                if not v.is_sequence and v.steady and v.rank and not v.outer
                for a, size in enumerate(v.shape)
                if size == number
            ]
            if found and self.maybe(0.8):
                value, axis = self.one(found)
                place = self.new("int64", (1,), np.array([axis]), "constant")
                shape = self.call("Shape", [value])
                piece = shape and self.call("Gather", [shape[0], place], axis=0)
                pieces.append(piece[0] if piece else None)
            else:
                pieces.append(self.new("int64", (1,), np.array([number]), "constant"))
        joined: Any = None
        if None not in pieces:
            joined = pieces if len(pieces) == 1 else self.call("Concat", pieces, axis=0)
        if joined and dtype != "int64":
            joined = self.call(
                "Cast", [joined[0]], to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
            )
        if not joined:
            return self.new(dtype, content.shape, content, "constant")
        computed: Value = joined[0]
        return computed

    # Nodes.
    def call(
        self,
        op_type: str,
        inputs: Sequence[Value | None],
        outputs: int = 1,
        domain: str = "",
        *,
        unsteady: bool = False,
        **attributes: Any,
    ) -> list[Value] | None:
        """Add a node if a runtime can run it; its outputs."""
        names = [self.name() for _ in range(outputs)]
        node = helper.make_node(
            op_type,
            [v.name if v is not None else "" for v in inputs],
            names,
            name=f"n_{names[0]}",
            domain=domain,
            **{k: v for k, v in attributes.items() if v is not None},
        )
        given = {v.name: v for v in inputs if v is not None}
        return self.take([node], given, names, unsteady=unsteady)

    def stated(
        self,
        op_type: str,
        inputs: Sequence[Value | None],
        contents: Sequence[Any],
        domain: str = "",
        *,
        unsteady: bool = False,
        **attributes: Any,
    ) -> list[Value]:
        """Add a node that no runtime here runs; `contents` have its outputs' types and shapes."""
        names = [self.name() for _ in contents]
        given = [v.name if v is not None else "" for v in inputs]
        node = helper.make_node(op_type, given, names, f"n_{names[0]}", domain=domain, **attributes)
        steady = not unsteady and not self.loose
        steady = steady and all(v.steady for v in inputs if v is not None)
        made = [
            Value(name=n, dtype=_dtype(c), content=c, steady=steady, sure=False)
            for n, c in zip(names, contents, strict=True)
        ]
        self.nodes.append(node)
        self.values.extend(made)
        return made

    def take(
        self,
        nodes: Sequence[onnx.NodeProto],
        given: Mapping[str, Value],
        names: Sequence[str],
        *,
        unsteady: bool = False,
    ) -> list[Value] | None:
        """Add nodes that read `given` and make `names`, if a runtime can run them."""
        found = evaluated(nodes, list(given.values()), names, self.opsets)
        if found is None:
            return None
        contents, sure = found
        sure = sure and all(v.sure for v in given.values())
        steady = sure and all(v.steady for v in given.values()) and not unsteady and not self.loose
        known = all(v.known for v in given.values())
        made = [
            Value(name=n, dtype=_dtype(c), content=c, steady=steady, known=known, sure=sure)
            for n, c in zip(names, contents, strict=True)
        ]
        self.nodes.extend(nodes)
        self.values.extend(made)
        return made


def _dtype(content: Any) -> str:
    if isinstance(content, list):
        return dtype_name(content[0]) if content else "float32"
    return dtype_name(content)
