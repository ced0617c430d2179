"""The rates of onnxruntime on this machine, from random kernels that are timed one by one.

    python -m calibration.single_kernels [--kernels N] [--seconds S] [--write]

prints each term's rate with its uncertainty (log scale), and with --write stores them beside this
file, where `calibration.onnxruntime` reads them. Terms that no kernel has are left out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from calibration.kernelgraphs import BESIDE, CHAINS, kernel_graphs
from calibration.onnxruntime import DATA, FUSION, LANES_IN, OVERLAP, TIMED_SD
from costlint.costmodel.devices.settings import Settings, under
from costlint.costmodel.devices.terms import TERMS
from costlint.costmodel.fitting.fit import Fitted, fit
from costlint.costmodel.fitting.parts import CLOCK_S, parts
from costlint.costmodel.fitting.prior import vague_prior
from costlint.costmodel.fitting.samples import Samples
from costlint.costmodel.fitting.timed import timed
from costlint.costmodel.fitting.timings import Timing
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.models.from_graph import model_of
from costlint.costmodel.runtimes.fusion import fusion_rules
from costlint.measuring.processors import pinned
from costlint.measuring.session import measure

RUNS: Final = 20
ROUND: Final = {"s": 3e-7, "mac_per_s": 1e11, "byte_per_s": 1e11, "element_per_s": 1e10}
ROUND_SD: Final = 1.0
"""What is assumed before any kernel is timed: of every term, by unit, within a factor of three."""
NO_WORK: Final = {"depth": 1e-13, "copy": 1e13}
"""What is counted of these kernels and costs onnxruntime nothing: it reads inputs in place."""


def kernel_timings(graphs: Iterable[OpGraph], seconds: float, folder: Path) -> list[Timing]:
    """Time graphs of kernels, as far as `seconds` reach; they are left in `folder`."""
    until = time.monotonic() + seconds
    rows: list[Timing] = []
    with pinned(1):
        for graph in graphs:
            if time.monotonic() > until:
                break
            path = folder / f"{graph.name}.onnx"
            path.write_bytes(model_of(graph).SerializeToString())
            rows += measure(str(path), runs=RUNS).timings(path.name)
    return rows


def kernel_samples(rows: Sequence[Timing], folder: Path) -> Samples:
    """The chains as wholes, which show launches and the overhead, and each random kernel."""
    rules = fusion_rules(FUSION)
    machine = Settings(
        precision="fp32", lanes_in=LANES_IN, lanes_out=rows[0].lanes or 1,
        cache_bytes=rows[0].cache_bytes or 1 << 20,
    )  # fmt: skip
    settings = under(machine, rules.library, threads=1)
    data = timed(rows, folder)
    chains = tuple(row.graph.startswith("chain") for row in data.rows)
    wholes = data.samples(rules, settings).where(chains)
    # What the profiler adds to a kernel shows where kernels are many and next to nothing.
    long = tuple(row for row in data.rows if row.graph == f"chain_{max(CHAINS)}.onnx")
    kept = tuple(row for row in data.parts if not any(n.startswith(BESIDE) for n in row.ops or ()))
    kernels = parts(replace(data, rows=long, parts=kept), rules, settings)
    return Samples(rows=(*wholes.rows, *kernels.rows))


def fitted(samples: Samples) -> Fitted:
    """The rates that predict single kernels best, from round ones."""
    seconds = [t.inverse(NO_WORK.get(t.name, ROUND[t.unit])) for t in TERMS]
    prior = vague_prior(
        np.log([*seconds, ROUND["s"]]), ratio_sd=ROUND_SD, known=dict.fromkeys(NO_WORK, 0.01)
    )
    clock = np.where(samples.is_whole, 0.0, CLOCK_S / samples.latency_s)
    # From round rates, half of the kernels would count as odd ones: every one counts at first.
    near = fit(samples, prior, overlap=OVERLAP, noise=np.hypot(1.0, clock))
    noise = np.hypot(TIMED_SD, clock)
    return fit(samples, prior, overlap=OVERLAP, noise=noise, start=near.parameters)


def table(samples: Samples, found: Fitted) -> dict[str, Any]:
    """Rates (or seconds) and their uncertainties by term, of the terms that some kernel has."""
    cost = found.of_profile()
    has = np.any(samples.stacked[0], axis=0).tolist()
    kept = [(i, t) for i, t in enumerate(TERMS) if has[i] and t.name not in NO_WORK]
    rates = {t.name: t.inverse(cost["seconds_per_unit"][i]) for i, t in kept}
    return {
        "timings": int((~samples.is_whole).sum()),
        "overhead_s": float(f"{cost['overhead_s']:.3g}"),
        "overhead_sd": round(cost["overhead_sd"], 3),
        "rates": {name: float(f"{rate:.3g}") for name, rate in rates.items()},
        "sd": {t.name: round(cost["term_sd"][i], 3) for i, t in kept},
    }


def main() -> None:
    """Time, fit, print; and store where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernels", type=int, default=2400)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        rows = kernel_timings(kernel_graphs(options.kernels), options.seconds, Path(name))
        samples = kernel_samples(rows, Path(name))
    found = table(samples, fitted(samples))
    machine = {"runtime": rows[0].runtime, "lanes": rows[0].lanes,
               "cache_bytes": rows[0].cache_bytes}  # fmt: skip
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    for term, rate in found["rates"].items():
        print(f"{term:20s} {rate:9.3g}  sd {found['sd'][term]:.2f}")
    print(f"{'overhead':20s} {found['overhead_s']:9.3g}  sd {found['overhead_sd']:.2f}")
    print(f"{found['timings']} timings")
    if options.write:
        stored = json.loads(DATA.read_text()) if DATA.is_file() else {}
        text = json.dumps(stored | {"date": today} | machine | found, indent=1)
        DATA.write_text(f"{text}\n")


if __name__ == "__main__":
    main()
