"""Print and write the accuracy table: python -m calibration.accuracy CORPUS."""

from __future__ import annotations

import argparse
import pickle
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from calibration.ablation import ablation_lines
from calibration.amounts import Graph, all_amounts
from calibration.baselines import baselines
from calibration.corpus import Device, devices
from calibration.groups import GROUPS, Group
from calibration.heldout import folds_of
from calibration.newdevice import new_device_line
from calibration.onnxruntime import onnxruntime_profile
from calibration.paperpage import paper_lines, table8_lines
from calibration.rebuild import ROOT, samples_of_group
from costlint.costmodel.devices.profile import DeviceProfile
from costlint.costmodel.fitting.heldout import HeldOut

GROUP_NAMES: Final = (
    "gpu-eager", "gpu-compiled", "x86", "tflite-cpu", "torch-cpu", "tflite-gpu", "torch-gpu",
    "ncnn-cpu", "ncnn-vulkan",
)  # fmt: skip
ROWS: Final = (
    ("GPU, RTX 3090 eager AMP channels-last", ("gpu-eager",), "rtx3090-torch2.4-amp-nhwc",
     "10 %, 6 %"),
    ("GPU, all, eager", ("gpu-eager",), "", "11 %, 7 %"),
    ("GPU, all, compiled", ("gpu-compiled",), "", "11 %, 7 %"),
    ("x86 i7-12700H, batch 1", ("x86",), "", "11 %, 7.5 %"),
    ("phones, TFLite CPU", ("tflite-cpu",), "", "11 %, 4 %"),
    ("phones, PyTorch Mobile CPU", ("torch-cpu",), "", "12 %, 6.5 %"),
    ("phones, GPU (both)", ("tflite-gpu", "torch-gpu"), "", "8 %, 4.7 %"),
    ("ncnn CPUs", ("ncnn-cpu",), "", "17 %, 10 %"),
    ("ncnn Vulkan GPUs", ("ncnn-vulkan",), "", "28 %, 16 %"),
)  # fmt: skip
"""(title, groups, part of the profile's name, goal for MAPE and median)."""
HEAD: Final = (
    "| data | profiles | n | MAPE | median | p90 | within 10 % | rho | coverage | high / low "
    "| FLOPs | roofline | goal |\n" + "|---" * 13 + "|\n"
)


def main() -> None:
    """Write the table from what the last rebuild left in the cache."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "calibration")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "accuracy.md")
    options = parser.parse_args()
    graphs = all_amounts(options.corpus, options.cache)
    wanted = {d.name: d for d in devices(options.corpus)}
    results = {
        name: pickle.loads((options.cache / f"group-{name}.pickle").read_bytes())
        for name in GROUP_NAMES
    }
    lines = []
    for title, names, part, goal in ROWS:
        chosen = [
            (GROUPS[name], profile, results[name][1][profile.name], graphs[name])
            for name in names
            for profile in results[name][0]
            if part in profile.name and not profile.provenance.borrowed
        ]
        lines.append(row_line(title, chosen, wanted, goal))
    worst = [worst_line(GROUPS[name], results[name][1]) for name in GROUP_NAMES]
    profiles = [p for name in GROUP_NAMES for p in results[name][0]]
    made, _, platforms = pickle.loads((options.cache / "group-paper.pickle").read_bytes())
    profiles += [*made, onnxruntime_profile()]
    table = HEAD + "\n".join(lines)
    fresh = new_device_line(wanted, graphs["ncnn-cpu"], results["ncnn-cpu"][0])
    members = {
        name: samples_of_group(GROUPS[name], wanted.values(), graphs[name]) for name in GROUP_NAMES
    }
    ablation = "\n".join(ablation_lines(members, options.cache))
    paper = paper_lines(platforms)
    table8 = table8_lines(options.corpus, {p.name: p for p in made})
    page = PAGE.format(
        table8=table8,
        table=table,
        fresh=fresh,
        paper=paper,
        ablation=ablation,
        worst="\n".join(worst),
        profiles=profile_table(profiles),
    )
    options.output.write_text(page, encoding="utf-8")
    print(table, fresh, paper, table8, ablation, sep="\n\n")


def row_line(
    title: str,
    chosen: Sequence[tuple[Group, DeviceProfile, HeldOut, Mapping[str, Graph]]],
    wanted: Mapping[str, Device],
    goal: str,
) -> str:
    """A row of the table: means over its profiles."""
    against, widths = [], []
    for group, profile, held, graphs in chosen:
        device = wanted[profile.name]
        folds = folds_of([t.family for t in device.timings], group)
        against.append(baselines(device, graphs, folds))
        spread = profile.interval.high - profile.interval.low
        widths.append(float(np.median(np.exp(spread * held.scale_sd))))
    fits = [profile.fit for _, profile, _, _ in chosen]

    def mean(name: str) -> float:
        return float(np.mean([getattr(fit, name) for fit in fits]))

    cells = (
        title,
        str(len(fits)),
        str(sum(f.networks for f in fits)),
        f"{mean('mape'):.1%}",
        f"{mean('median'):.1%}",
        f"{mean('p90'):.0%}",
        f"{mean('within_10'):.0%}",
        f"{mean('spearman'):.3f}",
        f"{mean('coverage'):.0%}",
        f"{np.mean(widths):.2f}",
        *(f"{error:.0%}" for error in np.mean(against, axis=0)),
        goal,
    )
    return f"| {' | '.join(cells)} |"


def worst_line(group: Group, tested: Mapping[str, HeldOut]) -> str:
    """The ten networks that lie furthest off, with the mean of predicted / measured."""
    ratios: dict[str, list[float]] = defaultdict(list)
    for held in tested.values():
        for network, measured, predicted in zip(
            held.networks, held.measured_s, held.predicted_s, strict=True
        ):
            ratios[network.removesuffix(".onnx")].append(np.log(predicted / measured))
    ordered = sorted(ratios, key=lambda n: -float(np.abs(ratios[n]).mean()))[:10]
    shown = ", ".join(f"{n} {np.exp(np.mean(ratios[n])):.2f}" for n in ordered)
    return f"- {group.title}: {shown}"


def profile_table(profiles: Sequence[DeviceProfile]) -> str:
    """Every profile with its held-out errors."""
    rows = [
        "| profile | n | MAPE | median | p90 | within 10 % | rho | coverage | FLOPs |",
        "|---" * 9 + "|",
    ]
    rows += [
        f"| {p.name}{' (borrows)' if p.provenance.borrowed else ''} | {p.fit.networks} "
        f"| {p.fit.mape:.1%} | {p.fit.median:.1%} | {p.fit.p90:.0%} | {p.fit.within_10:.0%} "
        f"| {p.fit.spearman:.3f} | {p.fit.coverage:.0%} | {p.fit.flop_mape:.0%} |"
        for p in sorted(profiles, key=lambda p: p.name)
    ]
    return "\n".join(rows)


PAGE: Final = (Path(__file__).parent / "accuracy.txt").read_text(encoding="utf-8")

if __name__ == "__main__":
    main()
