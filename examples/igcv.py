"""Interleaved group convolutions: IGCV2 (arXiv 1804.06202) and IGCV3 (arXiv 1806.00178)."""

from __future__ import annotations

from math import isqrt
from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.mobilenet_v1 import mobilenet_v1
from costlint.examples.mobilenet_v2 import STAGES, mobilenet_v2
from costlint.examples.recipe import family

# Blocks per stage of IGCV3-D, where MobileNetV2 has half as many in most.
_DEEP: Final = (1, 4, 6, 8, 6, 6, 1)
_STAGES: Final = [(*row[:2], blocks, row[3]) for row, blocks in zip(STAGES, _DEEP, strict=True)]


def igcv3_d(net: Net, x: Value, *, width: float) -> Value:
    """MobileNetV2, deeper, its 1x1 convolutions in two groups: IGCV3, section 3 and Table 1."""
    return mobilenet_v2(
        net, x, width=width, stages=_STAGES, rounded=_even, unit=interleaved_residual
    )


def interleaved_residual(
    net: Net, x: Value, channels: int, *, expansion: int, stride: int
) -> Value:
    """Widen in two groups, permute, filter each channel, project in two groups, permute back."""
    y = net.conv_bn("expand", x, x.channels * expansion, groups=2)
    y = net.shuffle("permute1", y, 2)
    y = net.bn("dwconv_bn", net.depthwise("dwconv", y, stride=stride))
    y = net.conv_bn("project", net.relu6("dwconv_relu6", y), channels, groups=2)
    y = net.shuffle("permute2", y, channels // 2)
    return net.add("add", x, y) if x.dims == y.dims else y


def igcv2(net: Net, x: Value, *, width: float) -> Value:
    """MobileNetV1, its 1x1 convolutions made of two sparse ones: IGCV2, section 3.2.

    The widths and groups of the network that was timed are not published. Here are MobileNetV1's
    widths and the most even groups that reach every channel from every other one.
    """
    return mobilenet_v1(net, x, width=width, unit=interleaved)


def interleaved(net: Net, x: Value, channels: int, *, stride: int) -> Value:
    """Depthwise, then two group convolutions and a permutation: a path from each input to each."""
    x = net.bn("dwconv_bn", net.depthwise("dwconv", x, stride=stride))
    x = net.relu("dwconv_relu", x)
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
    *family("igcv2_{width}", "arXiv 1804.06202, section 3.2", igcv2, width=(0.25, 0.5, 1.0)),
    *family("igcv3_d_{width}", "arXiv 1806.00178, Table 1", igcv3_d, width=(0.7, 1.0, 1.4)),
)
