"""The page on the example networks, and the table of their counts."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

import costlint
from costlint.examples.catalogue import RECIPES
from costlint.examples.paper_rows import PaperRow, paper_rows

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
    return f"""# Example networks

{len(RECIPES)} networks and blocks are built in: those of the ShuffleNet V2 paper (Ma et al., ECCV
2018, arXiv 1807.11164), its micro-benchmarks, and single ops. They need no framework and no
download.

```
costlint example --list shufflenet          # names, macs, parameters, source
costlint example shufflenet_v2_1.0x         # writes shufflenet_v2_1.0x.onnx
costlint example resnet_50 --batch 8 --size 320 --no-weights -o r50.onnx
```

In Python `costlint.example("shufflenet_v2_1.0x")` is an ONNX model, `costlint.list_examples()` the
list. Weights are random, the same for the same `seed`. Without weights a file has some ten kB and
keeps every shape: it can be analysed, not run.

| names | what |
|---|---|
| `shufflenet_v2_0.5x` `_1.0x` `_1.5x` `_2.0x`, each also `_se` and `_residual` | ShuffleNet V2 |
| `shufflenet_v2_50`, `shufflenet_v2_50_residual` | its 50-layer networks |
| `shufflenet_v1_0.25x_g1` ... `_2.0x_g8` | ShuffleNet, 1, 2, 3, 4 or 8 groups |
| `mobilenet_v1_0.25` ... `_1.0`, `mobilenet_v2_0.15` ... `_1.4` | MobileNet, MobileNetV2 |
| `xception_0.5x` ... `_2.0x`, `densenet_0.5x` ... `_2.0x` | the small ones of the paper |
| `igcv2_0.25` ... `_1.0`, `igcv3_d_0.7` ... `_1.4` | interleaved group convolutions |
| `condensenet_g4`, `condensenet_g8` | CondenseNet as deployed |
| `nasnet_a_4_1056`, `pnasnet_5` | found by search |
| `resnet_50`, `se_resnet_50`, `inception_v3_block` | for comparison |
| `paper_table1_gpu_1to12_x2` and so on | Tables 1 to 4, every printed width, `gpu` and `arm` |
| `kernel_conv3x3_c128` and so on | one op |

## Multiply-accumulates beside Table 8

The paper prints "FLOPs" and means multiply-adds. A difference of up to {TOLERANCE:.0%} has no
reason given: papers round, and some count element-wise work as well.

| network | example | printed | counted | difference | reason |
|---|---|---:|---:|---:|---|
{_printed_lines()}

## Parameters beside those of others

Equal to the last digit. Running means and variances are no parameters.

| example | counted | equal to that of |
|---|---:|---|
{_published_lines()}

`pnasnet_5` has {counted()["pnasnet_5"][1]:,}; its paper says 5.1 million.

## What the pages do not say

- `shufflenet_v2_50`: Table 6 prints 2.3 billion, {counted()["shufflenet_v2_50"][0] / 1e9:.2f} are
  counted. Its first stage keeps the size that max pooling leaves.
- Squeeze and excitation in ShuffleNet V2: the inner width is not printed. It is the outer one, as
  in the authors' release of their largest network. In `se_resnet_50` it is a sixteenth.
- ShuffleNet: the first convolution of the 1.5x network has 24 channels, as in the authors' release.
  The inner width of a unit is rounded up to what the groups divide. At 0.25x the paper prints 13
  million for all groups and 11 to 12.4 are counted: how it rounds small widths is not said.
- CondenseNet: the paper prints 529 and 274 million,
  {counted()["condensenet_g4"][0] / 1e6:.0f} and {counted()["condensenet_g8"][0] / 1e6:.0f} are
  counted. The difference is 12.6 million in both: its activations (11.0) and pooling (1.6), which
  the authors' counter adds.
- DenseNet: the growths 11, 22, 33 and 44 are those nearest to Table 8, and in proportion to the
  widths.
- Tables 1 to 4: biases, batch 1, and the widths of Table 4 are inferred
  (`examples/paper_blocks.py`). Table 2 prints 180 channels for 8 groups on ARM, which 8 does not
  divide: the example has 184, 3 % more macs than one group.
- Table 3: n fragments have c / sqrt(n) channels, cut to a whole number.
"""


def _printed_lines() -> str:
    return "\n".join(
        f"| {row.row} | `{row.example}` | {row.printed_macs / 1e6:.0f} M | {macs / 1e6:.2f} M "
        f"| {macs / row.printed_macs - 1:+.1%} | {REASONS.get(row.row, '')} |"
        for row, macs in printed_rows()
        if row.printed_macs
    )


def _published_lines() -> str:
    return "\n".join(
        f"| `{name}` | {counted()[name][1]:,} | {source} |"
        for name, (_, source) in PUBLISHED.items()
    )
