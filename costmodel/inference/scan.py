"""Scan: a body that runs over slices of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from costlint.costmodel.inference.bodies import (
    Environment,
    Inputs,
    op_with_bodies,
    source_body,
    stacked,
)
from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.shapes import Call
from costlint.costmodel.shapes.arguments import integer, integers, one_axis

if TYPE_CHECKING:
    from costlint.costmodel.inference.one_pass import Inference
    from costlint.costmodel.ir.source import SourceNode


def infer_scan(run: Inference, node: SourceNode, inputs: Inputs, env: Environment) -> Sequence[Op]:
    """Infer a Scan: its states keep their shapes, its sequences lose the axis scanned.

    Raises:
        ShapeError: a count or an axis does not fit the inputs.
    """
    source = source_body(node, "body")
    call = run.call(node, inputs)
    lead = 1 if node.version < 9 else 0
    given = inputs[lead:]  # the lengths of the sequences come first there
    scanned = integer(call, "num_scan_inputs", 0)
    if not 0 <= scanned <= min(len(given), len(source.inputs)):
        raise call.refuse(f"num_scan_inputs is {scanned}, the node has {len(given)} inputs")
    states, sequences = given[: len(given) - scanned], given[len(given) - scanned :]
    axes = integers(call, "scan_input_axes") or (0,) * scanned
    trips, parts = _sliced(call, sequences, axes, lead)
    batches = [t.shape[0] for t in given if lead and t is not None and t.shape]
    shapes = [None if t is None or t.shape is None else t.shape[lead:] for t in states]
    arguments = [
        Tensor(name=declared.name, shape=shape, dtype=declared.dtype if t is None else t.dtype)
        for declared, t, shape in zip(source.inputs, given, [*shapes, *parts], strict=False)
    ]
    body = run.graph(source, env, tuple(arguments))
    if trips is None:
        run.notes.append(f"{node.name}: the length of Scan is not known, its body counts once")
    out_axes = integers(call, "scan_output_axes") or (0,) * len(body.outputs)
    outputs = list(body.outputs[: len(states)])
    for tensor, axis in zip(body.outputs[len(states) :], out_axes, strict=False):
        outputs.append(_moved(call, stacked(run, node, tensor, trips), axis))
    if batches:
        outputs = [stacked(run, node, tensor, batches[0]) for tensor in outputs]
        trips = None if trips is None else trips * batches[0]
    outputs = [tensor.called(tensor.name) for tensor in outputs]
    return op_with_bodies(run, node, inputs, outputs, env, bodies=(body,), trips=trips)


def _sliced(
    call: Call, sequences: Inputs, axes: Sequence[int], lead: int
) -> tuple[Dim | None, list[Shape | None]]:
    """How long the sequences are, and the shapes without the axis that is scanned.

    The first `lead` axes are the batch, of which the body sees one at a time.
    """
    trips: Dim | None = None
    parts: list[Shape | None] = []
    for tensor, axis in zip(sequences, axes, strict=False):
        shape = None if tensor is None or tensor.shape is None else tensor.shape[lead:]
        if shape is not None:
            at = one_axis(call, axis, len(shape))
            trips, shape = shape[at], shape[:at] + shape[at + 1 :]
        parts.append(shape)
    return trips, parts


def _moved(call: Call, tensor: Tensor, axis: int) -> Tensor:
    """The scan axis, made first by `stacked`, where `scan_output_axes` wants it."""
    if not tensor.shape or axis == 0:
        return tensor
    rest = list(tensor.shape[1:])
    rest.insert(one_axis(call, axis, len(tensor.shape)), tensor.shape[0])
    return Tensor(name=tensor.name, shape=tuple(rest), dtype=tensor.dtype)
