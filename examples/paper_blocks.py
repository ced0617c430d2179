"""The micro-benchmarks of ShuffleNet V2 (arXiv 1807.11164), Tables 1 to 4.

Stated: ten blocks in a row on feature maps of 56x56, of which Table 4 does not say the size.
Inferred from the published speeds: every network ran at batch 1; "x2" and "x4" multiply each
width; in Table 4 the printed width is the outer one and the inner one a quarter of it. Not said:
biases, taken to be there because a folded normalisation leaves one; activations in Tables 1 to 3,
taken to be absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from math import isqrt
from typing import Final, TypeAlias

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import Recipe

BLOCKS: Final = 10
FEATURE_MAP: Final = (56, 56)
MULTIPLIERS: Final = (1, 2, 4)

Block: TypeAlias = Callable[[Net, Value], Value]


def stacked(net: Net, x: Value, *, block: Block) -> Value:
    """The same block ten times."""
    for number in range(1, BLOCKS + 1):
        x = block(net.within(f"block{number}"), x)
    return x


def ratio_block(net: Net, x: Value, *, inner: int) -> Value:
    """Two 1x1 convolutions, C to `inner` and back: section 2, G1."""
    y = net.conv("conv1", x, inner, bias=True)
    return net.conv("conv2", y, x.channels, bias=True)


def group_block(net: Net, x: Value, *, groups: int) -> Value:
    """One 1x1 group convolution: section 2, G2."""
    return net.conv("conv", x, x.channels, groups=groups, bias=True)


def series_block(net: Net, x: Value, *, fragments: int) -> Value:
    """1x1 convolutions one after another: appendix, Figure 1 (b) and (c)."""
    for number in range(1, fragments + 1):
        x = net.conv(f"conv{number}", x, x.channels, bias=True)
    return x


def parallel_block(net: Net, x: Value, *, fragments: int) -> Value:
    """1x1 convolutions of the same input, added up: appendix, Figure 1 (d) and (e)."""
    names = [f"conv{number}" for number in range(1, fragments + 1)]
    total, *others = (net.conv(name, x, x.channels, bias=True) for name in names)
    for number, other in enumerate(others, start=1):
        total = net.add(f"add{number}", total, other)
    return total


def bottleneck_block(net: Net, x: Value, *, relu: bool, shortcut: bool) -> Value:
    """A ResNet bottleneck whose activations and shortcut can be left out: section 2, G4."""
    y = net.conv("conv1", x, x.channels // 4, bias=True)
    y = net.relu("relu1", y) if relu else y
    y = net.conv("conv2", y, x.channels // 4, 3, bias=True)
    y = net.relu("relu2", y) if relu else y
    y = net.conv("conv3", y, x.channels, bias=True)
    y = net.add("add", x, y) if shortcut else y
    return net.relu("relu3", y) if relu else y


# Platform -> c1 and c2 at x1, by ratio: Table 1.
_TABLE_1: Final = {
    "gpu": {"1to1": (128, 128), "1to2": (90, 180), "1to6": (52, 312), "1to12": (36, 432)},
    "arm": {"1to1": (32, 32), "1to2": (22, 44), "1to6": (13, 78), "1to12": (9, 108)},
}

# Platform -> width at x1, by groups: Table 2. The table prints 180 for 8 groups on ARM at x1, which
# 8 does not divide; see `_divided`.
_TABLE_2: Final = {
    "gpu": {1: 128, 2: 180, 4: 256, 8: 360},
    "arm": {1: 64, 2: 90, 4: 128, 8: 180},
}

# Platform -> width of the one-fragment block at x1: Table 3.
_TABLE_3: Final = {"gpu": 128, "arm": 64}

_FRAGMENTS: Final[dict[str, tuple[Callable[..., Value], int]]] = {
    "1fragment": (series_block, 1),
    "2series": (series_block, 2),
    "4series": (series_block, 4),
    "2parallel": (parallel_block, 2),
    "4parallel": (parallel_block, 4),
}

# Width at x1, on both platforms: Table 4.
_TABLE_4: Final = 32


def _recipes() -> Iterator[Recipe]:
    """Every cell of the four tables."""
    for platform in ("gpu", "arm"):
        for ratio, (outer, inner) in _TABLE_1[platform].items():
            for times in MULTIPLIERS:
                block = partial(ratio_block, inner=inner * times)
                width = outer * times
                yield _recipe(1, platform, ratio, times, width=width, block=block)
        for groups, width in _TABLE_2[platform].items():
            block = partial(group_block, groups=groups)
            for times in MULTIPLIERS:
                whole = _divided(width * times, groups)
                yield _recipe(2, platform, f"g{groups}", times, width=whole, block=block)
        for name, (build, fragments) in _FRAGMENTS.items():
            # The same macs in n fragments: c / sqrt(n), cut to a whole number as Table 1 does it.
            width = isqrt(_TABLE_3[platform] ** 2 // fragments)
            block = partial(build, fragments=fragments)
            yield from _each_width(3, platform, name, width=width, block=block)
        for relu in (True, False):
            for shortcut in (True, False):
                name = f"{'' if relu else 'no'}relu_{'' if shortcut else 'no'}shortcut"
                block = partial(bottleneck_block, relu=relu, shortcut=shortcut)
                yield from _each_width(4, platform, name, width=_TABLE_4, block=block)


def _divided(width: int, groups: int) -> int:
    """The next width that the groups divide: 180 in 8 groups is 184, 3 % over the macs of g = 1."""
    return -(-width // groups) * groups


def _each_width(
    table: int, platform: str, row: str, *, width: int, block: Block
) -> Iterator[Recipe]:
    for times in MULTIPLIERS:
        yield _recipe(table, platform, row, times, width=width * times, block=block)


def _recipe(  # noqa: PLR0913 - the coordinates of a cell
    table: int, platform: str, row: str, times: int, *, width: int, block: Block
) -> Recipe:
    return Recipe(
        name=f"paper_table{table}_{platform}_{row}_x{times}",
        source=f"arXiv 1807.11164, Table {table}",
        build=partial(stacked, block=block),
        inputs=((width, *FEATURE_MAP),),
    )


RECIPES: Final = tuple(_recipes())
