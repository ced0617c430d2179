"""The op graph: what a model computes, without its weights. Frozen, made once by `infer`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from costlint.costmodel.ir.assumed import Assumed
from costlint.costmodel.ir.dims import Dim, free_symbols
from costlint.costmodel.ir.tensor import Tensor, UnknownShapeError

if TYPE_CHECKING:
    import networkx as nx

    from costlint.costmodel.ir.source import Source, SourceParameter


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Op:
    """One ONNX node of the graph. An absent optional input is None.

    `bodies` are the sub-graphs of If (then, else), Loop and Scan; `trips` how often a body runs,
    None where the model does not say. `written_as` is the operator in the file where a user taught
    what it is like.
    """

    name: str
    domain: str
    op_type: str
    version: int
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor | None, ...]
    attributes: Mapping[str, Any]
    bodies: tuple[OpGraph, ...] = ()
    trips: Dim | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    written_as: str = ""

    def input(self, index: int) -> Tensor | None:
        """Input `index`, None where it is absent."""
        return self.inputs[index] if index < len(self.inputs) else None

    @property
    def reads(self) -> tuple[Tensor | None, ...]:
        """What the op needs: its inputs, and what its bodies read from around them."""
        if not self.bodies:
            return self.inputs
        return (*self.inputs, *(t for body in self.bodies for t in captured(body)))

    def between(
        self,
        inputs: tuple[Tensor | None, ...],
        outputs: tuple[Tensor | None, ...],
        attributes: Mapping[str, Any],
    ) -> Op:
        """The op from other tensors to others; see `Tensor.resized`."""
        return Op(
            name=self.name,
            domain=self.domain,
            op_type=self.op_type,
            version=self.version,
            inputs=inputs,
            outputs=outputs,
            attributes=attributes,
            bodies=self.bodies,
            trips=self.trips,
            metadata=self.metadata,
            written_as=self.written_as,
        )

    @property
    def x(self) -> Tensor:
        """The first input; every op that is costed by it has one."""
        return _present(self, self.input(0), "input 0")

    @property
    def w(self) -> Tensor:
        """The second input: the weight of a convolution, the right side of a product."""
        return _present(self, self.input(1), "input 1")

    @property
    def y(self) -> Tensor:
        """The first output."""
        return _present(self, self.outputs[0] if self.outputs else None, "output 0")

    @property
    def has_shapes(self) -> bool:
        """Whether the shape of every tensor that it reads or gives is known."""
        return all(t is None or t.shape is not None for t in (*self.inputs, *self.outputs))

    @property
    def groups(self) -> Dim:
        """In how many groups a convolution takes its channels."""
        return self.attributes.get("group", 1)

    @property
    def scope(self) -> str:
        """The module path in the name: `/features/features.3` of `/features/features.3/Conv`."""
        return self.name.rpartition("/")[0]

    @property
    def identifier(self) -> str:
        """The operator with its domain: `com.microsoft::FusedConv`; the default one is silent."""
        if self.written_as:
            return self.written_as
        return f"{self.domain}::{self.op_type}" if self.domain else self.op_type


def _present(op: Op, tensor: Tensor | None, what: str) -> Tensor:
    if tensor is None:
        msg = f"{op.identifier} (node {op.name!r}) lacks {what}"
        raise UnknownShapeError(msg)
    return tensor


def op_key(op: Op) -> str:
    """What edits call an op: the name of its first output, because names can repeat."""
    if op.outputs and op.outputs[0] is not None:
        return op.outputs[0].name
    return next((t.name for t in op.outputs if t is not None), op.name)


@dataclass(frozen=True, kw_only=True, eq=False)
class OpGraph:
    """Ops in topological order with the tensors between them.

    No slots: `nx` is made on first use, so that plain counting never imports networkx.
    """

    name: str
    path: str | None
    opsets: Mapping[str, int]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    parameters: Mapping[str, SourceParameter]
    batch_symbols: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = field(default=None, repr=False)
    bound: Mapping[str, Any] = field(default_factory=dict)
    """What `load` was told to bind, so that binding more keeps it."""
    assumed: tuple[Assumed, ...] = ()
    """The sizes that nobody stated, where numbers were needed; the batch is none of them."""
    batch_assumed: tuple[str, ...] = ()
    """The names of the batch where nobody bound it and 1 was taken."""

    @cached_property
    def tensors(self) -> Mapping[str, Tensor]:
        """Every tensor by name: inputs, parameters that ops read, activations."""
        found = {t.name: t for t in self.inputs}
        for op in self.ops:
            for tensor in (*op.inputs, *op.outputs):
                if tensor is not None:
                    found[tensor.name] = tensor
        return found

    @cached_property
    def makers(self) -> Mapping[str, Op]:
        """The op that makes each tensor."""
        return {t.name: op for op in self.ops for t in op.outputs if t is not None}

    @cached_property
    def readers(self) -> Mapping[str, tuple[Op, ...]]:
        """The ops that read each activation, once for each input; an op reads for its bodies."""
        found: dict[str, list[Op]] = {}
        for op in self.ops:
            for tensor in op.reads:
                if tensor is not None and not tensor.is_parameter:
                    found.setdefault(tensor.name, []).append(op)
        return {name: tuple(ops) for name, ops in found.items()}

    @cached_property
    def kept(self) -> frozenset[str]:
        """Names of the outputs."""
        return frozenset(t.name for t in self.outputs)

    def is_unread(self, name: str) -> bool:
        """Whether an op makes this tensor and nothing reads it, nor is it an output."""
        return name in self.makers and name not in self.readers and name not in self.kept

    def only_reader(self, tensor: Tensor) -> Op | None:
        """The single reader of `tensor`; None where there are more, or it is an output."""
        found = self.readers.get(tensor.name, ())
        return found[0] if len(found) == 1 and tensor.name not in self.kept else None

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Names of the dimensions that are still free, sorted."""
        dims = {d for t in self.tensors.values() for d in t.dims if type(d) is not int}
        inner = (s for op in self.ops for body in op.bodies for s in body.symbols)
        return tuple(sorted({*free_symbols(dims), *inner}))

    @cached_property
    def nx(self) -> nx.MultiDiGraph[str]:
        """The frozen networkx graph: ops as nodes, activations as edges. See `to_networkx`."""
        from costlint.costmodel.ir.network import to_networkx

        return to_networkx(self)


def captured(body: OpGraph) -> tuple[Tensor, ...]:
    """Tensors that a body reads from around it, in order."""
    made = {t.name for t in body.inputs}
    made.update(t.name for op in body.ops for t in op.outputs if t is not None)
    wanted = [t for op in body.ops for t in op.inputs if t is not None]
    wanted += [t for op in body.ops for inner in op.bodies for t in captured(inner)]
    wanted += body.outputs
    return tuple({t.name: t for t in wanted if t.name not in made}.values())
