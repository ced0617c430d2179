"""Finds faster widths at equal macs for three networks, and measures them on this machine.

    python examples/studies/equal_macs.py [--measure FOLDER]

Prints the estimates before and after on each device as a table in Markdown. With --measure also
predicted and measured times of onnxruntime on one thread, for which FOLDER has, or gets, the
timings of `own_machine.py` that calibrate this machine. Needs `pip install costlint[measure]`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import costlint

NETWORKS = ("shufflenet_v1_1.0x_g3", "mobilenet_v2_1.0", "resnet_50")
DEVICES = ("gtx1080ti-cudnn7", "snapdragon810-neon-1t", "pixel4-tflite-1large")

Ms = tuple[float, float]
"""Milliseconds before and after."""


def best_on(network: str, device: Any, time_limit_s: float) -> tuple[Ms, Any]:
    """The estimates before and after on a device, and the network with the best widths."""
    space = costlint.parametrize(costlint.example(network, weights=False, batch=1))
    best = space.optimize(device, time_limit_s=time_limit_s)
    return (best.before.latency_s * 1e3, best.after.latency_s * 1e3), space.model(best.values)


def estimates(
    networks: Sequence[str] = NETWORKS,
    devices: Sequence[str] = DEVICES,
    time_limit_s: float = 20.0,
) -> list[tuple[str, list[Ms]]]:
    """For each network its estimates on every device."""
    return [(n, [best_on(n, d, time_limit_s)[0] for d in devices]) for n in networks]


def this_machine(folder: Path) -> Any:
    """A profile of this machine from the timings in `folder`, which are taken where it has none."""
    import own_machine

    folder.mkdir(parents=True, exist_ok=True)
    own_machine.measured(folder, own_machine.NETWORKS)
    return costlint.calibrate(folder / "timings.csv", graphs=folder, name="host")


def measured_ms(model: Any, path: Path) -> float:
    """One thread of onnxruntime."""
    path.write_bytes(model.SerializeToString())
    return costlint.measure(str(path), batch=1, threads=1).latency_s * 1e3


def here(
    folder: Path,
    profile: Any,
    networks: Sequence[str] = NETWORKS,
    time_limit_s: float = 20.0,
) -> list[tuple[str, list[Ms]]]:
    """For each network the predicted and the measured times on this machine."""
    found = []
    for network in networks:
        predicted, better = best_on(network, profile, time_limit_s)
        before = costlint.example(network, weights=False, batch=1)
        measured = (
            measured_ms(before, folder / f"{network}-before.onnx"),
            measured_ms(better, folder / f"{network}-after.onnx"),
        )
        found.append((network, [predicted, measured]))
    return found


def table(columns: Sequence[str], rows: Sequence[tuple[str, list[Ms]]]) -> str:
    """Markdown."""
    lines = [f"| network, batch 1 | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for network, cells in rows:
        shown = [f"{before:.3g} -> {after:.3g} ms" for before, after in cells]
        lines.append(f"| {network} | {' | '.join(shown)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    print(table(DEVICES, estimates()), flush=True)
    if options.measure is not None:
        found = here(options.measure, this_machine(options.measure))
        print(f"\n{table(('predicted', 'measured'), found)}")
