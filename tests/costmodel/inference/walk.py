"""A model of control flow executed in numpy: every product is counted when it runs.

As runtimes do, trip by trip and branch by branch; only of an If on `flag`, which the data decides,
both branches run, and the dearer one counts.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper


class Walk:
    """Runs graphs; `macs` are those of all MatMuls so far."""

    def __init__(self) -> None:
        self.macs = 0

    def graph(self, graph: onnx.GraphProto, given: Sequence[Any], outer: Any) -> list[Any]:
        """The outputs of `graph` for the inputs `given`."""
        names = [i.name for i in graph.input]
        values = ChainMap(dict(zip(names, given, strict=True)), outer)
        values.update((t.name, numpy_helper.to_array(t)) for t in graph.initializer)
        for node in graph.node:
            inputs = [values[name] if name else None for name in node.input]
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            run = getattr(self, f"_{node.op_type.lower()}")
            outs = run(inputs, attributes, node, values)
            values.update(zip(node.output, outs, strict=False))
        return [values[o.name] for o in graph.output]

    def _constant(self, _: Any, attributes: Any, *__: Any) -> Any:
        return [numpy_helper.to_array(attributes["value"])]

    def _identity(self, inputs: Any, *_: Any) -> Any:
        return inputs

    _relu = _identity
    _optional = _identity
    _optionalgetelement = _identity

    def _optionalhaselement(self, inputs: Any, *_: Any) -> Any:
        return [np.array(bool(inputs) and inputs[0] is not None)]

    def _shape(self, inputs: Any, *_: Any) -> Any:
        return [np.array(inputs[0].shape)]

    def _gather(self, inputs: Any, *_: Any) -> Any:
        return [np.take(inputs[0], inputs[1], axis=0)]

    def _cast(self, inputs: Any, attributes: Any, *_: Any) -> Any:
        return [inputs[0].astype(helper.tensor_dtype_to_np_dtype(attributes["to"]))]

    def _transpose(self, inputs: Any, attributes: Any, *_: Any) -> Any:
        return [inputs[0].transpose(attributes["perm"])]

    def _matmul(self, inputs: Any, *_: Any) -> Any:
        a, b = inputs
        self.macs += a.shape[0] * a.shape[1] * b.shape[1]
        return [np.ones((a.shape[0], b.shape[1]), np.float32)]

    def _concat(self, inputs: Any, attributes: Any, *_: Any) -> Any:
        return [np.concatenate(inputs, attributes["axis"])]

    def _slice(self, inputs: Any, *_: Any) -> Any:
        x, start, end, axes = inputs
        cut = [slice(None)] * x.ndim
        cut[axes[0]] = slice(start[0], end[0])
        return [x[tuple(cut)]]

    def _add(self, inputs: Any, *_: Any) -> Any:
        return [inputs[0] + inputs[1]]

    def _less(self, inputs: Any, *_: Any) -> Any:
        return [np.array(inputs[0] < inputs[1])]

    def _reshape(self, inputs: Any, *_: Any) -> Any:
        return [inputs[0].reshape(inputs[1])]

    def _constantofshape(self, inputs: Any, *_: Any) -> Any:
        return [np.zeros(inputs[0], np.float32)]

    def _reducesum(self, inputs: Any, *_: Any) -> Any:
        return [inputs[0].sum(axis=inputs[1][0])]

    def _splittosequence(self, inputs: Any, attributes: Any, *_: Any) -> Any:
        x, axis = inputs[0], attributes.get("axis", 0)
        if len(inputs) == 1:
            parts = np.split(x, x.shape[axis], axis)
            return [parts if attributes.get("keepdims", 1) else [p.squeeze(axis) for p in parts]]
        size = inputs[1]
        ends = np.cumsum(size)[:-1] if size.ndim else np.arange(size, x.shape[axis], size)
        return [np.split(x, ends, axis)]

    def _sequenceempty(self, *_: Any) -> Any:
        return [[]]

    def _sequenceconstruct(self, inputs: Any, *_: Any) -> Any:
        return [inputs]

    def _sequenceinsert(self, inputs: Any, *_: Any) -> Any:
        parts = [*inputs[0]]
        place = len(parts) if len(inputs) == 2 else int(inputs[2])
        parts.insert(place, inputs[1])
        return [parts]

    def _sequenceerase(self, inputs: Any, *_: Any) -> Any:
        parts = [*inputs[0]]
        del parts[-1 if len(inputs) == 1 else int(inputs[1])]
        return [parts]

    def _sequenceat(self, inputs: Any, *_: Any) -> Any:
        return [inputs[0][int(inputs[1])]]

    def _sequencelength(self, inputs: Any, *_: Any) -> Any:
        return [np.array(len(inputs[0]))]

    def _concatfromsequence(self, inputs: Any, attributes: Any, *_: Any) -> Any:
        join = np.stack if attributes.get("new_axis", 0) else np.concatenate
        return [join(inputs[0], attributes["axis"])]

    def _if(self, inputs: Any, attributes: Any, node: Any, values: Any) -> Any:
        names = ("else_branch", "then_branch")
        if node.input[0] != "flag":
            return self.graph(attributes[names[bool(inputs[0])]], [], values)
        before, spent, outs = self.macs, [], []
        for name in names:
            self.macs = before
            outs.append(self.graph(attributes[name], [], values))
            spent.append(self.macs)
        self.macs = max(spent)
        return outs[bool(inputs[0])]

    def _loop(self, inputs: Any, attributes: Any, _: Any, values: Any) -> Any:
        most, condition, *states = inputs
        goes_on = condition is None or bool(condition)
        trips: list[list[Any]] = []
        while goes_on and (most is None or len(trips) < most):
            given = [np.array(len(trips)), np.array(goes_on), *states]
            going, *outs = self.graph(attributes["body"], given, values)
            goes_on = bool(going)
            states, scanned = outs[: len(states)], outs[len(states) :]
            trips.append(scanned)
        body = attributes["body"].output[1 + len(states) :]
        rows = [[trip[i] for trip in trips] for i in range(len(body))]
        return [*states, *(np.stack(r) if r else np.zeros((0, 1, 1), np.float32) for r in rows)]

    def _scan(self, inputs: Any, attributes: Any, _: Any, values: Any) -> Any:
        count = attributes["num_scan_inputs"]
        states, xs = inputs[:-count], inputs[-count:]
        xs = [np.moveaxis(x, a, 0) for x, a in zip(xs, attributes["scan_input_axes"], strict=True)]
        rows = []
        for i in range(len(xs[0])):
            outs = self.graph(attributes["body"], [*states, *(x[i] for x in xs)], values)
            states = outs[: len(states)]
            rows.append(outs[len(states) :])
        axes = attributes["scan_output_axes"]
        made = [np.stack(r, axis) for r, axis in zip(zip(*rows, strict=True), axes, strict=True)]
        return [*states, *made]

    def _sequencemap(self, inputs: Any, attributes: Any, node: Any, values: Any) -> Any:
        parts, *others = inputs
        rows = []
        for i, part in enumerate(parts):
            more = [o[i] if isinstance(o, list) else o for o in others]
            rows.append(self.graph(attributes["body"], [part, *more], values))
        return [list(made) for made in zip(*rows, strict=True)] or [[] for _ in node.output]


def walked(model: onnx.ModelProto, feeds: Mapping[str, Any]) -> tuple[list[Any], int]:
    """Shapes of the outputs, lists of them for sequences; and the macs."""
    walk = Walk()
    found = walk.graph(model.graph, [feeds[i.name] for i in model.graph.input], {})
    return [shaped(value) for value in found], walk.macs


def shaped(value: Any) -> Any:
    """The shape of an array, a list of them for a sequence."""
    return [shaped(v) for v in value] if isinstance(value, list) else value.shape
