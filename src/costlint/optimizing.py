"""The best widths of a model on a device, and the model that has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from costlint.costmodel.devices import DEFAULT_DEVICE, Device
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.load import load
from costlint.costmodel.reader import Model

if TYPE_CHECKING:
    from costlint.costmodel.space.optimize import Optimum
    from costlint.costmodel.space.search import Progress


def optimize(  # noqa: PLR0913 - what a search can be told
    model: Model | OpGraph,
    device: Device = DEFAULT_DEVICE,
    *,
    output: str | None = None,
    keep: str = "macs",
    free: str | Sequence[str] = "widths",
    min_width: int | None = None,
    multiple_of: int = 8,
    seed: int = 0,
    time_limit_s: float = 20.0,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    progress: Progress | None = None,
) -> Optimum:
    """The widths of least latency with no fewer macs (or parameters); see `Space.optimize`.

    `output` is where to write the network with them and random weights.

    Raises:
        CostlintError: the model, the device or an option cannot be used.
    """
    from costlint.costmodel.models.protos import serialised
    from costlint.costmodel.space.parametrize import DEPTH, FREE, GROUPS, parametrize

    words = [free] if isinstance(free, str) else free
    more = [kind for kind in (DEPTH, GROUPS) if any(kind in word.split(".")[-1] for word in words)]
    space = parametrize(load(model, shapes=shapes, batch=batch, values=values), free=(*FREE, *more))
    best = space.optimize(
        device,
        keep=keep,
        free=free,
        min_width=min_width,
        multiple_of=multiple_of,
        seed=seed,
        time_limit_s=time_limit_s,
        progress=progress,
    )
    if output is not None:
        written = serialised(space.model(best.values, seed=seed))
        try:
            with open(output, "wb") as file:  # noqa: PTH123 - /dev/stdout works too
                file.write(written)
        except OSError as error:
            raise OptionError(f"cannot write {output!r}: {error.strerror}") from error
    return best
