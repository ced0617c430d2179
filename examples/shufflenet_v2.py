"""ShuffleNet V2 (Ma et al., ECCV 2018, arXiv 1807.11164)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from costlint.examples.builder import Net
from costlint.examples.draft import Value
from costlint.examples.recipe import Recipe
from costlint.examples.squeeze_excite import squeeze_excite

# The paper does not print it; the authors' release of their largest network has no reduction
# (github.com/megvii-model/ShuffleNet-Series, ShuffleNetV2.Large).
_REDUCTION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What differs between the networks: stages are (units, channels)."""

    stem: int = 24
    stages: tuple[tuple[int, int], ...]
    last: int = 1024
    first_stride: int = 2
    squeeze: bool = False
    residual: bool = False


def shufflenet_v2(net: Net, x: Value, *, plan: Plan) -> Value:
    """The whole network: Table 5."""
    x = net.conv_bn_relu("conv1", x, plan.stem, 3, stride=2)
    x = net.max_pool("maxpool", x)
    for number, (units, channels) in enumerate(plan.stages, start=2):
        stage = net.within(f"stage{number}")
        stride = plan.first_stride if number == 2 else 2
        x = down_unit(stage.within("unit1"), x, channels, stride=stride, plan=plan)
        for unit in range(2, units + 1):
            x = basic_unit(stage.within(f"unit{unit}"), x, plan=plan)
    x = net.conv_bn_relu("conv5", x, plan.last)
    return net.classify(x)


def basic_unit(net: Net, x: Value, *, plan: Plan) -> Value:
    """Split, three convolutions on one half, concat, shuffle: Figure 3 (c).

    With a residual (appendix, Figure 2 (a)) the half is added to what became of it.
    """
    left, right = net.split("split", x, (x.channels // 2, x.channels - x.channels // 2))
    branch = net.within("branch2")
    y = branch.conv_bn_relu("conv1", right, right.channels)
    y = branch.bn("dwconv_bn", branch.depthwise("dwconv", y))
    y = branch.conv_bn("conv2", y, right.channels)
    if plan.residual:
        y = branch.add("add", right, y)
    y = branch.relu("conv2_relu", y)
    if plan.squeeze:
        y = squeeze_excite(branch.within("se"), y, reduction=_REDUCTION)
    return net.shuffle("shuffle", net.concat("concat", (left, y)), 2)


def down_unit(net: Net, x: Value, channels: int, *, stride: int, plan: Plan) -> Value:
    """No split, so the channels double; both branches have the stride: Figure 3 (d)."""
    first, half = net.within("branch1"), channels // 2
    left = first.bn("dwconv_bn", first.depthwise("dwconv", x, stride=stride))
    left = first.conv_bn_relu("conv1", left, half)
    second = net.within("branch2")
    right = second.conv_bn_relu("conv1", x, half)
    right = second.bn("dwconv_bn", second.depthwise("dwconv", right, stride=stride))
    right = second.conv_bn_relu("conv2", right, half)
    if plan.squeeze:
        right = squeeze_excite(second.within("se"), right, reduction=_REDUCTION)
    return net.shuffle("shuffle", net.concat("concat", (left, right)), 2)


# Width -> channels of the first stage, which double in each further one, and of the last op.
_WIDTHS: Final = {"0.5x": (48, 1024), "1.0x": (116, 1024), "1.5x": (176, 1024), "2.0x": (244, 2048)}


def _scaled(width: str, *, squeeze: bool = False, residual: bool = False) -> Plan:
    """Table 5: 4, 8 and 4 units."""
    c, last = _WIDTHS[width]
    stages = ((4, c), (8, 2 * c), (4, 4 * c))
    return Plan(stages=stages, last=last, squeeze=squeeze, residual=residual)


def _large(*, residual: bool) -> Plan:
    """As ResNet-50: appendix, the table of large models (its first stage keeps 56x56)."""
    stages = ((3, 244), (4, 488), (6, 976), (3, 1952))
    return Plan(stem=64, stages=stages, last=2048, first_stride=1, residual=residual)


_VARIANTS: Final[tuple[tuple[str, dict[str, bool], str], ...]] = (
    ("", {}, "Table 5"),
    ("_se", {"squeeze": True}, "Table 5, appendix Figure 2 (b)"),
    ("_residual", {"residual": True}, "Table 5, appendix Figure 2 (a)"),
)
_PLANS: Final = {
    **{
        width + suffix: (_scaled(width, **options), place)
        for suffix, options, place in _VARIANTS
        for width in _WIDTHS
    },
    "50": (_large(residual=False), "appendix, large models"),
    "50_residual": (_large(residual=True), "appendix, large models, Figure 2 (a)"),
}

RECIPES: Final = tuple(
    Recipe(
        name=f"shufflenet_v2_{name}",
        source=f"arXiv 1807.11164, {place}",
        build=partial(shufflenet_v2, plan=plan),
    )
    for name, (plan, place) in _PLANS.items()
)
