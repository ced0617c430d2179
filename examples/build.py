"""From a recipe to an ONNX model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costlint.examples.builder import Net
from costlint.examples.catalogue import find
from costlint.examples.draft import Batch, Draft, Value
from costlint.examples.recipe import Dims, Recipe
from costlint.examples.weights import NO_WEIGHTS, random_weights
from costlint.examples.window import Pair, pair

if TYPE_CHECKING:
    import onnx


def example(
    name: str,
    *,
    batch: Batch = "N",
    size: Pair | None = None,
    weights: bool = True,
    seed: int = 0,
) -> onnx.ModelProto:
    """The example called `name` as an ONNX model (`list_examples` has the names).

    Args:
        name: for instance "shufflenet_v2_1.0x".
        batch: a number of images, or the name of a free dimension.
        size: height and width of the input, one number or two; by default the network's own.
        weights: random numbers, seeded; without them a file of a few kB whose tensors only have
            a shape (data in a file that does not exist).
        seed: of the weights.

    Raises:
        LookupError: no example has this name; the message has the nearest ones.
        ValueError: the network does not take this size, or no network this batch.
    """
    recipe = find(name)
    if isinstance(batch, int) and batch < 1:
        msg = f"a batch of {batch} has no image"
        raise ValueError(msg)
    draft = Draft(weights=random_weights(seed) if weights else NO_WEIGHTS)
    shapes = [_sized(recipe, dims, size) for dims in recipe.inputs]
    inputs = [
        Value(name="input" if index == 0 else f"input{index + 1}", dims=dims)
        for index, dims in enumerate(shapes)
    ]
    output = recipe.build(Net(draft=draft), *inputs)
    return draft.model(name, inputs, output, batch)


def _sized(recipe: Recipe, dims: Dims, size: Pair | None) -> Dims:
    """An input's dimensions with the height and width that are asked for."""
    if size is None:
        return dims
    if len(dims) != 3:
        msg = f"{recipe.name} takes no image, so it has no size to choose"
        raise ValueError(msg)
    return (dims[0], *pair(size))
