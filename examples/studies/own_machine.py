"""Calibrates costlint on this machine and predicts networks that the calibration did not see.

    python examples/studies/own_machine.py FOLDER

Writes the example networks and their timings to FOLDER, then fits a profile to every other family
and predicts the rest, and the other way round. Needs `pip install costlint[measure]`. Timings that
FOLDER already has are used again.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import costlint

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

Row = dict[str, str]


def family(network: str) -> str:
    """The letters that the name begins with."""
    return network.partition("_")[0].rstrip("0123456789v")


def measured(folder: Path, networks: Iterable[str]) -> list[Row]:
    """Write each network to `folder` and time it; those timed before are not timed again."""
    table = folder / "timings.csv"
    rows = list(csv.DictReader(table.read_text().splitlines())) if table.exists() else []
    done = {row["graph"] for row in rows}
    for network in networks:
        path = folder / f"{network}.onnx"
        if path.name in done:
            continue
        path.write_bytes(costlint.example(network, weights=False).SerializeToString())
        found = costlint.measure(str(path), batch=1, threads=1)
        rows += [as_text(asdict(timing)) for timing in found.timings(path.name)]
        write(rows, table)
    return [row for row in rows if Path(row["graph"]).stem in set(networks)]


def as_text(timing: dict[str, object]) -> Row:
    """A row of a timings file: one of the network, then one for each of its kernels."""
    ops = timing.pop("ops")
    row = {key: "" if value is None else str(value) for key, value in timing.items()}
    return row | {"ops": "" if ops is None else json.dumps(ops)}


def write(rows: list[Row], path: Path) -> None:
    """A timings file."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def steady_s(row: Row) -> float:
    """The median run; the quick ones where slow runs took over twice as long: other work ran."""
    low, high = float(row["low_s"]), float(row["high_s"])
    return low if high > 2 * low else float(row["latency_s"])


def predict(folder: Path, seen: list[Row], unseen: list[Row]) -> list[tuple[str, float, float]]:
    """(network, measured, predicted) in ms of the unseen, from a profile of the seen."""
    table = folder / "seen.csv"
    write(seen, table)
    profile = costlint.calibrate(table, graphs=folder, name="host")
    networks = sum(not row["ops"] for row in seen)
    print(f"\ncalibrated with {networks} networks: {', '.join(families(seen))}")
    found = []
    inside = 0
    for row in unseen:
        if row["ops"]:
            continue  # a kernel
        estimate = costlint.estimate(str(folder / row["graph"]), profile, batch=1)
        seconds = steady_s(row)
        inside += estimate.latency_low_s <= seconds <= estimate.latency_high_s
        found.append((Path(row["graph"]).stem, seconds * 1e3, estimate.latency_s * 1e3))
    print(f"inside the 90 % interval: {inside} of {len(found)}")
    return found


def families(rows: list[Row]) -> list[str]:
    """The families of the rows, in order."""
    return sorted({family(Path(row["graph"]).stem) for row in rows})


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
        [row for row in rows if family(Path(row["graph"]).stem) in even],
        [row for row in rows if family(Path(row["graph"]).stem) not in even],
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
