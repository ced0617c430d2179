"""Every example by its name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from costlint.examples import (
    condensenet,
    densenet,
    igcv,
    inception,
    kernels,
    mobilenet_v1,
    mobilenet_v2,
    nasnet,
    paper_blocks,
    resnet,
    shufflenet_v1,
    shufflenet_v2,
    xception,
)
from costlint.examples.recipe import Recipe

# A new family is one word here.
_FAMILIES: Final = (
    shufflenet_v2, shufflenet_v1, mobilenet_v2, mobilenet_v1, xception, densenet, igcv,
    condensenet, nasnet, resnet, inception, paper_blocks, kernels,
)  # fmt: skip

RECIPES: Final[dict[str, Recipe]] = {
    recipe.name: recipe for family in _FAMILIES for recipe in family.RECIPES
}


def find(name: str) -> Recipe:
    """The recipe called `name`.

    Raises:
        LookupError: there is none; the message has the nearest names.
    """
    if name in RECIPES:
        return RECIPES[name]
    near = get_close_matches(name, RECIPES, n=3, cutoff=0.5)
    hint = f"; the nearest: {', '.join(near)}" if near else ""
    msg = f"no example is called {name!r}{hint}"
    raise LookupError(msg)
