"""`make bench`: how fast costlint answers, beside its peers, as ratios within one run.

Whole processes, medians. The peer (onnx-tool) lives in an environment of its own, so that its
imports cannot help or hinder; without it the rows that need it say so.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).parent
RUNS = 9
MEGA = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: `seconds` against `reference_s`, which `reference` names."""

    name: str
    seconds: float
    reference: str = ""
    reference_s: float | None = None
    resident_bytes: int | None = None

    def __str__(self) -> str:
        ratio = f"{self.seconds / self.reference_s:6.2f}x" if self.reference_s else ""
        memory = f"{self.resident_bytes / MEGA:6.0f} MB" if self.resident_bytes else ""
        return (
            f"{self.name:<46} {self.seconds * 1e3:9.1f} ms {ratio:>8} {self.reference:<24} {memory}"
        )


def median_s(run: Callable[[], object], runs: int = RUNS) -> float:
    """Median seconds of `run` after one warm-up."""
    run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process(command: Sequence[str]) -> Callable[[], object]:
    """A whole process as a function; it must succeed."""
    return lambda: subprocess.run(command, check=True, capture_output=True)


def peak_resident_bytes(command: Sequence[str]) -> int:
    """The most memory that a fresh process of `command` held."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def whole_processes(costlint: Sequence[str], peer: str | None, model: str) -> list[Row]:
    """Start-up and one answer, against what onnx alone takes to load the file."""
    load = f"import onnx; onnx.load({model!r}, load_external_data=False)"
    load_s = median_s(process([sys.executable, "-c", load]))
    count = [*costlint, model, "--exit-zero"]
    count_s = median_s(process(count))
    rows = [
        Row(name="costlint --version", seconds=median_s(process([*costlint, "--version"]))),
        Row(name="onnx.load of resnet50", seconds=load_s),
        Row(
            name="costlint resnet50.onnx",
            seconds=count_s,
            reference="of onnx.load",
            reference_s=load_s,
            resident_bytes=peak_resident_bytes(count),
        ),
    ]
    only = [sys.executable, "-c", f"import costlint; costlint.count({model!r})"]
    only_s = median_s(process(only))
    rows.append(
        Row(
            name="costlint.count alone of resnet50",
            seconds=only_s,
            reference="of onnx.load",
            reference_s=load_s,
            resident_bytes=peak_resident_bytes(only),
        )
    )
    if peer:
        ask = [peer, str(BENCH / "peer_onnx_tool.py"), "once", model]
        rows.append(
            Row(
                name="onnx-tool resnet50.onnx",
                seconds=median_s(process(ask)),
                reference="of costlint.count",
                reference_s=only_s,
                resident_bytes=peak_resident_bytes(ask),
            )
        )
    return rows


def designs_per_second(peer: str | None, model: str) -> list[Row]:
    """Counting the same loaded model again and again at another input size, in process."""
    import costlint

    graph = costlint.load(model, batch=1)
    name = graph.inputs[0].name
    sizes = iter(range(32, 32 * 100_000, 32))

    def one_design() -> None:
        size = 32 * (next(sizes) // 32 % 8 + 4)
        costlint.count(graph, shapes={name: (1, 3, size, size)})

    ours_s = median_s(one_design, runs=40)
    rows = [Row(name="count of a loaded resnet50 at a new size", seconds=ours_s)]
    if peer:
        done = subprocess.run(
            [peer, str(BENCH / "peer_onnx_tool.py"), "designs", model],
            check=True,
            capture_output=True,
            text=True,
        )
        rows.append(
            Row(
                name="the same with onnx-tool",
                seconds=float(done.stdout.split()[-1]),
                reference="of costlint",
                reference_s=ours_s,
            )
        )
    return rows


def extremes(costlint: Sequence[str], folder: Path) -> list[Row]:
    """A chain of many nodes, whose time grows as its length, and weights that are elsewhere."""
    from models import chain, far_weights

    rows = []
    seconds = []
    for nodes in (50_000, 200_000):
        path = folder / f"chain{nodes}.onnx"
        path.write_bytes(chain(nodes))
        command = [*costlint, str(path), "-f", "concise", "--exit-zero"]
        start = time.perf_counter()
        peak = peak_resident_bytes(command)
        seconds.append(time.perf_counter() - start)
        rows.append(Row(name=f"chain of {nodes:,} nodes", seconds=seconds[-1], resident_bytes=peak))
    rows[-1] = Row(
        name=rows[-1].name,
        seconds=seconds[1],
        reference="of a quarter of the nodes",
        reference_s=seconds[0],
        resident_bytes=rows[-1].resident_bytes,
    )
    near, far = folder / "near.onnx", folder / "far.onnx"
    near.write_bytes(far_weights(64))
    far.write_bytes(far_weights(750_000_000))
    near_s = median_s(process([*costlint, str(near), "--exit-zero"]))
    rows.append(
        Row(
            name="3 GB of declared external data",
            seconds=median_s(process([*costlint, str(far), "--exit-zero"])),
            reference="of 256 B of it",
            reference_s=near_s,
        )
    )
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="a python that has onnx-tool")
    peer = parser.parse_args().peer
    costlint = [str(Path(sys.executable).with_name("costlint"))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = str(folder / "resnet50.onnx")
        subprocess.run([*costlint, "example", "resnet_50", "--batch", "1", "-o", model], check=True)
        rows = whole_processes(costlint, peer, model)
        rows += designs_per_second(peer, model)
        rows += extremes(costlint, folder)
    for row in rows:
        print(row)
    if not peer:
        print("onnx-tool was not given (--peer): its rows are left out")
    print(f"this process held {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


if __name__ == "__main__":
    main()
