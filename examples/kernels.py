"""Single ops, for benches: the kernels that networks are made of, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import Dims, Recipe

WIDTHS: Final = (64, 128, 256)
FEATURE_MAP: Final = (56, 56)


def conv(net: Net, x: Value, *, filter_size: int, groups: int) -> Value:
    """A convolution that keeps the width."""
    return net.conv("conv", x, x.channels, filter_size, groups=groups, bias=True)


def matmul(net: Net, x: Value) -> Value:
    """196 rows (14x14 positions) times a square matrix."""
    return net.matmul("matmul", x, x.dims[1])


# Name -> (builder, number of inputs); each at every width.
_KERNELS: Final[dict[str, tuple[Callable[..., Value], int]]] = {
    "conv1x1": (partial(conv, filter_size=1, groups=1), 1),
    "conv3x3": (partial(conv, filter_size=3, groups=1), 1),
    "conv1x1_g4": (partial(conv, filter_size=1, groups=4), 1),
    "conv3x3_g4": (partial(conv, filter_size=3, groups=4), 1),
    "depthwise3x3": (lambda net, x: net.depthwise("dwconv", x), 1),
    "relu": (lambda net, x: net.relu("relu", x), 1),
    "add": (lambda net, a, b: net.add("add", a, b), 2),
}


def _recipe(name: str, build: Callable[..., Value], inputs: tuple[Dims, ...]) -> Recipe:
    return Recipe(name=f"kernel_{name}", source="one op", build=build, inputs=inputs)


RECIPES: Final = (
    *(
        _recipe(f"{name}_c{width}", build, ((width, *FEATURE_MAP),) * inputs)
        for name, (build, inputs) in _KERNELS.items()
        for width in WIDTHS
    ),
    *(_recipe(f"matmul_c{width}", matmul, ((196, width),)) for width in WIDTHS),
)
