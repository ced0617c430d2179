"""The options about models, devices and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlint.settings import kinds
from costlint.settings.option import model_row, rule_row

if TYPE_CHECKING:
    from costlint.costmodel.inference.bindings import ShapeOption
    from costlint.costmodel.inference.contents import ValueOption
    from costlint.costmodel.inference.taught import OpsOption


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """What is predicted and looked for. No device stands for the default one."""

    device: tuple[str, ...] = model_row(
        "--device",
        "-d",
        **kinds.DEVICES,
        default=(),
        help="Predict for it (costlint devices); repeat to compare several.",
        meaning="devices to predict for",
        example='device = ["pixel4-tflite-1large", "devices/our-npu.toml"]',
        default_text="snapdragon810-neon-1t",
    )
    shapes: ShapeOption = model_row(
        "--shape",
        **kinds.SHAPES,
        is_added=True,
        in_result=True,
        help="Bind an input (x=1x3x224x224) or a symbol (N=8). Repeatable.",
        key="shapes",
        meaning="sizes of dimensions and inputs by name",
        example="[shapes]\nN = 1\npixels = [1, 3, 224, 224]",
    )
    batch: int | None = model_row(
        "--batch",
        **kinds.SIZE,
        in_result=True,
        help="The batch size.",
        meaning="the batch size",
        example="batch = 1",
        default_text="that of the model; 1 where it is open",
    )
    values: ValueOption = model_row(
        "--value",
        **kinds.VALUES,
        is_added=True,
        in_result=True,
        help="The content of an input: sr=16000, sizes=640,640. Repeatable.",
        key="values",
        meaning="contents of inputs by name: a number, a text, or a short list",
        example="[values]\nsr = 16000",
    )
    ops: OpsOption = model_row(
        **kinds.OPS,
        in_result=True,
        key="ops",
        meaning="what unknown operators are like: op, like",
        example='[[ops]]\nop = "my.ops::FancyConv"\nlike = "Conv"',
    )
    symbolic: bool = model_row(
        "--symbolic",
        **kinds.SWITCH,
        in_result=True,
        help="Counts as closed forms in the free dimensions.",
    )
    select: tuple[str, ...] = rule_row(
        "--select",
        "-s",
        **kinds.RULES,
        default=("G",),
        help="Rules by prefix, with commas or repeated: G1,G403.",
        meaning="rules, by prefix",
        example='select = ["G1", "G4"]',
        default_text='["G"], all rules',
    )
    ignore: tuple[str, ...] = rule_row(
        "--ignore",
        "-i",
        **kinds.RULES,
        default=(),
        help="Rules to leave out.",
        meaning="rules to leave out",
        example='ignore = ["G303"]',
    )
    min_savings: tuple[float, float] = rule_row(
        "--min-savings",
        **kinds.SAVING,
        default=(0.0, 0.0),
        help="Leave out findings that save less: 0.05ms, 1%.",
        meaning="findings that save less are not shown: 0.05ms or 1%",
        example='min-savings = "1%"',
        default_text="0ms",
    )
    severity: Mapping[str, float] = rule_row(
        **kinds.SEVERITY_LIMITS,
        key="severity",
        meaning="from which share of the latency on a finding is an error or a warning",
        example='[severity]\nerror = "5%"\nwarning = "1%"',
        default_text="5% and 1%",
    )
    ignores: tuple[Mapping[str, Any], ...] = rule_row(
        **kinds.IGNORES,
        key="ignores",
        meaning="accepted findings: rule, node, model, reason, expires",
        example='[[ignores]]\nrule = "G2"\nnode = "/features/features.1/*"\n'
        'model = "mobilenetv2*.onnx"\nreason = "the accelerator needs the depthwise stem"\n'
        "expires = 2027-06-01",
    )
