"""The small DenseNets of the ShuffleNet V2 paper, and the units of DenseNet (arXiv 1608.06993)."""

from __future__ import annotations

from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import family

# Width -> growth. ShuffleNet V2 (arXiv 1807.11164, section 4) says of its DenseNets: the stages of
# Table 5, with channels adjusted to the target complexities, and prints no channels. These growths
# come nearest to the four complexities of Table 8, and they are in proportion to the widths. The
# first convolution is that of Table 5, the transitions are DenseNet's.
_GROWTH: Final = {"0.5x": 11, "1.0x": 22, "1.5x": 33, "2.0x": 44}

_STAGES: Final = (4, 8, 4)


def densenet(net: Net, x: Value, *, width: str) -> Value:
    """The whole network; a transition halves channels and sizes before each stage but the first."""
    x = net.conv_bn_relu("conv1", x, 24, 3, stride=2)
    x = net.max_pool("maxpool", x)
    for number, units in enumerate(_STAGES, start=2):
        stage = net.within(f"stage{number}")
        x = transition(stage.within("transition"), x, halve=number > 2)
        for unit in range(1, units + 1):
            x = dense_unit(stage.within(f"unit{unit}"), x, _GROWTH[width])
    return net.classify(net.relu("relu", net.bn("bn", x)))


def dense_unit(net: Net, x: Value, growth: int) -> Value:
    """Everything so far is input, `growth` channels are added: section 3, DenseNet-B."""
    y = net.relu("relu1", net.bn("bn1", x))
    y = net.conv("conv1", y, 4 * growth)
    y = net.relu("relu2", net.bn("bn2", y))
    return net.concat("concat", (x, net.conv("conv2", y, growth, 3)))


def transition(net: Net, x: Value, *, halve: bool) -> Value:
    """1x1 convolution to half the channels, then half the size: section 3, DenseNet-C."""
    if halve:
        x = net.conv("conv", net.relu("relu", net.bn("bn", x)), x.channels // 2)
    return net.average_pool("pool", x, 2)


RECIPES: Final = family("densenet_{width}", "arXiv 1807.11164, section 4", densenet, width=_GROWTH)
