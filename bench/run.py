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
from itertools import cycle
from pathlib import Path

PEER = str(Path(__file__).with_name("peer_onnx_tool.py"))
RUNS = 9
MEGA = 1e6


Reference = tuple[str, float]
"""What a row is set against: "of onnx.load", and its seconds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    seconds: float
    reference: Reference | None = None
    resident_bytes: int | None = None

    def __str__(self) -> str:
        words, reference_s = self.reference or ("", 0.0)
        ratio = f"{self.seconds / reference_s:6.2f}x" if reference_s else ""
        memory = f"{self.resident_bytes / MEGA:6.0f} MB" if self.resident_bytes else ""
        return f"{self.name:<46} {self.seconds * 1e3:9.1f} ms {ratio:>8} {words:<24} {memory}"


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


def weighed(name: str, command: Sequence[str], reference: Reference | None = None) -> Row:
    """The row of a whole process, with its memory."""
    return Row(name, median_s(process(command)), reference, peak_resident_bytes(command))


def whole_processes(costlint: Sequence[str], peer: str | None, model: str) -> list[Row]:
    """Start-up and one answer, against what onnx alone takes to load the file."""
    python = [sys.executable, "-c"]
    load = [*python, f"import onnx; onnx.load({model!r}, load_external_data=False)"]
    count = [*python, f"import costlint; costlint.count({model!r})"]
    start_s, load_s = median_s(process([*costlint, "--version"])), median_s(process(load))
    reference = ("of onnx.load", load_s)
    rows = [
        Row("costlint --version", start_s),
        Row("onnx.load of resnet50", load_s),
        weighed("costlint resnet50.onnx", [*costlint, model, "--exit-zero"], reference),
        weighed("costlint.count alone of resnet50", count, reference),
    ]
    if peer:
        reference = ("of costlint.count", rows[-1].seconds)
        rows.append(weighed("onnx-tool resnet50.onnx", [peer, PEER, "once", model], reference))
    return rows


def peer_design_s(peer: str, model: str) -> float:
    """What onnx-tool takes to count a loaded model again at a new input size."""
    command = [peer, PEER, "designs", model]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def designs_per_second(peer: str | None, model: str) -> list[Row]:
    """Counting the same loaded model again and again at another input size, in process."""
    import costlint

    graph = costlint.load(model, batch=1)
    name = graph.inputs[0].name
    sizes = cycle(range(128, 384, 32))

    def one_design() -> None:
        size = next(sizes)
        costlint.count(graph, shapes={name: (1, 3, size, size)})

    ours_s = median_s(one_design, runs=40)
    rows = [Row("count of a loaded resnet50 at a new size", ours_s)]
    if peer:
        theirs_s = peer_design_s(peer, model)
        rows.append(Row("the same with onnx-tool", theirs_s, ("of costlint", ours_s)))
    return rows


def extremes(costlint: Sequence[str], folder: Path) -> list[Row]:
    """A chain of many nodes, whose time grows as its length, and weights that are elsewhere."""
    from models import chain, far_weights

    rows: list[Row] = []
    for nodes in (50_000, 200_000):
        path = folder / f"chain{nodes}.onnx"
        path.write_bytes(chain(nodes))
        start = time.perf_counter()
        peak = peak_resident_bytes([*costlint, str(path), "-f", "concise", "--exit-zero"])
        seconds = time.perf_counter() - start
        reference = ("of a quarter of the nodes", rows[0].seconds) if rows else None
        rows.append(Row(f"chain of {nodes:,} nodes", seconds, reference, peak))
    near, far = folder / "near.onnx", folder / "far.onnx"
    near.write_bytes(far_weights(64))
    far.write_bytes(far_weights(750_000_000))
    near_s, far_s = (median_s(process([*costlint, str(f), "--exit-zero"])) for f in (near, far))
    rows.append(Row("3 GB of declared external data", far_s, ("of 256 B of it", near_s)))
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
