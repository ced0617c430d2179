"""Predict what a model takes on a device: loaded, counted, predicted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from costlint.costmodel.count import count
from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices import DEFAULT_DEVICE, Device, device
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.inference.taught import OpsOption
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.latency.estimate import Estimate
from costlint.costmodel.latency.predict import predict
from costlint.costmodel.reader import Model


def estimate(  # noqa: PLR0913 - what can be said of a model
    model: Model | OpGraph,
    device: Device = DEFAULT_DEVICE,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    ops: OpsOption | None = None,
) -> Estimate:
    """Predict `model` on `device` (a name, a unique prefix, a TOML path or a profile).

    Raises:
        CostlintError: the model, its shapes or the device cannot be used.
    """
    counts = count(model, shapes=shapes, batch=batch, values=values, ops=ops)
    return next(estimate_on(counts, (device,)))


def estimate_on(counts: Counts, devices: Iterable[Device]) -> Iterator[Estimate]:
    """Predict a counted model on each of `devices`; see `predict`.

    Raises:
        CostlintError: a device cannot be used.
    """
    return predict(counts, [device(which) for which in devices])
