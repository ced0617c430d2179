"""A block with decomposed filters from Inception-v3 (Szegedy et al., arXiv 1512.00567)."""

from __future__ import annotations

from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import Recipe

_ROW: Final = (1, 7)
_COLUMN: Final = (7, 1)


def inception_block(net: Net, x: Value) -> Value:
    """Four branches of 192 channels; 7x7 filters are 1x7 then 7x1: Figure 6."""
    single = net.within("branch1").conv_bn_relu("conv1", x, 192)
    once = net.within("branch2")
    b = once.conv_bn_relu("conv1", x, 128)
    b = once.conv_bn_relu("conv2", b, 128, _ROW)
    b = once.conv_bn_relu("conv3", b, 192, _COLUMN)
    twice = net.within("branch3")
    c = twice.conv_bn_relu("conv1", x, 128)
    c = twice.conv_bn_relu("conv2", c, 128, _COLUMN)
    c = twice.conv_bn_relu("conv3", c, 128, _ROW)
    c = twice.conv_bn_relu("conv4", c, 128, _COLUMN)
    c = twice.conv_bn_relu("conv5", c, 192, _ROW)
    pooled = net.within("branch4")
    d = pooled.average_pool("pool", x, stride=1)
    d = pooled.conv_bn_relu("conv1", d, 192)
    return net.concat("concat", (single, b, c, d))


RECIPES: Final = (
    Recipe(
        name="inception_v3_block",
        source="arXiv 1512.00567, Figure 6",
        build=inception_block,
        inputs=((768, 17, 17),),
    ),
)
