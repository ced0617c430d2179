"""Rules on quantised graphs judge the kernels that run, not the conversions that fuse away."""

import costlint
from tests.costmodel.runtimes.test_quantized import CHAIN, stored

NAMES = ("w", "v", "s", "z", "t", "u")


def found(text, device):
    report = costlint.check(stored(text, *NAMES), device=device, select=("G4",))
    return {finding.rule for finding in report.findings}


def test_conversions_that_fuse_or_stand_at_the_border_are_no_movement():
    assert found(CHAIN, "epyc-avx512-onnxruntime-1t") == set()
    assert found(CHAIN, "pixel4-tflite-1large") == set()
    assert found(CHAIN, "pixel4-tflite-gpu") == set()


def test_conversions_that_run_in_between_are():
    signed = CHAIN.replace("uint8 z", "int8 z")
    assert "G403" in found(signed, "epyc-avx512-onnxruntime-1t")
    report = costlint.check(
        stored(signed, *NAMES), device="epyc-avx512-onnxruntime-1t", select=("G403",)
    )
    (fix,) = {finding.fix for finding in report.findings}
    assert fix.startswith("quantise the ops around it")
