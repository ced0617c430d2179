"""Composites: chains of ops that are one function of a framework, written out by an exporter."""

from __future__ import annotations

from collections.abc import Container, Sequence

from costlint.costmodel.runtimes.fusion import Composite
from costlint.costmodel.runtimes.wiring import Wiring


def chain_from(
    first: int, composite: Composite, wiring: Wiring, taken: Container[int]
) -> tuple[int, ...] | None:
    """The ops of `composite` from op `first` on, None where it does not begin there.

    Each step is done by a reader of the step before that no other kernel has `taken`.
    """
    sources = wiring.reads(first)
    if not (_may_mix(first, wiring) if composite.is_open else len(sources) == 1):
        return None
    chain = [first]
    known = {*sources, *wiring.made[first]}
    for step in composite.steps[1:]:
        reader = wiring.next_op(chain[-1], step.rstrip("?"), taken)
        if reader is not None and (
            _may_mix(reader, wiring)
            if composite.is_open
            else known.issuperset(wiring.reads(reader))
        ):
            chain.append(reader)
            known.update(wiring.made[reader])
        elif not step.endswith("?"):
            return None
    return tuple(chain) if _keeps_inside(chain, wiring) else None


def _may_mix(index: int, wiring: Wiring) -> bool:
    """Whether the op may be part of fused attention: four dimensions, no product by weights."""
    op = wiring.rows[index].op
    if op.op_type != "MatMul":
        return True
    has_weights = any(t is not None and t.is_parameter for t in op.inputs)
    return len(op.y.shape or ()) == 4 and not has_weights


def _keeps_inside(chain: Sequence[int], wiring: Wiring) -> bool:
    """Whether only ops of the chain read what its ops give, but for the last one."""
    members = frozenset(chain)
    return all(
        wiring.is_read_only_by(name, members) for index in chain[:-1] for name in wiring.made[index]
    )
