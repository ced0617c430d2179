"""The shipped profiles' held-out errors must not get worse than docs/accuracy.md says."""

import re
from pathlib import Path
from statistics import mean

import pytest

from costlint.costmodel.devices import device, devices

PAGE = Path(__file__).parents[3] / "docs" / "accuracy.md"
KINDS = {
    "GPU, RTX 3090 eager AMP channels-last": r"rtx3090-torch2\.4-amp-nhwc",
    "GPU, all, eager": r"rtx\d+-torch[\d.]+-amp-\w+",
    "GPU, all, compiled": r"rtx.*-compiled",
    "x86 i7-12700H, batch 1": r"i7-12700h-.*",
    "phones, TFLite CPU": r".*-tflite-(?!gpu).*",
    "phones, PyTorch Mobile CPU": r".*-torch-(?!gpu).*",
    "phones, GPU (both)": r".*-(tflite|torch)-gpu",
    "ncnn CPUs": r".*-ncnn-cpu.*",
    "ncnn Vulkan GPUs": r".*-ncnn-vulkan\d?",
}


@pytest.mark.parametrize(("title", "names"), KINDS.items())
def test_held_out_errors_are_those_of_the_page(title, names):
    row = next(
        x for x in PAGE.read_text(encoding="utf-8").splitlines() if x.startswith(f"| {title} |")
    )
    cells = [cell.strip() for cell in row.split("|")[2:]]
    found = [device(r.name) for r in devices() if re.fullmatch(names, r.name) and not r.borrowed]
    assert len(found) == int(cells[0])
    assert mean(p.fit.mape for p in found) <= float(cells[2].rstrip("%")) / 100 + 0.001
    assert mean(p.fit.median for p in found) <= float(cells[3].rstrip("%")) / 100 + 0.001
    assert 0.85 <= mean(p.fit.coverage for p in found) <= 0.95


def test_every_row_beats_time_proportional_to_flops():
    for names in KINDS.values():
        found = [device(r.name) for r in devices() if re.fullmatch(names, r.name)]
        assert mean(p.fit.mape for p in found) < mean(p.fit.flop_mape for p in found) / 2
