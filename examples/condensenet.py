"""CondenseNet (Huang et al., CVPR 2018, arXiv 1711.09224) as it is deployed."""

from __future__ import annotations

from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import family

# (units, growth) of each dense block: Table 2 (ImageNet), section 4.3.
_BLOCKS: Final = ((4, 8), (6, 16), (8, 32), (10, 64), (8, 128))


def condensenet(net: Net, x: Value, *, groups: int) -> Value:
    """The whole network, of as many groups as its condensation factor."""
    x = net.conv("conv1", x, 16, 3, stride=2)
    for number, (units, growth) in enumerate(_BLOCKS, start=1):
        block = net.within(f"block{number}")
        if number > 1:
            x = block.average_pool("pool", x, 2)
        for unit in range(1, units + 1):
            x = condensed_unit(block.within(f"unit{unit}"), x, growth, groups=groups)
    x = net.relu("relu", net.bn("bn", x))
    # The classifier keeps half of its inputs: section 3.3.
    return net.classify(net.gather("select", x, range(0, x.channels, 2)))


def condensed_unit(net: Net, x: Value, growth: int, *, groups: int) -> Value:
    """Select, 1x1 in groups, shuffle, 3x3 in groups, concat: Figures 1 (right) and 4.

    Training decides what the index selects; here each group reads every `groups`-th channel.
    """
    chosen = [c for group in range(groups) for c in range(group, x.channels, groups)]
    y = net.gather("select", x, chosen)
    y = net.relu("relu1", net.bn("bn1", y))
    y = net.conv("conv1", y, 4 * growth, groups=groups)
    y = net.shuffle("shuffle", y, groups)
    y = net.relu("relu2", net.bn("bn2", y))
    return net.concat("concat", (x, net.conv("conv2", y, growth, 3, groups=groups)))


RECIPES: Final = family(
    "condensenet_g{groups}", "arXiv 1711.09224, section 4.3", condensenet, groups=(4, 8)
)
