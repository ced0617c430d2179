"""What is assumed of a group of devices before any timing: the numbers of `priors.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from costlint.costmodel.devices.terms import TERMS, Term

KNOWN_SD = "_known_sd"


@cache
def tables() -> Mapping[str, Mapping[str, Any]]:
    """The file's tables: `sources`, and by group or kind [number, source] under each key."""
    return tomllib.loads(Path(__file__).with_name("priors.toml").read_text(encoding="utf-8"))


def assumed(name: str) -> dict[str, float]:
    """The numbers of a group or kind by key, with those of the kind that it is like."""
    table = dict(tables()[name])
    kind = table.pop("like", None)
    own = {key: number for key, (number, _) in table.items()}
    return own if kind is None else assumed(kind) | own


def mean_of(numbers: Mapping[str, float]) -> np.ndarray:
    """The prior's mean, as logarithms of seconds per unit."""
    values = [numbers.get(term.key, numbers["bandwidth_byte_per_s"]) for term in TERMS]
    return np.log([*map(Term.inverse, TERMS, values), numbers["overhead_s"]])


def known_of(numbers: Mapping[str, float]) -> dict[str, float]:
    """Terms that are known whatever the device's speed, with their sd (log)."""
    return {
        term.name: numbers[term.name + KNOWN_SD]
        for term in TERMS
        if term.name + KNOWN_SD in numbers
    }
