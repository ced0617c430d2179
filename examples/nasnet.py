"""NASNet-A (Zoph et al., CVPR 2018, arXiv 1707.07012), 4 @ 1056, and PNASNet-5 for phones."""

from __future__ import annotations

from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import Recipe
from costlint.examples.searched import Cell, Place, run_cell, stem

# Figure 4: normal and reduction cell of NASNet-A.
_NORMAL: Final = Cell(
    pairs=(
        (("sep5", 0), ("sep3", 1)),
        (("sep5", 1), ("sep3", 1)),
        (("average", 0), ("same", 1)),
        (("average", 1), ("average", 1)),
        (("sep3", 0), ("same", 0)),
    ),
    joined=(1, 2, 3, 4, 5, 6),
)
_REDUCTION: Final = Cell(
    pairs=(
        (("sep5", 0), ("sep7", 1)),
        (("max", 0), ("sep7", 1)),
        (("average", 0), ("sep5", 1)),
        (("same", 3), ("average", 2)),
        (("sep3", 2), ("max", 0)),
    ),
    joined=(3, 4, 5, 6),
)

# arXiv 1712.00559, Figure 1: the one cell of PNASNet-5.
_PROGRESSIVE: Final = Cell(
    pairs=(
        (("sep5", 1), ("max", 1)),
        (("sep7", 0), ("max", 0)),
        (("sep5", 0), ("sep3", 0)),
        (("sep3", 4), ("max", 0)),
        (("sep3", 1), ("same", 0)),
    ),
    joined=(2, 3, 4, 5, 6),
)


def nasnet_a(net: Net, x: Value) -> Value:
    """Three stages of N = 4 normal cells, 44 wide, so 6 * 4 * 44 = 1056 at the end: Figure 2."""
    earlier, before = stem(net, x, _REDUCTION, 44)
    for number in range(3):
        stage = net.within(f"stage{number + 1}")
        width = 44 * 2**number
        if number:
            place = Place(channels=width, stride=2)
            inside = stage.within("reduction")
            earlier, before = before, run_cell(inside, _REDUCTION, place, before, earlier)
        for cell in range(1, 5):
            inside = stage.within(f"cell{cell}")
            place = Place(channels=width)
            earlier, before = before, run_cell(inside, _NORMAL, place, before, earlier)
    return net.classify(net.relu("relu", before))


def pnasnet_5(net: Net, x: Value) -> Value:
    """Nine cells, N = 3 in each of three stages, 54 wide: section 5.3.

    A stage's first cell has the stride.
    """
    earlier, before = stem(net, x, _PROGRESSIVE, 54)
    for number in range(9):
        stage, cell = divmod(number, 3)
        stride = 2 if stage and not cell else 1
        place = Place(channels=54 * 2**stage, stride=stride)
        inside = net.within(f"stage{stage + 1}/cell{cell + 1}")
        earlier, before = before, run_cell(inside, _PROGRESSIVE, place, before, earlier)
    return net.classify(net.relu("relu", before))


RECIPES: Final = (
    Recipe(name="nasnet_a_4_1056", source="arXiv 1707.07012, Figure 4", build=nasnet_a),
    Recipe(name="pnasnet_5", source="arXiv 1712.00559, Figure 1", build=pnasnet_5),
)
