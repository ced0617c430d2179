"""The few operators that the networks of this folder are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from costlint.examples.draft import Draft, Value
from costlint.examples.window import Pair, pair, slid


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """A place in a draft. Each method adds ops named `path/name` and returns their output."""

    draft: Draft
    path: str = ""

    def within(self, scope: str) -> Net:
        """The same draft, one level deeper: a stage or a unit is a function of a net and values."""
        return replace(self, path=f"{self.path}/{scope}")

    # Convolution and what follows it.

    def conv(  # noqa: PLR0913 - one argument per attribute
        self,
        name: str,
        x: Value,
        channels: int,
        filter_size: Pair = 1,
        *,
        stride: int = 1,
        groups: int = 1,
        bias: bool = False,
        padded: bool = True,
    ) -> Value:
        """(N, C, H, W) -> (N, channels, ceil(H / stride), ceil(W / stride)) for odd filters.

        Without padding the filter stays inside.
        """
        if x.channels % groups or channels % groups:
            msg = f"{x.channels} to {channels} channels do not divide into {groups} groups"
            raise ValueError(msg)
        size = pair(filter_size)
        weights = self.draft.weights
        filters = weights.filters(
            self._parameter(name, "weight"), (channels, x.channels // groups, *size)
        )
        inputs = [x.name, self.draft.keep(filters)]
        if bias:
            vector = weights.small(self._parameter(name, "bias"), channels)
            inputs.append(self.draft.keep(vector))
        pads = (size[0] // 2, size[1] // 2) if padded else (0, 0)
        dims = (channels, *slid(x.dims, size, stride, pads))
        attrs = {"kernel_shape": size, "strides": (stride, stride), "pads": pads * 2}
        return self._op("Conv", name, inputs, dims, group=groups, **attrs)

    def depthwise(self, name: str, x: Value, filter_size: Pair = 3, *, stride: int = 1) -> Value:
        """One filter per channel."""
        return self.conv(name, x, x.channels, filter_size, stride=stride, groups=x.channels)

    def bn(self, name: str, x: Value) -> Value:
        """Batch normalisation with its running statistics."""
        weights = self.draft.weights
        vectors = (
            weights.near_one(self._parameter(name, "weight"), x.channels),
            weights.small(self._parameter(name, "bias"), x.channels),
            weights.small(self._parameter(name, "running_mean"), x.channels),
            weights.near_one(self._parameter(name, "running_var"), x.channels),
        )
        inputs = (x.name, *map(self.draft.keep, vectors))
        return self._op("BatchNormalization", name, inputs, x.dims, epsilon=1e-5)

    def relu(self, name: str, x: Value) -> Value:
        """max(x, 0)."""
        return self._op("Relu", name, (x.name,), x.dims)

    def relu6(self, name: str, x: Value) -> Value:
        """min(max(x, 0), 6)."""
        bounds = (self.draft.number("/relu6_low", 0.0), self.draft.number("/relu6_high", 6.0))
        return self._op("Clip", name, (x.name, *bounds), x.dims)

    def sigmoid(self, name: str, x: Value) -> Value:
        """1 / (1 + exp(-x))."""
        return self._op("Sigmoid", name, (x.name,), x.dims)

    def conv_bn(self, name: str, x: Value, channels: int, *args: Any, **attrs: Any) -> Value:
        """`conv` with its arguments, then `bn` as `name_bn`."""
        return self.bn(f"{name}_bn", self.conv(name, x, channels, *args, **attrs))

    def conv_bn_relu(self, name: str, x: Value, channels: int, *args: Any, **attrs: Any) -> Value:
        """`conv_bn`, then `relu` as `name_relu`."""
        return self.relu(f"{name}_relu", self.conv_bn(name, x, channels, *args, **attrs))

    # Pooling and classification.

    def max_pool(self, name: str, x: Value, filter_size: int = 3, *, stride: int = 2) -> Value:
        """Odd filters are padded as in `conv`, even ones are not."""
        return self._pool("MaxPool", name, x, filter_size, stride)

    def average_pool(self, name: str, x: Value, filter_size: int = 3, *, stride: int = 2) -> Value:
        """The same; the mean leaves the padding out."""
        return self._pool("AveragePool", name, x, filter_size, stride)

    def global_pool(self, name: str, x: Value) -> Value:
        """The mean over all positions: (N, C, 1, 1)."""
        return self._op("GlobalAveragePool", name, (x.name,), (x.channels, 1, 1))

    def dense(self, name: str, x: Value, features: int) -> Value:
        """(N, F) -> (N, features)."""
        weights = self.draft.weights
        matrix = weights.filters(self._parameter(name, "weight"), (features, x.dims[0]))
        bias = weights.small(self._parameter(name, "bias"), features)
        inputs = (x.name, self.draft.keep(matrix), self.draft.keep(bias))
        return self._op("Gemm", name, inputs, (features,), transB=1)

    def matmul(self, name: str, x: Value, features: int) -> Value:
        """(N, M, F) -> (N, M, features), the same matrix for each row."""
        shape = (x.dims[1], features)
        matrix = self.draft.weights.filters(self._parameter(name, "weight"), shape)
        inputs = (x.name, self.draft.keep(matrix))
        return self._op("MatMul", name, inputs, (x.dims[0], features))

    def classify(self, x: Value, classes: int = 1000) -> Value:
        """Mean over the positions, then one score per class: `pool`, `flatten`, `fc`."""
        x = self.global_pool("pool", x)
        x = self._op("Flatten", "flatten", (x.name,), (prod(x.dims),), axis=1)
        return self.dense("fc", x, classes)

    # Several values, or channels in another order.

    def add(self, name: str, a: Value, b: Value) -> Value:
        """The sum of two values of one shape."""
        if a.dims != b.dims:
            msg = f"cannot add {a.dims} and {b.dims}"
            raise ValueError(msg)
        return self._op("Add", name, (a.name, b.name), a.dims)

    def multiply(self, name: str, a: Value, b: Value) -> Value:
        """A times b, which has a's shape or is one number per channel (N, C, 1, 1)."""
        return self._op("Mul", name, (a.name, b.name), a.dims)

    def concat(self, name: str, values: Sequence[Value]) -> Value:
        """Along the channels."""
        if len({value.dims[1:] for value in values}) != 1:
            msg = f"cannot concatenate {[value.dims for value in values]}"
            raise ValueError(msg)
        dims = (sum(value.channels for value in values), *values[0].dims[1:])
        return self._op("Concat", name, [value.name for value in values], dims, axis=1)

    def split(self, name: str, x: Value, parts: Sequence[int]) -> tuple[Value, ...]:
        """Along the channels, into values of `parts` channels."""
        own = f"{self.path}/{name}"
        values = tuple(
            Value(name=f"{own}_{index}", dims=(part, *x.dims[1:]))
            for index, part in enumerate(parts)
        )
        inputs = (x.name, self.draft.integers(f"{own}_parts", parts))
        self.draft.op("Split", own, inputs, [value.name for value in values], axis=1)
        return values

    def shuffle(self, name: str, x: Value, groups: int) -> Value:
        """Channel (group, member) goes to place (member, group): ShuffleNet, section 3.1."""
        own = f"{self.path}/{name}"
        c, h, w = x.dims
        # A 0 keeps the batch, whatever it is.
        apart = self.draft.integers(f"{own}_apart_shape", (0, groups, c // groups, h, w))
        joined = self.draft.integers(f"{own}_joined_shape", (0, c, h, w))
        dims = (groups, c // groups, h, w)
        y = self._op("Reshape", f"{name}_apart", (x.name, apart), dims)
        y = self._op("Transpose", name, (y.name,), (dims[1], dims[0], h, w), perm=(0, 2, 1, 3, 4))
        return self._op("Reshape", f"{name}_joined", (y.name, joined), x.dims)

    def gather(self, name: str, x: Value, channels: Sequence[int]) -> Value:
        """The given channels, in that order."""
        indices = self.draft.integers(f"{self.path}/{name}_indices", channels)
        return self._op("Gather", name, (x.name, indices), (len(channels), *x.dims[1:]), axis=1)

    def shift(self, name: str, x: Value) -> Value:
        """Each position takes its neighbour's from below and right; zeros come in at the end."""
        pads = self.draft.integers("shift_by_one", (0, 0, -1, -1, 0, 0, 1, 1))
        return self._op("Pad", name, (x.name, pads), x.dims)

    # What the methods above share.

    def _op(
        self, op_type: str, name: str, inputs: Sequence[str], dims: tuple[int, ...], **attrs: Any
    ) -> Value:
        own = f"{self.path}/{name}"
        self.draft.op(op_type, own, inputs, (f"{own}_0",), **attrs)
        return Value(name=f"{own}_0", dims=dims)

    def _pool(self, op_type: str, name: str, x: Value, filter_size: int, stride: int) -> Value:
        size = (filter_size, filter_size)
        pads = ((filter_size - 1) // 2,) * 2
        dims = (x.channels, *slid(x.dims, size, stride, pads))
        strides = (stride, stride)
        attrs = {"kernel_shape": size, "strides": strides, "pads": pads * 2}
        return self._op(op_type, name, (x.name,), dims, **attrs)

    def _parameter(self, name: str, role: str) -> str:
        return f"{self.path}/{name}.{role}".lstrip("/").replace("/", ".")
