"""MobileNet (Howard et al., 2017, arXiv 1704.04861), called V1 since there is a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import family

# (channels, stride) of each separable convolution: Table 1. The table prints stride 2 for the last
# one too; its sizes, and every implementation, have 1.
BLOCKS: Final = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)


def separable(net: Net, x: Value, channels: int, *, stride: int) -> Value:
    """One filter per channel, then 1x1 over all: Figure 3 (right)."""
    x = net.bn("dwconv_bn", net.depthwise("dwconv", x, stride=stride))
    return net.conv_bn_relu("conv", net.relu("dwconv_relu", x), channels)


def mobilenet_v1(
    net: Net, x: Value, *, width: float, unit: Callable[..., Value] = separable
) -> Value:
    """The whole network: Table 1. IGCV2 has another `unit`."""
    x = net.conv_bn_relu("conv1", x, int(32 * width), 3, stride=2)
    for number, (channels, stride) in enumerate(BLOCKS, start=1):
        block = net.within(f"block{number}")
        x = unit(block, x, int(channels * width), stride=stride)
    return net.classify(x)


RECIPES: Final = family(
    "mobilenet_v1_{width}",
    "arXiv 1704.04861, Table 1",
    mobilenet_v1,
    width=(0.25, 0.5, 0.75, 1.0),
)
