"""Random models of If, Loop, Scan and sequences, run by onnxruntime and counted trip by trip.

A model is made together with a plain Python account of it: every value is known by its shape (a
sequence by a list of them), every product is counted when its trip runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from tests.costmodel.inference.control_flow_steps import Scope, Steps

FLOAT = TensorProto.FLOAT
STEPS = 2
"""What is in the input of that name."""


class Maker(Steps):
    """Makes a random model of nodes that hold others."""

    def step(self, scope: Scope, depth: int) -> None:
        """One more random node, with bodies where `depth` is left."""
        kinds = ["relu", "product", "concat", "cut", "split", "insert", "at", "join", "construct",
                 "erase", "length", "parts", "perhaps", "flat"]  # fmt: skip
        if depth:
            kinds += ["if", "loop", "loop", "while", "scan", "map", "refused"] * 2
        getattr(self, f"_{self.random.choice(kinds)}")(scope, depth)

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
        truth = self.random.random() < 0.5
        branches = []
        before = last = self.count
        for branch in (True, False):
            # Of two that may run one does nothing: which is the dearer one is plain.
            inner = self.body(scope, depth) if known or branch is truth else Scope()
            out = self.result(inner, inner.tensors[-1] if known else scope.tensors[-1])
            branches.append(self.graph(inner, [], [self.value(out)]))
            if branch and self.random.random() < 0.3:  # branches may use the same names
                last, self.count = self.count, before
            elif not branch:
                self.count = max(self.count, last)
        condition = self.constant(scope, truth, np.bool_) if known else "flag"
        then, other = branches
        self.add(scope, "If", [condition], "tensors", then_branch=then, else_branch=other)

    def _loop(self, scope: Scope, depth: int) -> None:
        """A state that may grow, a sequence that may grow, a tensor given out by each trip."""
        kind = self.random.random()
        trips = "steps" if kind < 0.2 else self.constant(scope, self.random.randint(0, 4))
        if kind > 0.7:
            trips = self.rows_of(scope, cast=kind > 0.85)
        starts = self.random.random()
        going = "" if starts < 0.7 else self.constant(scope, starts > 0.8, np.bool_)
        self._looped(scope, depth, trips, going, ends=False)

    def _while(self, scope: Scope, depth: int) -> None:
        """Runs as long as its number is small."""
        self._looped(scope, depth, "", self.constant(scope, 1, np.bool_), ends=True)

    def _looped(self, scope: Scope, depth: int, trips: str, condition: str, *, ends: bool) -> None:
        number, going, state, parts = (self.name(p) for p in "igxs")
        inner = self.body(scope, depth, state=state, parts=parts)
        new = self.result(inner, self.random.choice([state, inner.tensors[-1]]))
        kept = self.random.choice([parts, inner.sequences[-1]])
        kept = self.add(inner, "Identity", [kept], "sequences")
        flat = self._slim(inner, self._slim(inner, inner.tensors[0], 0), 1)
        out = self.name("g")
        if ends:
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
        given = [self.name("t"), self.name("s"), self.name("t")]
        node = helper.make_node("Loop", [trips, condition, *start], given, body=body)
        node.name = f"n{given[0]}"
        scope.nodes.append(node)
        scope.tensors.append(given[0])
        scope.sequences.append(given[1])
        folded = self.add(scope, "ReduceSum", [given[2], self.constant(scope, [0])], "tensors",
                          keepdims=0)  # fmt: skip
        assert folded

    def _scan(self, scope: Scope, depth: int) -> None:
        row, state = self.name("x"), self.name("x")
        axis = self.random.choice([0, 1, -1, -2])
        ways = [self.random.choice([0, 1])]
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
            scan_input_directions=ways, scan_output_directions=ways,
        )  # fmt: skip
        node.name = f"n{last}"
        scope.nodes.append(node)
        scope.tensors += [last, rows]

    def _refused(self, scope: Scope, depth: int) -> None:
        """An If on data of which one branch can never hold, at whatever depth."""
        good = self.body(scope, depth)
        result = self.result(good, good.tensors[-1])
        bad = self.body(scope, depth)
        wrong = self._impossible(bad, scope.tensors[-1])
        if depth > 1 and self.random.random() < 0.3:
            other, outer = Scope(tensors=[wrong]), Scope()
            also = self._impossible(other, scope.tensors[-1])
            inner = {"then_branch": self.graph(bad, [], [self.value(wrong)]),
                     "else_branch": self.graph(other, [], [self.value(also)])}  # fmt: skip
            wrong = self.add(outer, "If", ["flag"], "tensors", **inner)
            bad = outer
        branches = {"then_branch": self.graph(good, [], [self.value(result)]),
                    "else_branch": self.graph(bad, [], [self.value(wrong)])}  # fmt: skip
        self.add(scope, "If", ["holds"], "tensors", **branches)

    def _impossible(self, scope: Scope, x: str) -> str:
        """The tensor `x` in a shape of 77 elements, which it never has."""
        dims = self.constant(scope, [7, 11])
        return self.add(scope, "Reshape", [self.result(scope, x), dims], "tensors")

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
             helper.make_tensor_value_info("flag", TensorProto.BOOL, []),
             helper.make_tensor_value_info("holds", TensorProto.BOOL, []),
             helper.make_tensor_value_info("steps", TensorProto.INT64, [])],
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


def feeds(model: onnx.ModelProto) -> dict[str, Any]:
    """Content for the inputs of a model."""
    found: dict[str, Any] = {
        i.name: np.ones([d.dim_value for d in i.type.tensor_type.shape.dim], np.float32)
        for i in model.graph.input
    }
    truth = np.array(1, dtype=bool)
    return {**found, "flag": truth, "holds": truth, "steps": np.array(STEPS)}


def shapes_by_onnxruntime(model: onnx.ModelProto) -> list[Any] | None:
    """Shapes of the outputs, lists of them for sequences; None where onnxruntime refuses."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options)
        found = session.run(None, feeds(model))
    except Exception:  # noqa: BLE001 - its errors have no common base
        return None
    return [[x.shape for x in v] if isinstance(v, list) else v.shape for v in found]
