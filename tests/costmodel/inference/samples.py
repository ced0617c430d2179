"""Networks at random whose samples are independent, written for any batch.

Each is a function from a batch, a number or a name, to a model: the same one but for that.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import onnx

from tests.models import model

Network = Callable[["int | str"], onnx.ModelProto]


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A network so far: nodes, constants and weights as text, and what `x` is at its end.

    `shape` is that of `x` with None for the batch. `{B}` in a text stands for the batch, and a
    target of a reshape has the batch as a number only in a file that is `baked`.
    """

    rng: random.Random
    baked: bool
    x: str
    shape: list[Any]
    nodes: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    weights: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def add(self, text: str, shape: list[Any]) -> str:
        """A node whose output takes the place of `x`; `{x}` in `text` is what it was."""
        name = f"t{len(self.nodes)}"
        self.nodes.append(f"{name} = {text.replace('{x}', self.x)}")
        self.x, self.shape = name, shape
        return name

    def weight(self, *shape: int) -> str:
        """A weight."""
        name = f"w{len(self.weights)}"
        self.weights[name] = shape
        return name

    def ints(self, *values: int | str) -> str:
        """A constant of whole numbers."""
        name = f"c{len(self.constants)}"
        self.constants.append(
            f"int64[{len(values)}] {name} = {{{{{', '.join(map(str, values))}}}}}"
        )
        return name

    def reshaped(self, *shape: int | None) -> None:
        """A Reshape to `shape`, which has the batch where None stands."""
        first = "{B}" if self.baked else self.rng.choice((0, -1))
        target = self.ints(*(first if d is None else d for d in shape))
        self.add(f"Reshape({{x}}, {target})", list(shape))


def conv(d: _Draft) -> None:
    """A convolution of 3x3, and what often follows."""
    _, c, h, w = d.shape
    m = d.rng.choice((4, 8, c))
    d.add(f"Conv <pads = [1, 1, 1, 1]> ({{x}}, {d.weight(m, c, 3, 3)})", [None, m, h, w])
    if m == c and d.rng.random() < 0.5:
        old = d.nodes[-1].rpartition("(")[2].partition(",")[0]
        d.add(f"Add({{x}}, {old})", d.shape)
    d.add("Relu({x})", d.shape)


