"""Networks in floats and in integers, side by side: what onnxruntime takes, and what is predicted.

    python -m calibration.quantized [--device PROFILE] [--seconds S] [NAME ...]

quantises the examples NAME with onnxruntime's own tool (random weights and inputs), runs all forms
of each in turns on one thread, and prints a row of docs/int8.md for each. Nothing is kept.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import onnxruntime
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from calibration.encoder import ENCODER, encoder
from costlint.costmodel.devices import device
from costlint.costmodel.estimate import estimate
from costlint.costmodel.models.from_graph import model_of
from costlint.examples import example
from costlint.measuring.processors import pinned

NETWORKS: Final = (
    "mobilenet_v1_1.0", "mobilenet_v2_1.0", "shufflenet_v2_1.0x", "shufflenet_v1_1.0x_g4",
    "xception_1.0x", "densenet_1.0x", "igcv3_d_1.0", "condensenet_g8", "resnet_50",
    "se_resnet_50", "inception_v3_block", ENCODER,
)  # fmt: skip
FORMS: Final = {
    "QDQ, signed": {"quant_format": QuantFormat.QDQ, "activation_type": QuantType.QInt8},
    "QDQ, unsigned": {"quant_format": QuantFormat.QDQ, "activation_type": QuantType.QUInt8},
    "QOperator": {"quant_format": QuantFormat.QOperator, "activation_type": QuantType.QUInt8},
}
ROUNDS: Final = 5
"""Runs of each form at least."""


class _Random(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime is not typed
    """Two random inputs to calibrate with."""

    def __init__(self, inputs: Mapping[str, np.ndarray]) -> None:
        self.left = [inputs, inputs]

    def get_next(self) -> Mapping[str, np.ndarray] | None:
        return self.left.pop() if self.left else None


def forms(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """The network in floats and quantised, with what each form is called."""
    plain, ready = folder / f"{name}.onnx", folder / f"{name}.ready.onnx"
    proto = model_of(encoder()) if name == ENCODER else example(name, batch=1)
    plain.write_bytes(proto.SerializeToString())
    yield "fp32", plain
    quant_pre_process(plain, ready, skip_symbolic_shape=True)
    for form, options in FORMS.items():
        path = folder / f"{name}.{len(form)}.onnx"
        quantize_static(ready, path, _Random(_inputs(plain)), **options)
        yield form, path
    if name == ENCODER:
        quantize_dynamic(ready, folder / "dynamic.onnx")
        yield "dynamic", folder / "dynamic.onnx"


def _inputs(path: Path) -> dict[str, np.ndarray]:
    first = _session(path).get_inputs()[0]
    random = np.random.default_rng(0)
    return {first.name: random.standard_normal(first.shape, dtype=np.float32)}


def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])


def raced(paths: Mapping[str, Path], seconds: float) -> Mapping[str, float]:
    """The least seconds of each form, all run in turns: other work then meets all alike."""
    sessions = {form: _session(path) for form, path in paths.items()}
    feeds = _inputs(paths["fp32"])
    found: dict[str, list[float]] = {form: [] for form in paths}
    until = time.monotonic() + seconds
    with pinned(1):
        while time.monotonic() < until or len(found["fp32"]) < ROUNDS:
            for form, session in sessions.items():
                start = time.thread_time()
                session.run(None, feeds)
                found[form].append(time.thread_time() - start)
    return {form: min(times[1:]) for form, times in found.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NETWORKS)
    parser.add_argument("--device", default="epyc-avx512-onnxruntime-1t")
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    profile = device(options.device)
    print("| network | form | measured ms | predicted ms | measured ratio | predicted ratio | |")
    print("|---|---|---|---|---|---|---|")
    for name in options.names:
        with TemporaryDirectory() as folder:
            paths = dict(forms(name, Path(folder)))
            measured = raced(paths, options.seconds)
            predicted = {form: estimate(path, profile) for form, path in paths.items()}
        floats = predicted["fp32"]
        for form, found in predicted.items():
            ratio, guess = measured[form] / measured["fp32"], found.latency_s / floats.latency_s
            ends = sorted((found.latency_low_s, found.latency_high_s))
            is_open = ends[0] <= floats.latency_s <= ends[1]
            verdict = "undecided" if is_open else "right" if (ratio < 1) == (guess < 1) else "wrong"
            told = "" if form == "fp32" else f"{ratio:.2f} | {guess:.2f} | {verdict}"
            print(
                f"| {name} | {form} | {measured[form] * 1e3:.2f} | {found.latency_s * 1e3:.2f} |"
                f" {told or '| |'} |", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
