"""ShuffleNet (Zhang et al., CVPR 2018, arXiv 1707.01083), called V1 since there is a second."""

from __future__ import annotations

from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import family

# Groups -> channels of the first stage at 1x, which double in each further one: Table 1.
_CHANNELS: Final = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}

# Width -> factor, and channels of the first convolution. Scaling gives 36 at 1.5x; the authors'
# release (github.com/megvii-model/ShuffleNet-Series) keeps 24 there.
_WIDTHS: Final = {
    "0.25x": (0.25, 6),
    "0.5x": (0.5, 12),
    "1.0x": (1.0, 24),
    "1.5x": (1.5, 24),
    "2.0x": (2.0, 48),
}

_STAGES: Final = (4, 8, 4)


def shufflenet_v1(net: Net, x: Value, *, width: str, groups: int) -> Value:
    """The whole network: Table 1."""
    factor, stem = _WIDTHS[width]
    x = net.conv_bn_relu("conv1", x, _multiple(stem, groups), 3, stride=2)
    x = net.max_pool("maxpool", x)
    for number, units in enumerate(_STAGES):
        stage = net.within(f"stage{number + 2}")
        channels = int(_CHANNELS[groups] * factor) * 2**number
        for unit in range(1, units + 1):
            x = shuffle_unit(
                stage.within(f"unit{unit}"),
                x,
                channels,
                stride=2 if unit == 1 else 1,
                groups=groups,
                # The first of all has too few input channels for groups: section 3.3.
                groups_in=1 if number == 0 and unit == 1 else groups,
            )
    return net.classify(x)


def shuffle_unit(  # noqa: PLR0913 - one argument per choice
    net: Net, x: Value, channels: int, *, stride: int, groups: int, groups_in: int
) -> Value:
    """Group convolution, shuffle, depthwise, group convolution, around a shortcut: Figure 2.

    Stride 1 adds the shortcut, stride 2 joins its average to fewer new channels. The inner width
    is a quarter of the outer one, rounded up to what the groups divide.
    """
    inner = _multiple(-(-channels // 4), groups)
    y = net.conv_bn_relu("conv1", x, inner, groups=groups_in)
    y = net.shuffle("shuffle", y, groups) if groups > 1 else y
    y = net.bn("dwconv_bn", net.depthwise("dwconv", y, stride=stride))
    if stride == 1:
        y = net.conv_bn("conv2", y, channels, groups=groups)
        return net.relu("relu", net.add("add", x, y))
    y = net.conv_bn("conv2", y, channels - x.channels, groups=groups)
    return net.relu("relu", net.concat("concat", (net.average_pool("pool", x), y)))


def _multiple(channels: int, groups: int) -> int:
    """`channels`, or the next number that the groups divide."""
    return -(-channels // groups) * groups


RECIPES: Final = family(
    "shufflenet_v1_{width}_g{groups}",
    "arXiv 1707.01083, Table 1",
    shufflenet_v1,
    width=_WIDTHS,
    groups=_CHANNELS,
)
