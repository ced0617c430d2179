"""Calibrates costlint on this machine and predicts networks that the calibration did not see.

    python examples/studies/own_machine.py FOLDER

Writes the example networks and their timings to FOLDER, then fits a profile to every other family
and predicts the rest, and the other way round. Needs `pip install costlint[measure]`. Timings that
FOLDER already has are used again.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable
from pathlib import Path

import costlint
from costlint.costmodel.fitting.timings import Timing, family_of, read_timings, write_timings

# Every size that fits a few minutes; a family is the letters that a name begins with.
NETWORKS = """
condensenet_g4 condensenet_g8 densenet_0.5x densenet_1.0x densenet_1.5x densenet_2.0x
igcv2_0.25 igcv2_0.5 igcv2_1.0 igcv3_d_0.7 igcv3_d_1.0 igcv3_d_1.4 inception_v3_block
kernel_conv1x1_c64 kernel_conv1x1_c256 kernel_conv3x3_c64 kernel_conv3x3_c256
kernel_conv1x1_g4_c128 kernel_conv3x3_g4_c128 kernel_depthwise3x3_c64 kernel_depthwise3x3_c256
kernel_relu_c64 kernel_relu_c256 kernel_add_c64 kernel_add_c256 kernel_matmul_c256
mobilenet_v1_0.25 mobilenet_v1_0.5 mobilenet_v1_1.0 mobilenet_v2_0.35 mobilenet_v2_0.6
mobilenet_v2_1.0 mobilenet_v2_1.4 nasnet_a_4_1056
paper_table1_arm_1to1_x2 paper_table1_arm_1to12_x2 paper_table2_arm_g1_x2 paper_table2_arm_g8_x2
paper_table3_arm_4series_x2 paper_table3_arm_4parallel_x2 paper_table4_arm_relu_shortcut_x2
paper_table4_arm_norelu_noshortcut_x2 pnasnet_5 resnet_50 se_resnet_50
shufflenet_v1_0.5x_g1 shufflenet_v1_0.5x_g3 shufflenet_v1_1.0x_g3 shufflenet_v1_1.0x_g8
shufflenet_v1_2.0x_g2 shufflenet_v2_0.5x shufflenet_v2_1.0x shufflenet_v2_1.5x shufflenet_v2_2.0x
shufflenet_v2_1.0x_se shufflenet_v2_1.5x_residual xception_0.5x xception_1.0x xception_2.0x
""".split()  # noqa: SIM905 (names in a block read better)


def measured(folder: Path, networks: Iterable[str]) -> list[Timing]:
    """Write each network to `folder` and time it; those timed before are not timed again."""
    table = folder / "timings.csv"
    rows = list(read_timings(table)) if table.exists() else []
    done = {row.graph for row in rows}
    for network in networks:
        path = folder / f"{network}.onnx"
        if path.name in done:
            continue
        path.write_bytes(costlint.example(network, weights=False).SerializeToString())
        rows += costlint.measure(str(path), batch=1, threads=1).timings(path.name)
        write_timings(rows, table)
    return [row for row in rows if Path(row.graph).stem in set(networks)]


def predict(
    folder: Path, seen: list[Timing], unseen: list[Timing]
) -> list[tuple[str, float, float]]:
    """(network, measured, predicted) in ms of the unseen, from a profile of the seen."""
    table = folder / "seen.csv"
    write_timings(seen, table)
    profile = costlint.calibrate(table, graphs=folder, name="host")
    networks = sum(row.ops is None for row in seen)
    print(f"\ncalibrated with {networks} networks: {', '.join(families(seen))}")
    found = []
    inside = 0
    for row in unseen:
        if row.ops is not None:
            continue  # a kernel
        estimate = costlint.estimate(str(folder / row.graph), profile, batch=1)
        inside += estimate.latency_low_s <= row.steady_s <= estimate.latency_high_s
        found.append((Path(row.graph).stem, row.steady_s * 1e3, estimate.latency_s * 1e3))
    print(f"inside the 90 % interval: {inside} of {len(found)}")
    return found


def families(rows: list[Timing]) -> list[str]:
    """The families of the rows, in order."""
    return sorted({family_of(row.graph) for row in rows})


def show(found: list[tuple[str, float, float]]) -> None:
    """A table of each network, and the errors of all."""
    for network, measured_ms, predicted_ms in found:
        off = predicted_ms / measured_ms - 1
        print(f"  {network:<40}{measured_ms:9.3f} ms{predicted_ms:9.3f} ms{off:+8.0%}")
    errors = [abs(predicted / seconds - 1) for _, seconds, predicted in found]
    mean, median = statistics.mean(errors), statistics.median(errors)
    print(f"  mean error {mean:.1%}, median {median:.1%} on {len(errors)} networks not used")


def walk(folder: Path, networks: Iterable[str] = NETWORKS) -> list[tuple[str, float, float]]:
    """Measure, calibrate with every other family, predict the rest; then the halves swapped."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = measured(folder, list(networks))
    even = families(rows)[::2]
    halves = (
        [row for row in rows if family_of(row.graph) in even],
        [row for row in rows if family_of(row.graph) not in even],
    )
    every = []
    for seen, unseen in (halves, halves[::-1]):
        found = predict(folder, seen, unseen)
        show(found)
        every += found
    print("\nboth ways together")
    show(sorted(every))
    return every


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    walk(parser.parse_args().folder)
