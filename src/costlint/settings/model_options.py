"""The options about models, devices and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlint.settings import completions, readers
from costlint.settings.option import MODEL, NUMBER, RULES, TEXTS, row, switch
from costlint.settings.schemas import AMOUNT, BINDINGS, COUNT, IGNORES, SEVERITIES, STRINGS
from costlint.settings.units import duration_or_share

if TYPE_CHECKING:
    from costlint.costmodel.inference.bindings import ShapeOption


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """What is predicted and looked for. No device stands for the default one."""

    device: tuple[str, ...] = row(
        "--device",
        "-d",
        default=(),
        read=readers.texts,
        form=TEXTS,
        metavar="NAME|FILE",
        help="Predict for it (costlint devices); repeat to compare several.",
        panel=MODEL,
        completion=completions.devices,
        key="device",
        schema=STRINGS,
        meaning="devices to predict for",
        example='device = ["pixel4-tflite-1large", "devices/our-npu.toml"]',
        default_text="snapdragon810-neon-1t",
        beside=readers.devices_beside,
    )
    shapes: ShapeOption = row(
        "--shape",
        default={},
        read=readers.shapes,
        is_added=True,
        in_result=True,
        form=TEXTS,
        metavar="NAME=AxBxC",
        help="Bind an input (x=1x3x224x224) or a symbol (N=8). Repeatable.",
        panel=MODEL,
        key="shapes",
        schema=BINDINGS,
        meaning="sizes of dimensions and inputs by name",
        example="[shapes]\nN = 1\npixels = [1, 3, 224, 224]",
    )
    batch: int | None = row(
        "--batch",
        read=readers.size,
        in_result=True,
        form=NUMBER,
        metavar="N",
        help="The batch size.",
        panel=MODEL,
        key="batch",
        schema=COUNT,
        meaning="the batch size",
        example="batch = 1",
        default_text="that of the model; 1 where it is open",
    )
    symbolic: bool = switch(
        "--symbolic",
        in_result=True,
        help="Counts as closed forms in the free dimensions.",
        panel=MODEL,
    )
    select: tuple[str, ...] = row(
        "--select",
        "-s",
        default=("G",),
        read=readers.names,
        in_result=True,
        form=TEXTS,
        metavar="RULES",
        help="Rules by prefix, with commas or repeated: G1,G403.",
        panel=RULES,
        completion=completions.rules,
        key="select",
        schema=STRINGS,
        meaning="rules, by prefix",
        example='select = ["G1", "G4"]',
        default_text='["G"], all rules',
    )
    ignore: tuple[str, ...] = row(
        "--ignore",
        "-i",
        default=(),
        read=readers.names,
        in_result=True,
        form=TEXTS,
        metavar="RULES",
        help="Rules to leave out.",
        panel=RULES,
        completion=completions.rules,
        key="ignore",
        schema=STRINGS,
        meaning="rules to leave out",
        example='ignore = ["G303"]',
    )
    min_savings: tuple[float, float] = row(
        "--min-savings",
        default=(0.0, 0.0),
        read=duration_or_share,
        in_result=True,
        metavar="TIME|SHARE",
        help="Leave out findings that save less: 0.05ms, 1%.",
        panel=RULES,
        key="min-savings",
        schema=AMOUNT,
        meaning="findings that save less are not shown: 0.05ms or 1%",
        example='min-savings = "1%"',
        default_text="0ms",
    )
    severity: Mapping[str, float] = row(
        default={},
        read=readers.severity,
        in_result=True,
        key="severity",
        schema=SEVERITIES,
        meaning="from which share of the latency on a finding is an error or a warning",
        example='[severity]\nerror = "5%"\nwarning = "1%"',
        default_text="5% and 1%",
    )
    ignores: tuple[Mapping[str, Any], ...] = row(
        default=(),
        read=readers.ignores,
        in_result=True,
        key="ignores",
        schema=IGNORES,
        meaning="accepted findings: rule, node, model, reason, expires",
        example='[[ignores]]\nrule = "G2"\nnode = "/features/features.1/*"\n'
        'model = "mobilenetv2*.onnx"\nreason = "the accelerator needs the depthwise stem"\n'
        "expires = 2027-06-01",
    )
