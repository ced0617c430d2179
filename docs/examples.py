"""The page on the example networks, and the table of their counts."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

import costlint
from costlint.examples.catalogue import RECIPES
from costlint.examples.paper_rows import PaperRow, paper_rows
from docs.template import render

# How far from Table 8 a count may be without a reason, as a share.
TOLERANCE: Final = 0.02

_UNPUBLISHED_WIDTH: Final = (
    "the MobileNetV2 page has no such width; channels are rounded to eights as in its release"
)
_SCALED: Final = "only the 1x network is published; this one scales as ShuffleNet does"

# Row of Table 8 -> why its count is further away.
REASONS: Final = {
    "0.4 MobileNet v2 (160x160)": _UNPUBLISHED_WIDTH,
    "0.15 MobileNet v2": _UNPUBLISHED_WIDTH,
    "0.6 MobileNet v2": _UNPUBLISHED_WIDTH,
    "0.75 MobileNet v2 (192x192)": (
        "the release of MobileNetV2 prints 153 million for this network, as counted here"
    ),
    "DenseNet 0.5x": (
        "the paper adjusted the growth to the complexity and did not print it; 11 is the nearest"
    ),
    "Xception 0.5x": _SCALED,
    "Xception 2x": _SCALED,
    "IGCV2-0.25": "widths and groups are not published; MobileNetV1's widths are used",
    "IGCV2-0.5": "as IGCV2-0.25",
    "IGCV2-1.0": "as IGCV2-0.25",
    "IGCV3-D (0.7)": "only the 1.0 network is published; here every width is multiplied",
    "IGCV3-D (1.4)": "as IGCV3-D (0.7)",
}

# Example -> parameters that others count, and who.
PUBLISHED: Final = {
    "shufflenet_v2_0.5x": (1_366_792, "torchvision"),
    "shufflenet_v2_1.0x": (2_278_604, "torchvision"),
    "shufflenet_v2_1.5x": (3_503_624, "torchvision"),
    "shufflenet_v2_2.0x": (7_393_996, "torchvision"),
    "shufflenet_v1_1.0x_g1": (1_531_936, "pytorchcv"),
    "shufflenet_v1_1.0x_g2": (1_733_848, "pytorchcv"),
    "shufflenet_v1_1.0x_g3": (1_865_728, "pytorchcv"),
    "shufflenet_v1_1.0x_g4": (1_968_344, "pytorchcv"),
    "shufflenet_v1_1.0x_g8": (2_434_768, "pytorchcv"),
    "mobilenet_v2_0.35": (1_677_128, "timm"),
    "mobilenet_v2_0.5": (1_968_680, "timm"),
    "mobilenet_v2_0.75": (2_636_424, "timm"),
    "mobilenet_v2_1.0": (3_504_872, "torchvision"),
    "mobilenet_v2_1.4": (6_108_776, "timm"),
    "mobilenet_v1_1.0": (4_231_976, "pytorchcv"),
    "igcv3_d_1.0": (3_491_688, "pytorchcv"),
    "condensenet_g4": (4_773_944, "pytorchcv"),
    "condensenet_g8": (2_935_416, "pytorchcv"),
    "nasnet_a_4_1056": (5_289_978, "pytorchcv"),
    "resnet_50": (25_557_032, "torchvision"),
    "se_resnet_50": (28_088_024, "timm"),
}


@cache
def counted() -> dict[str, tuple[int, int]]:
    """Name -> macs and parameters at batch 1."""
    rows = {}
    for name in RECIPES:
        counts = costlint.count(costlint.example(name, weights=False))
        rows[name] = (counts.macs, counts.parameters)
    return rows


def counts_table() -> str:
    """`examples/counts.json`: one line per example."""
    rows = (f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in counted().items())
    return "{\n" + ",\n".join(rows) + "\n}\n"


def printed_rows() -> list[tuple[PaperRow, int]]:
    """The networks of Table 8, once each, and the macs that are counted here."""
    rows = [row for row in paper_rows() if row.printed_macs and "gtx" in row.platform]
    return [(row, _macs(row)) for row in rows]


def _macs(row: PaperRow) -> int:
    if row.size == 224:
        return counted()[row.example][0]
    model = costlint.example(row.example, size=row.size, weights=False)
    return int(costlint.count(model).macs)


def page() -> str:
    """`examples.md`: what there is, and the counts beside those of the papers."""
    return render(
        "examples.md",
        counted=counted(),
        tolerance=TOLERANCE,
        printed=printed_rows(),
        reasons=REASONS,
        published=PUBLISHED,
    )
