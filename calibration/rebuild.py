"""Rebuild every shipped profile from the corpus: python -m calibration.rebuild CORPUS."""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from calibration.amounts import Graph, all_amounts
from calibration.corpus import Device, devices
from calibration.groups import GROUPS, MEMORIES, Group
from calibration.heldout import held_out
from calibration.onnxruntime import onnxruntime_profile
from calibration.papertables import PLATFORMS, paper_profile, platform
from calibration.profiles import make_profile
from calibration.support import EAGER, gtx1080ti
from costlint.costmodel.devices.packing import pack
from costlint.costmodel.devices.profile import DeviceProfile, without_integers
from costlint.costmodel.fitting.fit import fitted_of
from costlint.costmodel.fitting.prior import fit_together
from costlint.costmodel.fitting.samples import Sample, Samples

ROOT: Final = Path(__file__).parents[1]
DEVICES: Final = ROOT / "costmodel" / "devices"


def main() -> None:
    """Fit, cross-validate and write all groups, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "calibration")
    parser.add_argument("--group", action="append", choices=sorted(GROUPS))
    options = parser.parse_args()
    graphs = all_amounts(options.corpus, options.cache)
    wanted = devices(options.corpus)
    for name in options.group or list(graphs):
        rebuild_group(GROUPS[name], wanted, graphs[name], options.cache)
    rebuild_paper(options.corpus, options.cache)
    write_profiles(options.cache)


def rebuild_paper(corpus: Path, cache: Path) -> None:
    """The paper's two platforms; they borrow unseen terms from profiles that are in the cache."""
    files = [cache / f"group-{name}.pickle" for name in ("ncnn-cpu", "gpu-eager")]
    made = [pickle.loads(file.read_bytes())[0] for file in files if file.exists()]
    shipped = {profile.name: profile for profiles in made for profile in profiles}
    known = {n: fitted_of(p).parameters for n, p in shipped.items()}
    if EAGER in shipped:
        known["gtx1080ti"] = gtx1080ti(corpus, shipped[EAGER])
    found = [platform(corpus, name, known) for name in PLATFORMS]
    made = [paper_profile(p) for p in found]
    tested = {p.name: p.left_out for p in found}
    (cache / "group-paper.pickle").write_bytes(pickle.dumps((made, tested, found)))


def rebuild_group(
    group: Group, wanted: list[Device], graphs: Mapping[str, Graph], cache: Path
) -> None:
    """Fit one group and leave its profiles and held-out predictions in the cache."""
    start = time.monotonic()
    samples = samples_of_group(group, wanted, graphs)
    fits, prior = fit_together(samples, group.first, overlap=group.overlap, noise=group.noise)
    tested = held_out(samples, group, {name: f.parameters for name, f in fits.items()})
    made = [
        make_profile(
            group=group,
            device=device,
            samples=samples[device.name],
            fitted=fits[device.name],
            tested=tested[device.name],
            together=list(tested.values()),
        )
        for device in wanted
        if device.group == group.name
    ]
    (cache / f"group-{group.name}.pickle").write_bytes(pickle.dumps((made, tested, prior, fits)))
    errors = [p.fit.mape for p in made]
    medians = [p.fit.median for p in made]
    print(
        f"{group.name}: {len(made)} profiles, held-out MAPE {np.mean(errors):.1%}, "
        f"median {np.mean(medians):.1%}, {time.monotonic() - start:.0f} s",
        flush=True,
    )


def samples_of_group(
    group: Group, wanted: Iterable[Device], graphs: Mapping[str, Graph]
) -> dict[str, Samples]:
    """The samples of the devices of a group, by their names."""
    return {d.name: samples_of(d, graphs, group) for d in wanted if d.group == group.name}


def samples_of(device: Device, graphs: Mapping[str, Graph], group: Group) -> Samples:
    """A device's timings with the amounts of their networks under its rules and settings."""
    settings = group.settings_of(device)
    return Samples(
        rows=tuple(
            Sample(
                network=timing.graph,
                family=timing.family,
                amounts=graph.at(timing.batch, settings),
                latency_s=timing.latency_s,
                batch=timing.batch,
                macs=graph.macs,
                width=graph.width,
            )
            for timing in device.timings
            for graph in (graphs[timing.graph],)
        )
    )


def _with_memory(profile: DeviceProfile) -> DeviceProfile:
    known = (m for start, m in MEMORIES.items() if profile.name.startswith(f"{start}-"))
    return replace(profile, memory_bytes=next(known, None))


def write_profiles(cache: Path) -> None:
    """Write the profiles that the cache holds as text, a folder for each group, and pack them."""
    for file in sorted(cache.glob("group-*.pickle")):
        made = map(without_integers, map(_with_memory, pickle.loads(file.read_bytes())[0]))
        write_group(file.stem.removeprefix("group-"), made)
    write_group("onnxruntime", (onnxruntime_profile(),))
    pack(DEVICES)


def write_group(name: str, made: Iterable[DeviceProfile]) -> None:
    """Write the profiles of one group; what else lies in its folder goes."""
    folder = DEVICES / "data" / name
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"{profile.name}.toml": profile.to_toml() for profile in made}
    for file in folder.glob("*.toml"):
        if file.name not in texts:
            file.unlink()
    for file_name, text in texts.items():
        (folder / file_name).write_text(text, encoding="utf-8")
    print(f"{name}: {len(texts)} profiles written")


if __name__ == "__main__":
    main()
