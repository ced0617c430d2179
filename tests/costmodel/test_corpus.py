"""Counts of real networks against what others counted and published."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import onnx
import pytest

from costlint.costmodel.count import count
from costlint.costmodel.counts.op_cost import total_cost
from docs.corpus_counts import FOLDED, GRAPHS, MERGED

PARTS = 14  # so that they run side by side
TOLERANCE = 0.005


@pytest.mark.parametrize("part", range(PARTS))
def test_counts_are_those_of_pytorch(part, corpus, corpus_graph) -> None:
    """Every graph agrees or is explained in docs/counts.md, and what is explained does differ."""
    with (corpus / "gpu-graphs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == GRAPHS
    merged, folded = set(MERGED), set(FOLDED)
    for row in rows[part::PARTS]:
        name = row["graph"].removesuffix(".onnx")
        counts = count(corpus_graph("gpu-graphs.zip", row["graph"]))
        assert counts.coverage == 1, name
        agrees = counts.parameters == int(row["parameters"])
        assert agrees != (name in merged), f"{name}: {counts.parameters} parameters"
        if row["flop_torch"]:
            off = abs(2 * counts.macs / int(row["flop_torch"]) - 1)
            assert (off <= TOLERANCE) != (name in folded), f"{name}: {counts.macs} macs"


# torchvision's figures (https://pytorch.org/vision/stable/models.html): GMACs, parameters.
@pytest.mark.parametrize(
    ("archive", "name", "gmacs", "parameters"),
    [
        ("gpu-graphs.zip", "mobilenetv2_100__224.onnx", 0.301, 3_504_872),
        ("phone-graphs.zip", "resnet18.onnx", 1.814, 11_689_512),
        ("arm-graphs.zip", "vgg16.onnx", 15.470, 138_357_544),
        ("arm-graphs.zip", "shufflenet_v2.onnx", 0.145, None),
    ],
)
def test_published_totals(archive, name, gmacs, parameters, corpus_graph) -> None:
    counts = count(corpus_graph(archive, name))
    assert round(counts.macs / 1e9, 3) == gmacs
    assert parameters in (None, counts.parameters)


def test_traffic_of_the_light_resnet50() -> None:
    """426 MB as it stands, 337 MB where BatchNormalization is folded into the convolutions."""
    path = (
        Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / "light_resnet50.onnx"
    )
    counts = count(path, batch=1)
    folded = [row for row in counts.ops if row.op.op_type == "BatchNormalization"]
    assert round(counts.bytes_accessed / 1e6) == 426
    assert round((counts.bytes_accessed - total_cost(folded).bytes_accessed) / 1e6) == 337
    assert counts.parameters == 25_557_032


@pytest.mark.parametrize("archive", ["phone-graphs.zip", "arm-graphs.zip"])
def test_every_op_of_the_phone_and_arm_graphs_is_costed(archive, corpus, corpus_graph) -> None:
    with zipfile.ZipFile(corpus / archive) as files:
        names = [name for name in files.namelist() if name.endswith(".onnx")]
    assert names
    for name in names:
        assert count(corpus_graph(archive, name)).coverage == 1, name
