"""What the rules look at that no device changes: found once for all devices of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from costlint.analyzers.blocks import Block, find_blocks
from costlint.costmodel.channels import Channels, channels_of
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.ir.graph import Op, OpGraph, op_key

if TYPE_CHECKING:
    from costlint.costmodel.counts.counts import Counts


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A counted model: its channel groups, its blocks, who makes and reads each tensor.

    Ops are called by `op_key`.
    """

    counts: Counts

    @property
    def graph(self) -> OpGraph:
        """The op graph."""
        return self.counts.graph

    @cached_property
    def rows(self) -> Mapping[str, OpCost]:
        """Every op's cost."""
        return {op_key(row.op): row for row in self.counts.ops}

    @cached_property
    def channels(self) -> Channels:
        """The channel groups."""
        return channels_of(self.graph)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks, innermost first."""
        return find_blocks(self.graph)

    @cached_property
    def makers(self) -> Mapping[str, Op]:
        """The op that makes each tensor."""
        return {t.name: op for op in self.graph.ops for t in op.outputs if t is not None}

    @cached_property
    def readers(self) -> Mapping[str, tuple[Op, ...]]:
        """The ops that read each activation."""
        found: dict[str, list[Op]] = {}
        for op in self.graph.ops:
            for tensor in op.inputs:
                if tensor is not None and not tensor.is_parameter:
                    found.setdefault(tensor.name, []).append(op)
        return {name: tuple(ops) for name, ops in found.items()}

    @cached_property
    def kept(self) -> frozenset[str]:
        """Names of the model's outputs."""
        return frozenset(t.name for t in self.graph.outputs)
