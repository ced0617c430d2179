"""Small random networks with weights, full of what may fold and of what must not."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Draft:
    """One network as it grows: nodes, stored tensors, and the shapes of what is made."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        half = self.random.random() < 0.15
        self.dtype = np.float16 if half else np.float32
        self.nodes, self.stored, self.shapes = [], [], {}
        self.filters = {}

    def chance(self, share):
        return self.random.random() < share

    def pick(self, options):
        return options[self.random.integers(len(options))]

    def name(self):
        return f"t{len(self.nodes)}"

    def constant(self, shape, scale=1.0, *, positive=False):
        """A stored tensor, a Constant node, or a view of one; sometimes one that is in use."""
        key = (shape, positive)
        if key in self.filters and self.chance(0.3):
            return self.filters[key]
        value = self.random.standard_normal(shape) * scale
        value = np.abs(value) + 0.5 if positive else value
        tensor = numpy_helper.from_array(np.asarray(value).astype(self.dtype))
        name = tensor.name = f"w{len(self.stored) + len(self.nodes)}"
        kind = self.random.random()
        if kind < 0.2:
            self.nodes.append(helper.make_node("Constant", [], [name], value=tensor))
        else:
            self.stored.append(tensor)
            if kind < 0.4:
                name = self.viewed(tensor.name, shape)
        self.filters[key] = name
        return name

    def viewed(self, stored, shape):
        """An Identity or a Reshape of a stored tensor."""
        name = self.name()
        to = f"{name}.to"
        self.stored.append(numpy_helper.from_array(np.array(shape, np.int64), to))
        kind, *more = self.pick([["Identity"], ["Reshape", to]])
        self.nodes.append(helper.make_node(kind, [stored, *more], [name], name=name))
        return name

    def add(self, op_type, inputs, shape, **attributes):
        name = self.name()
        self.nodes.append(helper.make_node(op_type, inputs, [name], name=name, **attributes))
        self.shapes[name] = tuple(shape)

    def tensor(self):
        """A tensor that is made already, mostly one of the last."""
        names = list(self.shapes)
        return names[-1 - min(int(self.random.geometric(0.6)) - 1, len(names) - 1)]


