"""Interleaved group convolutions: IGCV2 (arXiv 1804.06202) and IGCV3 (arXiv 1806.00178)."""

from __future__ import annotations

from functools import partial
from math import isqrt
from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.mobilenet_v1 import BLOCKS
from costlint.examples.mobilenet_v2 import STAGES, conv_bn_relu6
from costlint.examples.recipe import Recipe

# Blocks per stage of IGCV3-D, where MobileNetV2 has half as many in most.
_DEEP: Final = (1, 4, 6, 8, 6, 6, 1)


def igcv3_d(net: Net, x: Value, *, width: float) -> Value:
    """MobileNetV2, deeper, its 1x1 convolutions in two groups: IGCV3, section 3 and Table 1."""
    x = conv_bn_relu6(net, "conv1", x, _even(32 * width), 3, stride=2)
    rows = zip(STAGES, _DEEP, strict=True)
    for number, ((expansion, channels, _, stride), blocks) in enumerate(rows, start=1):
        stage = net.within(f"stage{number}")
        for block in range(1, blocks + 1):
            x = interleaved_residual(
                stage.within(f"block{block}"),
                x,
                _even(channels * width),
                expansion=expansion,
                stride=stride if block == 1 else 1,
                shortcut=block > 1,
            )
    x = conv_bn_relu6(net, "conv2", x, int(1280 * max(1.0, width)))
    return net.classify(x)


def interleaved_residual(  # noqa: PLR0913 - one argument per choice
    net: Net, x: Value, channels: int, *, expansion: int, stride: int, shortcut: bool
) -> Value:
    """Widen in two groups, permute, filter each channel, project in two groups, permute back."""
    y = net.conv_bn("expand", x, x.channels * expansion, groups=2)
    y = net.shuffle("permute1", y, 2)
    y = net.bn("dwconv_bn", net.depthwise("dwconv", y, stride=stride))
    y = net.conv_bn("project", net.relu6("dwconv_relu6", y), channels, groups=2)
    y = net.shuffle("permute2", y, channels // 2)
    return net.add("add", x, y) if shortcut else y


def igcv2(net: Net, x: Value, *, width: float) -> Value:
    """MobileNetV1, its 1x1 convolutions made of two sparse ones: IGCV2, section 3.2.

    The widths and groups of the network that was timed are not published. Here are MobileNetV1's
    widths and the most even groups that reach every channel from every other one.
    """
    x = net.conv_bn_relu("conv1", x, int(32 * width), 3, stride=2)
    for number, (channels, stride) in enumerate(BLOCKS, start=1):
        block = net.within(f"block{number}")
        x = block.bn("dwconv_bn", block.depthwise("dwconv", x, stride=stride))
        x = interleaved(block, block.relu("dwconv_relu", x), int(channels * width))
    return net.classify(x)


def interleaved(net: Net, x: Value, channels: int) -> Value:
    """Two group convolutions and a permutation, one path from each input to each output."""
    inside = _branch(x.channels)
    x = net.conv_bn("group1", x, channels, groups=x.channels // inside)
    x = net.shuffle("permute", x, x.channels // inside)
    return net.conv_bn_relu("group2", x, channels, groups=inside)


def _branch(channels: int) -> int:
    """The largest divisor up to the square root: channels of a branch."""
    return next(d for d in range(isqrt(channels), 0, -1) if channels % d == 0)


def _even(channels: float) -> int:
    """The nearest whole number, one more if it is odd: two groups have to divide it."""
    nearest = round(channels)
    return nearest + nearest % 2


RECIPES: Final = (
    *(
        Recipe(
            name=f"igcv2_{width}",
            source="arXiv 1804.06202, section 3.2",
            build=partial(igcv2, width=width),
        )
        for width in (0.25, 0.5, 1.0)
    ),
    *(
        Recipe(
            name=f"igcv3_d_{width}",
            source="arXiv 1806.00178, Table 1",
            build=partial(igcv3_d, width=width),
        )
        for width in (0.7, 1.0, 1.4)
    ),
)
