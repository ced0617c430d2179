"""Random small networks whose batch, tokens, heads and widths are easily taken for one another."""

from __future__ import annotations

import numpy as np

_SIZES = (2, 4, 6, 8, 12)


class Network:
    """Ops on tokens (N, T, C), as ONNX text; the batch is a name or a number in the file."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.batch = "N" if self.random.random() < 0.6 else int(self.random.choice((1, 2, 4)))
        self.tokens = self.pick()
        self.width = self.first = self.pick()
        self.weights: list[str] = []
        self.constants: list[str] = []
        self.lines: list[str] = []
        self.last = "x"
        steps = (self.project, self.attend, self.flattened, self.convolved, self.halves,
                 self.joined, self.normalised, self.mixed)  # fmt: skip
        for _ in range(self.random.integers(2, 6)):
            steps[self.random.integers(len(steps))]()
        self.project()

    def pick(self) -> int:
        """A size."""
        return int(self.random.choice(_SIZES))

    @property
    def text(self) -> str:
        """The model."""
        inputs = ", ".join([f"float[{self.batch}, {self.tokens}, {self.first}] x", *self.weights])
        kept = f"<{', '.join(self.constants)}>" if self.constants else ""
        body = "\n  ".join(self.lines)
        last = f"y = Identity({self.last})"
        size = f"float[{self.batch}, {self.tokens}, {self.width}] y"
        return f"g ({inputs}) => ({size})\n{kept}\n{{ {body}\n  {last} }}"

    def op(self, call: str) -> str:
        """A new tensor that `call` makes."""
        name = f"t{len(self.lines)}"
        self.lines.append(f"{name} = {call}")
        return name

    def weight(self, *shape: int) -> str:
        """A new parameter."""
        name = f"w{len(self.weights)}"
        self.weights.append(f"float[{', '.join(map(str, shape))}] {name}")
        return name

    def constant(self, *values: int) -> str:
        """A new vector of int64."""
        name = f"c{len(self.constants)}"
        self.constants.append(f"int64[{len(values)}] {name} = {{{', '.join(map(str, values))}}}")
        return name

    def shape(self, *dims: int | str) -> str:
        """A target with the batch `N`, `N*` a number, in it: computed where the batch is open."""
        if self.batch != "N":
            return self.constant(*[self._baked(d) for d in dims])
        n = self.op("Shape<start = 0, end = 1>(x)")
        parts = []
        for dim in dims:
            if isinstance(dim, int):
                parts.append(self.constant(dim))
            elif dim == "N":
                parts.append(n)
            else:
                parts.append(self.op(f"Mul({n}, {self.constant(int(dim[2:]))})"))
        return self.op(f"Concat<axis = 0>({', '.join(parts)})")

    def _baked(self, dim: int | str) -> int:
        return dim if isinstance(dim, int) else int(self.batch) * int(dim[2:] or 1)

    def project(self) -> None:
        """(N, T, C) @ (C, D), the weight stored either way."""
        wide = self.pick()
        if self.random.random() < 0.5:
            turned = self.op(f"Transpose<perm = [1, 0]>({self.weight(wide, self.width)})")
        else:
            turned = self.weight(self.width, wide)
        made = self.op(f"MatMul({self.last}, {turned})")
        self.last = self.op(f"Add({made}, {self.weight(wide)})")
        self.width = wide

    def attend(self) -> None:
        """Heads, batch first or tokens first."""
        self.project()
        heads = 2
        depth = self.width // heads
        wide = self.op(f"MatMul({self.last}, {self.weight(self.width, 3 * self.width)})")
        parts = [self.op(f"Slice({wide}, {self.constant(i * self.width)}, "
                         f"{self.constant((i + 1) * self.width)}, {self.constant(2)})")
                 for i in range(3)]  # fmt: skip
        first = self.random.random() < 0.5
        q, k, v = (self._heads(p, heads, depth, first) for p in parts)
        turned = self.op(f"Transpose<perm = [{'0, 2, 1' if first else '0, 1, 3, 2'}]>({k})")
        weighed = self.op(f"Softmax<axis = -1>({self.op(f'MatMul({q}, {turned})')})")
        made = self.op(f"MatMul({weighed}, {v})")
        if first:
            made = self.op(f"Transpose<perm = [1, 0, 2]>({made})")
            made = self.op(f"Reshape({made}, {self.shape(self.tokens, 'N', self.width)})")
            self.last = self.op(f"Transpose<perm = [1, 0, 2]>({made})")
        else:
            made = self.op(f"Transpose<perm = [0, 2, 1, 3]>({made})")
            self.last = self.op(f"Reshape({made}, {self.shape('N', self.tokens, self.width)})")

    def _heads(self, part: str, heads: int, depth: int, first: bool) -> str:  # noqa: FBT001
        if first:  # (T, N * heads, depth), as in torch.nn.MultiheadAttention
            turned = self.op(f"Transpose<perm = [1, 0, 2]>({part})")
            cut = self.op(f"Reshape({turned}, {self.shape(self.tokens, f'N*{heads}', depth)})")
            return self.op(f"Transpose<perm = [1, 0, 2]>({cut})")
        cut = self.op(f"Reshape({part}, {self.shape('N', self.tokens, heads, depth)})")
        return self.op(f"Transpose<perm = [0, 2, 1, 3]>({cut})")

    def flattened(self) -> None:
        """A Gemm over (N * T, C)."""
        flat = self.op(f"Reshape({self.last}, {self.shape(f'N*{self.tokens}', self.width)})")
        wide = self.pick()
        made = self.op(f"Gemm<transB = 1>({flat}, {self.weight(wide, self.width)})")
        self.last = self.op(f"Reshape({made}, {self.shape('N', self.tokens, wide)})")
        self.width = wide

    def convolved(self) -> None:
        """A convolution over the tokens as an image of width 2."""
        turned = self.op(f"Transpose<perm = [0, 2, 1]>({self.last})")
        image = self.op(f"Reshape({turned}, {self.shape('N', self.width, self.tokens // 2, 2)})")
        wide = self.pick()
        made = self.op(f"Conv({image}, {self.weight(wide, self.width, 1, 1)})")
        flat = self.op(f"Reshape({made}, {self.shape('N', wide, self.tokens)})")
        self.last = self.op(f"Transpose<perm = [0, 2, 1]>({flat})")
        self.width = wide

    def halves(self) -> None:
        """One half of the width times the sigmoid of the other."""
        if self.width % 4:
            self.project()
            return
        one, other = f"t{len(self.lines)}", f"t{len(self.lines) + 1}"
        self.lines += [f"{one}, {other} = Split<axis = 2, num_outputs = 2>({self.last})",
                       f"{other}s = Sigmoid({other})"]  # fmt: skip
        self.last = self.op(f"Mul({one}, {other}s)")
        self.width //= 2

    def joined(self) -> None:
        """A token in front, expanded to the batch."""
        target = self.shape("N", 1, self.width)
        token = self.op(f"Expand({self.weight(1, 1, self.width)}, {target})")
        whole = self.op(f"Concat<axis = 1>({token}, {self.last})")
        ends = self.constant(1), self.constant(self.tokens + 1), self.constant(1)
        self.last = self.op(f"Slice({whole}, {', '.join(ends)})")

    def normalised(self) -> None:
        """A layer norm."""
        self.last = self.op(
            f"LayerNormalization({self.last}, {self.weight(self.width)}, {self.weight(self.width)})"
        )

    def mixed(self) -> None:
        """A product over the tokens."""
        turned = self.op(f"Transpose<perm = [0, 2, 1]>({self.last})")
        made = self.op(f"MatMul({turned}, {self.weight(self.tokens, self.tokens)})")
        self.last = self.op(f"Transpose<perm = [0, 2, 1]>({made})")
