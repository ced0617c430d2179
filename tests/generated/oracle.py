"""What must be true of a random model: its shapes, its element types, its macs."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from costlint.costmodel.counts.counts import Counts, counts_of
from costlint.costmodel.ir.errors import CostlintError
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.load import load
from tests.generated.macs import macs
from tests.generated.pipeline import described
from tests.generated.random_graphs import Generated
from tests.generated.values import Value

REFUSED = ("is larger than the padded input", "/ 0 is no", "% 0 is no")
"""What onnxruntime lets pass and costlint refuses: filters beyond the input, divisions by zero."""


def differences(model: Generated) -> Iterator[str]:
    """Where load and count say something else than the runtime did."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            counts = counts_of(load(model.data, shapes=dict(model.shapes)))
    except CostlintError as error:
        is_open = any(not v.steady for v in model.values.values())
        if is_open or any(words in str(error) for words in REFUSED):
            return
        yield f"load: refused: {' '.join(str(error).split())[:150]}"
        return
    except Exception as error:  # noqa: BLE001 - finding these is the purpose
        yield f"load: {described(error)}"
        return
    for name, tensor in counts.graph.tensors.items():
        value = model.values.get(name)
        if value is not None:
            yield from _tensor(tensor, value, model)
    yield from _macs(counts, model)


def _maker(name: str, model: Generated) -> str:
    old = {new: old for old, new in model.renamed.items()}.get(name, name)
    node = next((n for n in model.nodes if old in n.output), None)
    return f"{node.domain}::{node.op_type}" if node is not None else "an input"


def _tensor(tensor: Tensor, value: Value, model: Generated) -> Iterator[str]:
    maker = _maker(tensor.name, model)
    if value.is_sequence:
        return
    if value.sure and tensor.dtype not in (value.dtype, "unknown"):
        yield f"dtype: {maker} gives {tensor.dtype}, not {value.dtype}"
    if not value.steady:
        return
    if tensor.shape is None:
        yield f"shape: {maker} gives none"
    elif any(type(d) is not int for d in tensor.shape):
        yield f"shape: {maker} leaves a size open"
    elif tensor.shape != value.shape:
        yield f"shape: {maker} gives {tensor.shape}, not {value.shape}"


def _macs(counts: Counts, model: Generated) -> Iterator[str]:
    new = model.renamed
    makers = {new.get(o, o): node for node in model.nodes for o in node.output if o}
    for row in counts.ops:
        outputs = [t.name if t is not None else "" for t in row.op.outputs]
        node = makers.get(next(filter(None, outputs), ""))
        if node is None or not row.costed or node.op_type != row.op.op_type:
            continue
        given = [model.values.get(new.get(n, n)) for n in node.input]
        made = [model.values.get(new.get(n, n)) for n in node.output]
        if not all(v is None or v.steady for v in (*given, *made)):
            continue
        wanted = macs(node, given, made)
        is_open = type(row.cost.macs) is not int  # then a shape is, which is told already
        if wanted is not None and not is_open and row.cost.macs != wanted:
            yield f"macs: {node.op_type} counts {row.cost.macs}, not {wanted}"
