"""ResNet (He et al., CVPR 2016, arXiv 1512.03385), plain and with squeeze and excitation."""

from __future__ import annotations

from functools import partial
from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import Recipe
from costlint.examples.squeeze_excite import squeeze_excite


def resnet50(net: Net, x: Value, *, squeeze: bool) -> Value:
    """The whole network: Table 1, column 50-layer."""
    x = net.conv_bn_relu("conv1", x, 64, 7, stride=2)
    x = net.max_pool("maxpool", x)
    for number, blocks in enumerate((3, 4, 6, 3), start=2):
        stage = net.within(f"stage{number}")
        for block in range(1, blocks + 1):
            x = bottleneck(
                stage.within(f"block{block}"),
                x,
                64 * 2 ** (number - 2),
                stride=2 if block == 1 and number > 2 else 1,
                squeeze=squeeze,
            )
    return net.classify(x)


def bottleneck(net: Net, x: Value, channels: int, *, stride: int, squeeze: bool) -> Value:
    """1x1 - 3x3 - 1x1 around a shortcut: Figure 5 (right).

    The 3x3 has the stride, as in most implementations; the paper's first 1x1 had it.
    """
    y = net.conv_bn_relu("conv1", x, channels)
    y = net.conv_bn_relu("conv2", y, channels, 3, stride=stride)
    y = net.conv_bn("conv3", y, 4 * channels)
    y = squeeze_excite(net.within("se"), y) if squeeze else y
    if x.dims != y.dims:
        x = net.conv_bn("shortcut", x, 4 * channels, stride=stride)
    return net.relu("relu", net.add("add", x, y))


RECIPES: Final = (
    Recipe(
        name="resnet_50",
        source="arXiv 1512.03385, Table 1",
        build=partial(resnet50, squeeze=False),
    ),
    Recipe(
        name="se_resnet_50",
        source="arXiv 1709.01507, Table 1",
        build=partial(resnet50, squeeze=True),
    ),
)
