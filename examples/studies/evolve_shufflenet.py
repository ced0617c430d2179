"""Evolves networks like ShuffleNetV2: units and channels of each stage, under a latency limit.

    python examples/studies/evolve_shufflenet.py [--generations 60]

Each depth is built once by the builders of `costlint.examples` and made a design space; its widths
are then evaluated as arrays. Macs stand for accuracy; put a trained proxy in their place.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

import costlint
from costlint.examples.builder import Net
from costlint.examples.draft import Draft, Value
from costlint.examples.shufflenet_v2 import Plan, shufflenet_v2
from costlint.examples.weights import NO_WEIGHTS

DEVICE = "snapdragon810-neon-1t"
UNITS = (2, 10)
"""Fewest and most units of a stage."""
CHANNELS = (48, 96, 192)
"""Of the built stages; a design has a quarter to twice as many."""


@dataclass(frozen=True, slots=True)
class Genome:
    """Units of the three stages, and the width of each group of channels by its place."""

    units: tuple[int, int, int]
    shares: tuple[float, ...]


@cache
def evaluator(units: tuple[int, int, int]) -> Any:
    """The space of all widths at one depth, compiled."""
    stages = tuple(zip(units, CHANNELS, strict=True))
    draft = Draft(weights=NO_WEIGHTS)
    image = Value(name="input", dims=(3, 224, 224))
    output = shufflenet_v2(Net(draft=draft), image, plan=Plan(stages=stages))
    model = draft.model("evolved", [image], output, 1)
    return costlint.parametrize(model, free=("widths",)).compile(DEVICE)


def widths(genome: Genome) -> dict[str, int]:
    """The design: each share picks a step within the bounds of a width."""
    bounds = evaluator(genome.units).space.bounds
    shares = np.resize(genome.shares, len(bounds))
    return {
        name: low + round(share * ((high - low) // step)) * step
        for share, (name, (low, high, step)) in zip(shares, bounds.items(), strict=True)
    }


def fitness(genomes: list[Genome], limit_s: float) -> np.ndarray:
    """Macs of each genome, less what it is over the limit; one array for each depth."""
    found = np.zeros(len(genomes))
    for units in {genome.units for genome in genomes}:
        places = [place for place, genome in enumerate(genomes) if genome.units == units]
        designs = [widths(genomes[place]) for place in places]
        columns = {name: np.array([d[name] for d in designs]) for name in designs[0]}
        result = evaluator(units)(columns)
        over = np.maximum(result.latency_s / limit_s - 1.0, 0.0)
        found[places] = result.macs * (1.0 - np.minimum(10.0 * over, 1.0))
    return found


def child(parent: Genome, generator: np.random.Generator) -> Genome:
    """A neighbour: now and then a unit more or less, some widths drawn a little away."""
    moved = np.array(parent.units) + generator.integers(-1, 2, 3) * (generator.random(3) < 0.3)
    units = np.clip(moved, *UNITS)
    noise = generator.normal(0.0, 0.15, len(parent.shares))
    shares = np.clip(np.array(parent.shares) + noise, 0.0, 1.0)
    return Genome((int(units[0]), int(units[1]), int(units[2])), tuple(shares))


def evolve(generations: int, limit_s: float, population: int = 40, seed: int = 0) -> list[float]:
    """The best fitness of each generation."""
    generator = np.random.default_rng(seed)
    genomes = [Genome((4, 8, 4), tuple(generator.random(24) * 0.5)) for _ in range(population)]
    best = []
    for _ in range(generations):
        genomes += [child(genome, generator) for genome in genomes]
        scores = fitness(genomes, limit_s)
        order = np.argsort(scores)[::-1][:population]
        genomes = [genomes[place] for place in order]
        best.append(float(scores[order[0]]))
    return best


def main() -> None:
    """Evolve and print how the best network grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generations", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    model = costlint.example("shufflenet_v2_1.0x", batch=1, weights=False)
    today = costlint.estimate(model, DEVICE)
    best = evolve(options.generations, today.latency_s, seed=options.seed)
    print(f"ShuffleNetV2 1x: {today.macs / 1e6:.0f} MMACs in {today.latency_s * 1e3:.1f} ms")
    print(f"evolved in the same time: {best[0] / 1e6:.0f} -> {best[-1] / 1e6:.0f} MMACs")


if __name__ == "__main__":
    main()