def conv(d, x, shape):
    _, c, h, w = shape
    groups = d.pick([1, 1, 2, c]) if c % 2 == 0 else 1
    width = c if d.chance(0.6) else d.pick([2, 4, 6])
    width = width if width % groups == 0 else c
    size = d.pick([1, 1, 3])
    pads = d.pick([0, size // 2, size // 2])
    stride = 2 if d.chance(0.1) else 1
    given = {"group": groups, "strides": [stride] * 2, "pads": [pads] * 4}
    if d.chance(0.15):
        given = {"group": groups, "strides": [stride] * 2, "auto_pad": "SAME_UPPER"}
        sides = [-(-n // stride) for n in (h, w)]
    else:
        sides = [(n + 2 * pads - size) // stride + 1 for n in (h, w)]
    if min(sides) < 1:
        return
    weight = d.constant((width, c // groups, size, size), (c // groups * size * size) ** -0.5)
    bias = [d.constant((width,))] if d.chance(0.4) else []
    d.add("Conv", [x, weight, *bias], (shape[0], width, *sides), **given)


def transposed_conv(d, x, shape):
    n, c, h, w = shape
    groups = d.pick([1, 2]) if c % 2 == 0 else 1
    depth = d.pick([1, 2, 3])
    weight = d.constant((c, depth, 2, 2), c**-0.5)
    bias = [d.constant((depth * groups,))] if d.chance(0.4) else []
    d.add("ConvTranspose", [x, weight, *bias], (n, depth * groups, h + 1, w + 1), group=groups)


def normalisation(d, x, shape):
    c = (shape[1],)
    vectors = [d.constant(c), d.constant(c), d.constant(c), d.constant(c, positive=True)]
    d.add("BatchNormalization", [x, *vectors], shape)


def gemm(d, x, shape):
    flags = {"transA": int(d.chance(0.2)), "transB": int(d.chance(0.5))}
    rows, depth = shape[::-1] if flags["transA"] else shape
    width = d.pick([3, 4, 5])
    weight = d.constant((width, depth) if flags["transB"] else (depth, width), depth**-0.5)
    bias = []
    if d.chance(0.6):
        bias = [d.constant(d.pick([(), (1,), (width,), (1, width), (rows, 1), (rows, width)]))]
    if d.chance(0.5):
        flags |= {"alpha": d.pick([0.5, 2.0]), "beta": d.pick([0.0, 0.5, 2.0])}
    d.add("Gemm", [x, weight, *bias], (rows, width), **flags)


def matmul(d, x, shape):
    width = d.pick([3, 4])
    d.add("MatMul", [x, d.constant((shape[-1], width))], (*shape[:-1], width))


def scale(d, x, shape):
    c, behind = shape[1], (1,) * (len(shape) - 2)
    options = [(), (1,), (c, *behind), (1, c, *behind), (c, *behind), shape[1:], (shape[-1],),
               (1,) * (len(shape) + 1)]  # fmt: skip
    constant, op_type = d.pick(options), d.pick(["Mul", "Add", "Sub", "Div"])
    inputs = [x, d.constant(constant, positive=op_type == "Div")]
    if d.chance(0.25) and op_type != "Div":
        inputs.reverse()
    if len(constant) <= len(shape):
        d.add(op_type, inputs, shape)


def sum_of(d, x, shape):
    others = [name for name, other in d.shapes.items() if other == shape]
    inputs = [x, d.pick(others), *([d.pick(others)] if d.chance(0.3) else [])]
    op_type = "Sum" if len(inputs) > 2 else d.pick(["Add", "Add", "Add", "Sub", "Sum", "Mul"])
    d.add(op_type, inputs, shape)


def idle(d, x, shape):
    op_type = d.pick(["Identity", "Dropout", "Cast"])
    given = {"to": helper.np_dtype_to_tensor_dtype(np.dtype(d.dtype))} if op_type == "Cast" else {}
    d.add(op_type, [x], shape, **given)


def transpose(d, x, shape):
    order = [int(axis) for axis in d.random.permutation(len(shape))]
    if d.chance(0.5) and d.nodes and d.nodes[-1].op_type == "Transpose":
        before = list(d.nodes[-1].attribute[0].ints)
        order = [before.index(axis) for axis in range(len(before))]
        x = d.nodes[-1].output[0]
        shape = d.shapes[x]
    d.add("Transpose", [x], [shape[axis] for axis in order], perm=order)


def reshape(d, x, shape):
    target, made = d.pick(
        [([shape[0], -1], (shape[0], int(np.prod(shape[1:])))), ([*shape], shape),
         ([0, -1], (shape[0], int(np.prod(shape[1:])))), ([-1, shape[-1]], None)]
    )  # fmt: skip
    made = (int(np.prod(shape[:-1])), shape[-1]) if made is None else made
    name = f"s{len(d.nodes)}"
    d.stored.append(numpy_helper.from_array(np.array(target, np.int64), name))
    d.add("Reshape", [x, name], made)


def relu(d, x, shape):
    d.add("Relu", [x], shape)


OF_PICTURES = [conv] * 6 + [transposed_conv] + [normalisation] * 3
OF_MATRICES = [gemm] * 3 + [matmul, normalisation]
OF_ALL = [scale] * 6 + [sum_of] * 6 + [idle, idle, idle, relu, transpose, reshape]


def network(seed: int) -> onnx.ModelProto:
    """A network of up to a dozen ops, the same for the same seed."""
    d = Draft(seed)
    shape = d.pick([(2, 4, 5, 5), (2, 4, 5, 5), (2, 6, 3, 3), (3, 4)])
    d.shapes["x"] = shape
    for _ in range(d.random.integers(3, 16)):
        x = d.tensor()
        own = {4: OF_PICTURES, 2: OF_MATRICES}.get(len(d.shapes[x]), [])
        if len(d.shapes[x]) > 1:
            d.pick(own + OF_ALL if d.chance(0.7) or not own else own)(d, x, d.shapes[x])
    read = {name for node in d.nodes for name in node.input}
    outputs = [n for n in d.shapes if n not in read or (n != "x" and d.chance(0.05))]
    kind = TensorProto.FLOAT16 if d.dtype == np.float16 else TensorProto.FLOAT
    infos = {n: helper.make_tensor_value_info(n, kind, s) for n, s in d.shapes.items()}
    graph = helper.make_graph(
        d.nodes, f"seed{seed}", [infos["x"]], [infos[n] for n in outputs], d.stored
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
