"""Designs a second: arrays through a compiled space, `estimate` one by one, and onnx-tool.

Every width, the resolution and the batch are free. With `--graphs` (a folder of ONNX files) ten
convolutional networks of it are timed and their median is printed; else built ones.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import costlint

DEVICE = "pixel4-tflite-1large"
DESIGNS = 200_000
ONE_BY_ONE = 10
FILES = (
    "mobilenet_w1", "mobilenetv2_w1", "mobilenetv3_large_w1", "resnet18", "resnext26_32x4d",
    "seresnet18", "squeezenet_v1_1", "densenet121", "proxylessnas_mobile", "bninception",
)  # fmt: skip
EXAMPLES = (
    "mobilenet_v1_1.0", "mobilenet_v2_1.0", "shufflenet_v1_1.0x_g3", "shufflenet_v2_1.0x",
    "resnet_50",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One network: its variables, and designs a second each way."""

    name: str
    variables: int
    compile_s: float
    array_per_s: float
    array_per_cpu_s: float
    one_by_one_per_s: float

    def __str__(self) -> str:
        return (
            f"{self.name:<26}{self.variables:>4} variables {self.compile_s * 1e3:>7.0f} ms to make"
            f"{self.array_per_s:>12,.0f} /s {self.array_per_cpu_s:>12,.0f} /CPU s"
            f"{self.one_by_one_per_s:>8,.1f} /s one by one"
        )


def timed(name: str, model: object, device: str, seconds: float) -> Row:
    """Parametrize and compile `model`, then evaluate arrays for at least `seconds`."""
    start = time.perf_counter()
    space = costlint.parametrize(model)
    evaluate = space.compile(device)
    sum(evaluate(space.sample(1)).latency_s)  # makes it compile
    compile_s = time.perf_counter() - start
    designs = space.sample(DESIGNS)
    rates, cpu_rates = [], []
    start = time.perf_counter()
    while not rates or time.perf_counter() - start < seconds:
        before, before_cpu = time.perf_counter(), time.process_time()
        found = evaluate(designs).latency_s
        rates.append(len(found) / (time.perf_counter() - before))
        cpu_rates.append(len(found) / (time.process_time() - before_cpu))
    values = [
        {key: int(column[place]) for key, column in designs.items()} for place in range(ONE_BY_ONE)
    ]
    start = time.perf_counter()
    for value in values:
        costlint.estimate(space.bind(value), device)
    return Row(
        name=name,
        variables=len(space.variables),
        compile_s=compile_s,
        array_per_s=statistics.median(rates),
        array_per_cpu_s=statistics.median(cpu_rates),
        one_by_one_per_s=ONE_BY_ONE / (time.perf_counter() - start),
    )


def peer_per_s(peer: str) -> float:
    """onnx-tool counting MobileNetV2 again at a new input size; it predicts no latency."""
    from run import peer_design_s

    model = costlint.parametrize(costlint.example("mobilenet_v2_1.0", batch=1)).model()
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(model.SerializeToString())
        file.flush()
        return 1 / peer_design_s(peer, file.name)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=Path, help="a folder with the networks of `FILES`")
    parser.add_argument("--device", default=DEVICE)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each network")
    parser.add_argument("--peer", help="a python that has onnx-tool")
    options = parser.parse_args()
    if options.graphs:
        models = {name: options.graphs / f"{name}.onnx" for name in FILES}
    else:
        models = {name: costlint.example(name, weights=False) for name in EXAMPLES}
    rows = [timed(name, model, options.device, options.seconds) for name, model in models.items()]
    for row in rows:
        print(row)
    middle = statistics.median(row.array_per_s for row in rows)
    alone = statistics.median(row.one_by_one_per_s for row in rows)
    of_cpu = statistics.median(row.array_per_cpu_s for row in rows)
    print(
        f"median of {len(rows)}: {middle:,.0f} designs a second ({of_cpu:,.0f} for each second of"
        f" the processor), {alone:,.1f} one by one"
    )
    if options.peer:
        rate = peer_per_s(options.peer)
        print(f"onnx-tool, counts of MobileNetV2 at a new size: {rate:,.1f} a second")
    else:
        print("onnx-tool was not given (--peer): its row is left out")


if __name__ == "__main__":
    main()
