"""The sizes that are to be found: one for each symbol, with a first guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from costlint.costmodel.inference.bindings import ShapeOption, open_sizes
from costlint.costmodel.inference.expressions import is_derived
from costlint.costmodel.ir.source import Source
from costlint.costmodel.sizes.guess import Guess
from costlint.costmodel.sizes.kinds import guesses
from costlint.costmodel.sizes.uses import uses, wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Symbols that are taken to have one size (the sides of an image), or a single one."""

    names: tuple[str, ...]
    guess: Guess


def unknowns(source: Source, shapes: ShapeOption, batch: AbstractSet[str]) -> tuple[Unknown, ...]:
    """The open sizes of the inputs besides those in `batch`, by the surest guess for each."""
    best: dict[str, tuple[Guess, str]] = {}
    wires = None
    shapes_by_input = open_sizes(source.graph, shapes)
    known = {d for dims in shapes_by_input.values() for d in dims if isinstance(d, str)}
    for item in source.graph.inputs:
        dims = shapes_by_input.get(item.name, ())
        asked = [d for d in dims if isinstance(d, str) and d not in batch]
        if not asked or all(is_derived(d, known) for d in asked):
            continue
        wires = wires or wiring(source.graph)
        found = list(uses(item.name, len(dims), wires))
        for axis, guess in guesses(item, dims, found, source).items():
            name = dims[axis]
            if not isinstance(name, str) or name in batch or is_derived(name, known):
                continue
            if name not in best or guess.weight > best[name][0].weight:
                best[name] = guess, item.name
    return tuple(_grouped(best))


def _grouped(best: Mapping[str, tuple[Guess, str]]) -> Iterator[Unknown]:
    sides: dict[str, list[str]] = {}
    for name, (guess, of) in best.items():
        if guess.is_side:
            sides.setdefault(of, []).append(name)
    for name, (guess, of) in best.items():
        names = sides.get(of, []) if guess.is_side else [name]
        if names[0] == name:
            yield Unknown(names=tuple(names), guess=guess)
