"""onnx-tool asked the same questions; run by a python that has it."""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np
import onnx_tool


def once(path: str) -> None:
    """Count one file, as its documentation shows."""
    onnx_tool.model_profile(path)


def designs(path: str, runs: int = 10) -> float:
    """Median seconds to count a loaded model again at a new input size."""
    model = onnx_tool.Model(path)
    name = model.graph.input[0]
    times = []
    for run in range(runs):
        size = 32 * (run % 8 + 4)
        start = time.perf_counter()
        model.graph.shape_infer({name: np.zeros((1, 3, size, size), dtype="float32")})
        model.graph.profile()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    what, file = sys.argv[1:]
    if what == "once":
        once(file)
    else:
        print(designs(file))