def shuffle(d: _Draft) -> None:
    """Channels in two groups, mixed."""
    _, c, h, w = d.shape
    d.reshaped(None, 2, c // 2, h, w)
    d.add("Transpose <perm = [0, 2, 1, 3, 4]> ({x})", [None, c // 2, 2, h, w])
    d.reshaped(None, c, h, w)


def gate(d: _Draft) -> None:
    """Squeeze and excite."""
    _, c, _, _ = shape = d.shape
    x = d.x
    d.add("GlobalAveragePool({x})", [None, c, 1, 1])
    d.reshaped(None, c)
    d.add(f"Gemm({{x}}, {d.weight(c, c)})", [None, c])
    d.reshaped(None, c, 1, 1)
    d.add(f"Mul({x}, {{x}})", shape)


def tokens(d: _Draft) -> None:
    """A map as tokens."""
    _, c, h, w = d.shape
    d.reshaped(None, c, h * w)
    d.add("Transpose <perm = [0, 2, 1]> ({x})", [None, h * w, c])


def linear(d: _Draft) -> None:
    """A layer on each token."""
    _, s, c = d.shape
    d.add(f"MatMul({{x}}, {d.weight(c, 8)})", [None, s, 8])


def flat_linear(d: _Draft) -> None:
    """The same on rows that hold samples and tokens."""
    _, s, c = d.shape
    rows = d.ints(-1, c)
    d.add(f"Reshape({{x}}, {rows})", [None, c])
    d.add(f"Gemm({{x}}, {d.weight(c, 8)})", [None, 8])
    first = "{B}" if d.baked else -1
    d.add(f"Reshape({{x}}, {d.ints(first, s, 8)})", [None, s, 8])


def attention(d: _Draft) -> None:
    """Two heads of self-attention."""
    _, s, c = d.shape
    x = d.x
    sides = []
    for perm in ("0, 2, 1, 3", "0, 2, 3, 1", "0, 2, 1, 3"):
        d.x, d.shape = x, [None, s, c]
        d.add(f"MatMul({{x}}, {d.weight(c, 8)})", [None, s, 8])
        d.reshaped(None, s, 2, 4)
        sides.append(d.add(f"Transpose <perm = [{perm}]> ({{x}})", [None, 2, s, 4]))
    q, k, v = sides
    d.add(f"MatMul({q}, {k})", [None, 2, s, s])
    d.add("Softmax <axis = -1> ({x})", d.shape)
    d.add(f"MatMul({{x}}, {v})", [None, 2, s, 4])
    d.add("Transpose <perm = [0, 2, 1, 3]> ({x})", [None, s, 2, 4])
    d.reshaped(None, s, 8)


def class_token(d: _Draft) -> None:
    """A learnt token before the others, stretched to the batch by its computed size."""
    _, s, c = d.shape
    x, token = d.x, d.weight(1, 1, c)
    zero, ends = d.ints(0), d.ints(-1, -1)
    d.add(f"Shape({x})", [3])
    d.add(f"Gather({{x}}, {zero})", [1])
    size = d.add(f"Concat <axis = 0> ({{x}}, {ends})", [3])
    ones = d.ints(1, 1, 1)
    d.add(f"Max({size}, {ones})", [3])
    d.add(f"Expand({token}, {{x}})", [None, 1, c])
    d.add(f"Concat <axis = 1> ({{x}}, {x})", [None, s + 1, c])


def recurrent(d: _Draft) -> None:
    """A layer that wants time first."""
    _, s, c = d.shape
    d.add("Transpose <perm = [1, 0, 2]> ({x})", [s, None, c])
    d.add(
        f"LSTM <hidden_size = 8> ({{x}}, {d.weight(1, 32, c)}, {d.weight(1, 32, 8)})",
        [s, 1, None, 8],
    )
    d.add(f"Squeeze({{x}}, {d.ints(1)})", [s, None, 8])
    d.add("Transpose <perm = [1, 0, 2]> ({x})", [None, s, 8])


def normalized(d: _Draft) -> None:
    """A normalisation of each token."""
    d.add(f"LayerNormalization({{x}}, {d.weight(d.shape[-1])})", d.shape)


def network(rng: random.Random, *, baked: bool) -> Network:
    """A network on pictures, tokens or steps."""
    first = rng.choice(([None, 4, 6, 5], [None, 5, 6], [7, None, 6]))
    d = _Draft(rng=rng, baked=baked, x="x", shape=list(first))
    if first[0] is not None:
        d.add("Transpose <perm = [1, 0, 2]> ({x})", [None, 7, 6])
    if len(d.shape) == 4:
        for _ in range(rng.randrange(3)):
            rng.choice((conv, shuffle, gate))(d)
        conv(d)
        tokens(d)
    for _ in range(rng.randrange(1, 4)):
        rng.choice((linear, flat_linear, attention, class_token, recurrent, normalized))(d)
    linear(d)
    d.add(f"ReduceMean <keepdims = 0> ({{x}}, {d.ints(1)})", [None, 8])
    d.add(f"Gemm({{x}}, {d.weight(8, 3)})", [None, 3])

    def at(batch: int | str) -> onnx.ModelProto:
        dims = ", ".join(str(batch if size is None else size) for size in first)
        body = "\n".join(d.nodes)
        text = (
            f"g (float[{dims}] x) => (float[{batch}, 3] {d.x})\n<{', '.join(d.constants)}>"
            f"{{{{ {body} }}}}"
        )
        return model(text.replace("{B}", str(batch)).replace("{{", "{").replace("}}", "}"),
                     weights=d.weights)  # fmt: skip

    return at
