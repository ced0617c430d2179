"""What the rules look at that no device changes: found once for all devices of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from costlint.analyzers.blocks import Block, find_blocks
from costlint.costmodel.channels import Channels, channels_of
from costlint.costmodel.channels.groups import GroupTerms
from costlint.costmodel.counts.op_cost import OpCost
from costlint.costmodel.ir.graph import Op, OpGraph, op_key
from costlint.costmodel.ir.tensor import Tensor

if TYPE_CHECKING:
    from costlint.costmodel.counts.counts import Counts


@dataclass(frozen=True, kw_only=True)
class Structure:
    """A counted model: its channel groups and its blocks.

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

    def width_terms(self, op: Op, tensor: Tensor, axis: int) -> GroupTerms | None:
        """The channel groups along an axis of a tensor of `op`; None where its size is given."""
        axes = self.channels.of(op, tensor)
        return axes[axis] if axes else None
