"""How many bytes of activations live at once when the ops run in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from costlint.costmodel.formulas import formula_for, why_free
from costlint.costmodel.ir.dims import Dim, free_symbols, substitute
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor

_SAMPLES: Final = (1, 2, 8, 64, 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """`live_bytes[i]` is what lives while op `i` runs; `peak_bytes` the largest of them."""

    live_bytes: tuple[Dim, ...]
    peak_bytes: Dim


def liveness(graph: OpGraph) -> Liveness:
    """Live ranges over the topological order.

    An input of the graph lives until its last reader, an output until the end. A view (Reshape and
    the like) shares its input's memory; an element-wise op writes over an input of the same size
    that nobody reads later. While an op with bodies runs, the larger body's peak lives besides.
    """
    owner = _owners(graph)
    last = _last_reads(graph, owner)
    sizes: dict[str, Dim] = {}
    for tensor in _activations(graph.inputs):
        sizes[owner.get(tensor.name, tensor.name)] = _bytes(tensor)
    now: Dim = sum(sizes.values())
    live: list[Dim] = []
    for index, op in enumerate(graph.ops):
        for tensor in _activations(op.outputs):
            root = owner.get(tensor.name, tensor.name)
            if root not in sizes:
                sizes[root] = _bytes(tensor)
                now = now + sizes[root]
        inner = [liveness(body).peak_bytes for body in op.bodies]
        live.append(now + largest(inner) if inner else now)
        ending = {owner.get(t.name, t.name) for t in _activations((*op.reads, *op.outputs))}
        for root in ending:
            if root in sizes and last.get(root, index) <= index:
                now = now - sizes.pop(root)
    return Liveness(live_bytes=tuple(live), peak_bytes=largest(live))


def largest(candidates: Iterable[Dim]) -> Dim:
    """The largest; for expressions the one that wins at every sampled size, else their Max."""
    distinct = set(candidates)
    symbols = free_symbols(distinct)
    if not symbols:
        return max(distinct, default=0)
    winners = {
        max(distinct, key=lambda dim: int(substitute(dim, dict.fromkeys(symbols, size))))
        for size in _SAMPLES
    }
    if len(winners) == 1:
        return winners.pop()
    import sympy

    return sympy.Max(*winners, evaluate=False)


def _activations(tensors: Iterable[Tensor | None]) -> list[Tensor]:
    return [t for t in tensors if t is not None and t.role == "activation"]


def _bytes(tensor: Tensor) -> Dim:
    return 0 if tensor.shape is None else tensor.size_bytes


def _owners(graph: OpGraph) -> Mapping[str, str]:
    """For each tensor that shares memory with an earlier one, the name of that one."""
    readers: dict[str, int] = {}
    for index, op in enumerate(graph.ops):
        readers.update((t.name, index) for t in _activations(op.reads))
    kept = {t.name for t in (*graph.outputs, *graph.inputs)}
    owner: dict[str, str] = {}
    busy_until: dict[str, int] = dict(readers)
    for index, op in enumerate(graph.ops):
        outputs = _activations(op.outputs)
        if len(outputs) != 1:
            continue
        for tensor in _activations(op.inputs):
            root = owner.get(tensor.name, tensor.name)
            if _shares(
                op, tensor, outputs[0], free=busy_until.get(root) == index and root not in kept
            ):
                owner[outputs[0].name] = root
                busy_until[root] = max(
                    busy_until.get(root, index), readers.get(outputs[0].name, index)
                )
                break
    return owner


def _shares(op: Op, tensor: Tensor, output: Tensor, *, free: bool) -> bool:
    if why_free(op.domain, op.op_type) is not None:
        return tensor is op.input(0)
    formula = formula_for(op.domain, op.op_type)
    in_place = formula is not None and formula.op_class == "elementwise"
    return in_place and free and tensor.shape == output.shape and tensor.dtype == output.dtype


def _last_reads(graph: OpGraph, owner: Mapping[str, str]) -> Mapping[str, int]:
    """Index of the last op that reads each piece of memory; outputs are read at the end."""
    last: dict[str, int] = {}
    for index, op in enumerate(graph.ops):
        for tensor in _activations(op.reads):
            last[owner.get(tensor.name, tensor.name)] = index
    for tensor in graph.outputs:
        last[owner.get(tensor.name, tensor.name)] = len(graph.ops)
    return last
