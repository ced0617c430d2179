"""Random models of If, Loop, Scan and sequences, and what onnxruntime does when it runs them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

FLOAT = TensorProto.FLOAT


@dataclass
class Scope:
    """A graph that is being made: its nodes, and the names of what it may read."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    tensors: list[str] = field(default_factory=list)
    sequences: list[str] = field(default_factory=list)


class Maker:
    """Makes a random model; all tensors are (a, b) floats with sizes of 1 to 4."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a seed for tests
        self.count = 0
        self.is_decided = True
        """Whether the data decides no If."""

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

    def step(self, scope: Scope, depth: int) -> None:
        """One more random node, with bodies where `depth` is left."""
        kinds = ["relu", "product", "concat", "cut", "split", "insert", "at", "join", "construct",
                 "erase", "length"]  # fmt: skip
        if depth:
            kinds += ["if", "loop", "loop", "while", "scan", "map"] * 2
        getattr(self, f"_{self.random.choice(kinds)}")(scope, depth)

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
        one = self._slim(scope, self._slim(scope, self.tensor(scope), 0), 1)
        self.add(scope, "Expand", [one, dims], "tensors")

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

    def body(self, scope: Scope, depth: int, *, state: str = "", parts: str = "") -> Scope:
        """A scope inside: it sees what is around it, and its own state."""
        inner = Scope(
            tensors=[*scope.tensors[-2:], *([state] if state else [])],
            sequences=[*scope.sequences[-1:], *([parts] if parts else [])],
        )
        for _ in range(self.random.randint(1, 3)):
            self.step(inner, depth - 1)
        return inner

    def result(self, scope: Scope, tensor: str) -> str:
        """The tensor under a name that this scope makes."""
        return self.add(scope, "Identity", [tensor], "tensors")

    def graph(self, scope: Scope, inputs: Sequence[Any], outputs: Sequence[Any]) -> Any:
        return helper.make_graph(scope.nodes, self.name("g"), list(inputs), list(outputs))

    def value(self, name: str, kind: str = "tensor") -> Any:
        return value_info(name, kind)

    def _if(self, scope: Scope, depth: int) -> None:
        known = self.random.random() < 0.6
        branches = []
        for _ in range(2):
            inner = self.body(scope, depth)
            out = self.result(inner, inner.tensors[-1] if known else scope.tensors[-1])
            branches.append(self.graph(inner, [], [self.value(out)]))
        chosen = self.random.random() < 0.5
        condition = self.constant(scope, chosen, np.bool_) if known else "flag"
        self.is_decided = self.is_decided and known
        then, other = branches
        self.add(scope, "If", [condition], "tensors", then_branch=then, else_branch=other)

    def _loop(self, scope: Scope, depth: int) -> None:
        """A state that may grow, a sequence that may grow, a tensor given out by each trip."""
        trips = self.constant(scope, self.random.randint(0, 4))
        self._looped(scope, depth, trips, "")

    def _while(self, scope: Scope, depth: int) -> None:
        """Runs as long as its number is small."""
        self._looped(scope, depth, "", self.constant(scope, 1, np.bool_))

    def _looped(self, scope: Scope, depth: int, trips: str, condition: str) -> None:
        number, going, state, parts = (self.name(p) for p in "igxs")
        inner = self.body(scope, depth, state=state, parts=parts)
        new = self.result(inner, self.random.choice([state, inner.tensors[-1]]))
        kept = self.random.choice([parts, inner.sequences[-1]])
        kept = self.add(inner, "Identity", [kept], "sequences")
        flat = self._slim(inner, self._slim(inner, inner.tensors[0], 0), 1)
        out = self.name("g")
        if condition:
            most = self.constant(inner, self.random.randint(0, 3))
            inner.nodes.append(helper.make_node("Less", [number, most], [out]))
        else:
            inner.nodes.append(helper.make_node("Identity", [going], [out]))
        body = self.graph(
            inner,
            [helper.make_tensor_value_info(number, TensorProto.INT64, []),
             helper.make_tensor_value_info(going, TensorProto.BOOL, []),
             self.value(state), self.value(parts, "sequence")],
            [helper.make_tensor_value_info(out, TensorProto.BOOL, []), self.value(new),
             self.value(kept, "sequence"), helper.make_tensor_value_info(flat, FLOAT, [1, 1])],
        )  # fmt: skip
        start = [self.tensor(scope), self.sequence(scope)]
        ends = [self.name("t"), self.name("s"), self.name("t")]
        node = helper.make_node("Loop", [trips, condition, *start], ends, body=body)
        node.name = f"n{ends[0]}"
        scope.nodes.append(node)
        scope.tensors.append(ends[0])
        scope.sequences.append(ends[1])
        folded = self.add(scope, "ReduceSum", [ends[2], self.constant(scope, [0])], "tensors",
                          keepdims=0)  # fmt: skip
        assert folded

    def _scan(self, scope: Scope, depth: int) -> None:
        row, state = self.name("x"), self.name("x")
        axis = self.random.choice([0, 1])
        inner = self.body(scope, depth, state=state)
        kept = self.result(inner, state)
        shown = self.add(inner, "Relu", [row], "tensors")
        body = self.graph(
            inner, [self.value(state), self.value(row)], [self.value(kept), self.value(shown)]
        )
        last, rows = self.name("t"), self.name("t")
        node = helper.make_node(
            "Scan", [self.tensor(scope), self.tensor(scope)], [last, rows], body=body,
            num_scan_inputs=1, scan_input_axes=[axis], scan_output_axes=[axis],
        )  # fmt: skip
        node.name = f"n{last}"
        scope.nodes.append(node)
        scope.tensors += [last, rows]

    def _map(self, scope: Scope, depth: int) -> None:
        part = self.name("x")
        inner = self.body(scope, depth, state=part)
        out = self.result(inner, inner.tensors[-1])
        body = self.graph(inner, [self.value(part)], [self.value(out)])
        self.add(scope, "SequenceMap", [self.sequence(scope)], "sequences", body=body)

    def model(self) -> onnx.ModelProto:
        sizes = [(self.random.randint(1, 4), self.random.randint(1, 4)) for _ in range(2)]
        inputs = {f"in{i}": size for i, size in enumerate(sizes)}
        scope = Scope(tensors=[*inputs])
        for _ in range(self.random.randint(3, 7)):
            self.step(scope, 2)
        outputs = [self.value(name) for name in scope.tensors if name not in inputs]
        outputs += [self.value(name, "sequence") for name in scope.sequences]
        graph = helper.make_graph(
            scope.nodes,
            "g",
            [*(helper.make_tensor_value_info(n, FLOAT, s) for n, s in inputs.items()),
             helper.make_tensor_value_info("flag", TensorProto.BOOL, [])],
            outputs,
        )  # fmt: skip
        opsets = [helper.make_opsetid("", 17)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def value_info(name: str, kind: str = "tensor") -> onnx.ValueInfoProto:
    """A value of floats whose shape is not said."""
    if kind == "tensor":
        return helper.make_tensor_value_info(name, FLOAT, None)
    inner = helper.make_tensor_type_proto(FLOAT, None)
    return helper.make_value_info(name, helper.make_sequence_type_proto(inner))


def run_by_onnxruntime(model: onnx.ModelProto, folder: Path) -> tuple[list[Any], int] | None:
    """Shapes of the outputs (lists of them for sequences) and the macs of every product that ran.

    None where onnxruntime refuses the model. Its profile, written to `folder`, has a line for every
    run of a node, with the shapes that it met, so each trip of a loop is there.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.enable_profiling = True
    options.profile_file_prefix = str(folder / "profile")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    feeds: dict[str, Any] = {
        i.name: np.ones([d.dim_value for d in i.type.tensor_type.shape.dim], np.float32)
        for i in model.graph.input
    }
    feeds["flag"] = np.array(1, np.bool_)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        found = session.run(None, feeds)
    except Exception:  # noqa: BLE001 - its errors have no common base
        return None
    profile = Path(session.end_profiling())
    events = json.loads(profile.read_text("utf-8"))
    profile.unlink()
    shapes = [[x.shape for x in v] if isinstance(v, list) else v.shape for v in found]
    return shapes, sum(map(_macs, events))


def _macs(event: dict[str, Any]) -> int:
    """Multiply-accumulates of one line of a profile."""
    args = event.get("args", {})
    if args.get("op_name") != "MatMul" or not event["name"].endswith("_kernel_time"):
        return 0
    (m, k), (_, n) = (next(iter(each.values())) for each in args["input_type_shape"])
    return int(m * k * n)
