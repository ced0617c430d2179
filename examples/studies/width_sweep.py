"""Draws what one stage's width costs on several devices, relative to today.

    python examples/studies/width_sweep.py [-o sweep.png]

Every width from a quarter to twice of today's in steps of one channel: the staircases are vectors
of the device that are not full. Needs `pip install costlint[plot]`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

import costlint

NETWORK = "mobilenet_v2_1.0"
DEVICES = ("gtx1080ti-cudnn7", "snapdragon810-neon-1t", "pixel4-tflite-1large")


def curves(
    network: str, variable: str | None, devices: tuple[str, ...]
) -> tuple[str, np.ndarray, dict[str, np.ndarray]]:
    """The variable, its widths, and the latency at each of them by device, today's being 1."""
    space = costlint.parametrize(costlint.example(network, weights=False))
    name = variable or max(space.sensitivity(devices[0]).items(), key=_among_widths(space))[0]
    widths = space.grid({name: None})[name]
    found = {}
    for device in devices:
        evaluate = space.compile(device)
        found[device] = evaluate({name: widths}).latency_s / evaluate().latency_s
    return name, widths, found


def _among_widths(space: costlint.Space) -> Callable[[tuple[str, float]], float]:
    """Order of variables by what a channel costs; sizes of the input come last."""
    return lambda item: item[1] if space.details[item[0]].kind == "width" else -1.0


def draw(path: str, name: str, widths: np.ndarray, latencies: dict[str, np.ndarray]) -> None:
    """One line for each device."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for device, latency in latencies.items():
        axes.plot(widths, latency, label=device, linewidth=1.2)
    axes.set(xlabel=name, ylabel="latency, today = 1")
    axes.legend()
    figure.savefig(path)
    plt.close(figure)


def main() -> None:
    """Sweep and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default=NETWORK)
    parser.add_argument("--variable", help="by default the width whose channels cost most")
    parser.add_argument("-o", "--output", default="sweep.png")
    options = parser.parse_args()
    name, widths, latencies = curves(options.network, options.variable, DEVICES)
    draw(options.output, name, widths, latencies)
    print(f"{options.output}: {name} from {widths[0]} to {widths[-1]} on {len(DEVICES)} devices")


if __name__ == "__main__":
    main()
