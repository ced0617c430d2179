"""What the cells of NASNet (arXiv 1707.07012) and PNASNet (arXiv 1712.00559) are made of.

A cell sees the outputs of the two cells before it. It is written as pairs of (op, input); the sum
of each pair is one more input to choose: 0 is the cell before, 1 the one before that, 2 the first
pair, and so on. What the papers leave out (stem, how sizes are matched) is as the authors released
it, in the TensorFlow models repository, research/slim.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from costlint.examples.builder import Net
from costlint.examples.draft import Value

Pick: TypeAlias = tuple[str, int]
"""An op and the number of its input."""

_SEPARABLE: Final = {"sep3": 3, "sep5": 5, "sep7": 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The pairs that are added, and which values are joined to the output."""

    pairs: tuple[tuple[Pick, Pick], ...]
    joined: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a cell stands: its width and its stride."""

    channels: int
    stride: int = 1


def run_cell(net: Net, cell: Cell, place: Place, before: Value, earlier: Value | None) -> Value:
    """One cell on the outputs of the two cells `before` it; the very first has no `earlier`."""
    older = before if earlier is None else _matched(net.within("earlier"), earlier, before, place)
    values = [_projected(net, "before", before, place.channels), older]
    for number, picks in enumerate(cell.pairs, start=1):
        pair = net.within(f"pair{number}")
        left, right = (
            _picked(pair.within(side), pick, values, place)
            for side, pick in zip(("left", "right"), picks, strict=True)
        )
        values.append(pair.add("add", left, right))
    return net.concat("concat", [values[index] for index in cell.joined])


def _picked(net: Net, pick: Pick, values: Sequence[Value], place: Place) -> Value:
    """One op on one of the values; only the cell's own inputs are strided."""
    op, index = pick
    x, stride = values[index], place.stride if index < 2 else 1
    if op in _SEPARABLE:
        x = _separable(net.within("first"), x, place.channels, _SEPARABLE[op], stride=stride)
        return _separable(net.within("second"), x, place.channels, _SEPARABLE[op], stride=1)
    if op == "same":
        if stride == 1 and x.channels == place.channels:
            return x
        return net.conv_bn("conv", net.relu("relu", x), place.channels, stride=stride)
    pool = {"average": net.average_pool, "max": net.max_pool}[op]
    x = pool("pool", x, stride=stride)
    return x if x.channels == place.channels else net.conv_bn("conv", x, place.channels)


def _separable(net: Net, x: Value, channels: int, filter_size: int, *, stride: int) -> Value:
    x = net.depthwise("dwconv", net.relu("relu", x), filter_size, stride=stride)
    return net.conv_bn("conv", x, channels)


def _matched(net: Net, earlier: Value, before: Value, place: Place) -> Value:
    """The earlier cell's output at the size of the later one's and the width of this cell."""
    if earlier.dims[1:] != before.dims[1:]:
        return _halved(net, earlier, place.channels)
    if earlier.channels != place.channels:
        return _projected(net, "conv", earlier, place.channels)
    return earlier


def _projected(net: Net, name: str, x: Value, channels: int) -> Value:
    return net.conv_bn(name, net.relu(f"{name}_first_relu", x), channels)


def _halved(net: Net, x: Value, channels: int) -> Value:
    """Half the size, from the even positions and from the odd ones."""
    x = net.relu("relu", x)
    even = net.conv("even", x, channels // 2, stride=2)
    odd = net.conv("odd", net.shift("shift", x), channels - channels // 2, stride=2)
    return net.bn("bn", net.concat("concat", (even, odd)))


def stem(net: Net, x: Value, cell: Cell, width: int) -> tuple[Value, Value]:
    """A convolution and two narrow reductions: the outputs of the last two cells."""
    first = net.conv_bn("conv1", x, 32, 3, stride=2, padded=False)
    narrow = Place(channels=width // 4, stride=2)
    earlier = run_cell(net.within("stem1"), cell, narrow, first, None)
    wider = Place(channels=width // 2, stride=2)
    return earlier, run_cell(net.within("stem2"), cell, wider, earlier, first)
