"""What `costlint example --list` shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from costlint.examples.catalogue import RECIPES

# Name -> [macs, parameters] at batch 1 and the network's own size: `make docs` writes it, a test
# holds it against `costlint.count`. Building 200 networks to list them would take seconds.
COUNTS: Final = Path(__file__).with_name("counts.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A network that `example` builds: multiply-accumulates of one image, trained parameters."""

    name: str
    macs: int
    parameters: int
    source: str


def list_examples(text: str = "") -> tuple[Example, ...]:
    """Those whose name contains `text`, in any case."""
    counts: dict[str, tuple[int, int]] = json.loads(COUNTS.read_text(encoding="utf-8"))
    return tuple(
        Example(name=name, macs=counts[name][0], parameters=counts[name][1], source=recipe.source)
        for name, recipe in RECIPES.items()
        if text.lower() in name
    )
