"""MobileNetV2 (Sandler et al., CVPR 2018, arXiv 1801.04381)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import family

Stage: TypeAlias = tuple[int, int, int, int]
"""Expansion, channels, blocks, stride of the first."""

# Table 2.
STAGES: Final[tuple[Stage, ...]] = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def divisible(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of `divisor` that takes no more than a tenth away."""
    nearest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return nearest if nearest >= 0.9 * channels else nearest + divisor


def inverted_residual(net: Net, x: Value, channels: int, *, expansion: int, stride: int) -> Value:
    """Widen, filter each channel, project without activation: Figure 4 (d)."""
    y = x
    if expansion > 1:
        y = conv_bn_relu6(net, "expand", x, x.channels * expansion)
    y = net.bn("dwconv_bn", net.depthwise("dwconv", y, stride=stride))
    y = net.conv_bn("project", net.relu6("dwconv_relu6", y), channels)
    return net.add("add", x, y) if x.dims == y.dims else y


def conv_bn_relu6(net: Net, name: str, x: Value, channels: int, *args: Any, **attrs: Any) -> Value:
    """`conv_bn` with its arguments, then `relu6` as `name_relu6`."""
    return net.relu6(f"{name}_relu6", net.conv_bn(name, x, channels, *args, **attrs))


def mobilenet_v2(  # noqa: PLR0913 - one argument per choice
    net: Net,
    x: Value,
    *,
    width: float,
    stages: Iterable[Stage] = STAGES,
    rounded: Callable[[float], int] = divisible,
    unit: Callable[..., Value] = inverted_residual,
) -> Value:
    """The whole network: Table 2. Below width 1 the last convolution keeps its 1280 channels.

    IGCV3 has other stages and units, and rounds its channels in another way.
    """
    x = conv_bn_relu6(net, "conv1", x, rounded(32 * width), 3, stride=2)
    for number, (expansion, channels, blocks, stride) in enumerate(stages, start=1):
        stage = net.within(f"stage{number}")
        for block in range(1, blocks + 1):
            x = unit(
                stage.within(f"block{block}"),
                x,
                rounded(channels * width),
                expansion=expansion,
                stride=stride if block == 1 else 1,
            )
    x = conv_bn_relu6(net, "conv2", x, rounded(1280 * max(1.0, width)))
    return net.classify(x)


RECIPES: Final = family(
    "mobilenet_v2_{width}",
    "arXiv 1801.04381, Table 2",
    mobilenet_v2,
    width=(0.15, 0.25, 0.35, 0.4, 0.5, 0.6, 0.75, 1.0, 1.3, 1.4),
)
