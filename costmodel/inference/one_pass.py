"""One pass over a model's nodes in topological order: shapes, folding, declared fallbacks."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, Final, TypeAlias

from costlint.costmodel.inference import control_flow
from costlint.costmodel.inference.behind import Behind, settled
from costlint.costmodel.inference.bindings import Bindings
from costlint.costmodel.inference.bodies import Environment
from costlint.costmodel.inference.containers import declared_tensor, lengthened
from costlint.costmodel.inference.folding import (
    evaluated,
    folds_away,
    follows,
    input_tensor,
    is_generated,
    make_op,
    output_tensor,
    parameter_tensor,
)
from costlint.costmodel.inference.readings import Readings
from costlint.costmodel.inference.stated import sizes
from costlint.costmodel.ir.dims import Dim, Shape, symbol
from costlint.costmodel.ir.errors import ModelError, ShapeError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.source import (
    Source,
    SourceGraph,
    SourceInput,
    SourceNode,
    SourceParameter,
)
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.ir.topological import ordered
from costlint.costmodel.shapes import Call, Out, UnknownShapeError, checked, shape_rule_for

Fallback: TypeAlias = Callable[[Call], "Sequence[Out | None] | None"]
"""Shapes of an operator that has no rule here; None where it does not know either."""

# What a malformed attribute or input can raise inside a rule.
_MALFORMED: Final = (
    TypeError, ValueError, IndexError, KeyError, ArithmeticError, AttributeError, MemoryError,
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Inference:
    """One pass over a model. Lives only inside `infer`; what `graph` gives is frozen."""

    source: Source
    bindings: Bindings
    fallback: Fallback
    behind: Behind = field(default_factory=Behind)
    bound: Mapping[str, Any] = field(default_factory=dict)
    readings: Readings | None = None
    seen: dict[str, Shape | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    parameters: dict[str, SourceParameter] = field(default_factory=dict)
    undecided: int = 0
    """How often only the data knew more."""
    walked: int = 0
    """Nodes that were inferred for single trips of loops."""

    def mark(self) -> tuple[int, int]:
        """Where the pass stands, to go back to when what follows is taken back."""
        return len(self.notes), len(self.parameters)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Forget what was noted since `mark`."""
        notes, parameters = mark
        del self.notes[notes:]
        while len(self.parameters) > parameters:
            self.parameters.popitem()

    def model(self) -> OpGraph:
        """The graph of the model, in as many passes as unknown operators take."""

        def run(behind: Behind) -> OpGraph:
            one = replace(self, behind=behind, notes=list(self.notes), parameters={})
            return one.graph(self.source.graph, {})

        shapes, values = self.bindings.inputs, self.bindings.values
        inputs, growth = self.source.graph.inputs, self.bindings.growth
        return settled(run, cache(lambda: sizes(inputs, shapes, values, growth)))

    def graph(
        self,
        graph: SourceGraph,
        outer: Environment,
        arguments: Sequence[Tensor] | None = None,
    ) -> OpGraph:
        """Infer one graph; `arguments` are the inputs of a body, None for the model itself."""
        top = arguments is None
        inputs = arguments
        if inputs is None:
            inputs = [self._input(item) for item in graph.inputs]
        env: Environment = ChainMap({t.name: t for t in inputs}, outer)
        env.update((p.name, parameter_tensor(p)) for p in graph.parameters.values())
        self.parameters.update(graph.parameters)
        self.behind.declared.update(graph.declared)
        self.seen.update((t.name, t.shape) for t in inputs)
        ops: list[Op] = []
        for node in ordered(graph, outer):
            ops.extend(self._node(node, env, graph))
        outputs = tuple(env[name] for name in graph.outputs if name in env)
        return OpGraph(
            name=graph.name,
            path=self.source.path,
            opsets=self.source.opsets,
            inputs=tuple(inputs),
            outputs=outputs,
            ops=tuple(ops),
            parameters=self.parameters if top else graph.parameters,
            notes=(*self.source.notes, *dict.fromkeys(self.notes)) if top else (),
            metadata=self.source.metadata if top else {},
            source=self.source if top else None,
            bound=self.bound if top else {},
        )

    def _input(self, item: SourceInput) -> Tensor:
        """An input of the model as it is bound."""
        shape = self.bindings.inputs[item.name]
        if item.holds is not None:
            return declared_tensor(item, shape, self.bindings.values)
        return input_tensor(item.name, shape, item.dtype, self.bindings.contents.get(item.name))

    def _node(self, node: SourceNode, env: Environment, graph: SourceGraph) -> Sequence[Op]:
        """Infer `node` into `env`; the op that stays in the graph, or none when it folds away."""
        try:
            inputs = tuple([env[name] if name else None for name in node.inputs])
        except KeyError as error:
            what = f"node {node.name!r} ({node.op_type}) reads {error}, which nothing makes"
            raise ModelError(what) from error
        if node.bodies:
            return control_flow.infer_bodies(self, node, inputs, env)
        folds = folds_away(node, inputs)
        runs = not folds and follows(node, inputs)
        call = self.call(node, inputs)
        outs = self._outs(call, node, graph, values=folds or runs)
        outputs = tuple(
            [
                output_tensor(name, out, inputs, node.op_type, folds=folds, runs=runs)
                if name
                else None
                for name, out in zip(node.outputs, outs, strict=False)
            ]
        )
        if self.readings is not None and not folds:
            self._check(node, inputs, outputs)
        for tensor in outputs:
            self.keep(tensor, env)
        if folds and outputs and is_generated(node.op_type, inputs[0], outputs[0]):
            self._generated(node.outputs[0], env)
        known = not runs and outputs and all(t is None or t.value is not None for t in outputs)
        if folds or known:
            return ()
        return (make_op(node, inputs, outputs),)

    def _check(
        self, node: SourceNode, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor | None]
    ) -> None:
        """Refuse a node whose outputs do not go with another batch."""
        if self.readings is not None:
            try:
                self.readings.check(node, inputs, outputs)
            except ShapeError as error:
                raise self._baked(error) from error

    def keep(self, tensor: Tensor | None, env: Environment) -> None:
        """Let later nodes read `tensor`."""
        if tensor is not None:
            env[tensor.name] = tensor
            self.seen[tensor.name] = tensor.shape

    def _generated(self, name: str, env: Environment) -> None:
        """Keep a weight that ConstantOfShape makes, as the light models of onnx do, as one."""
        kept = SourceParameter(name=name, dtype=env[name].dtype, shape=env[name].known_shape)
        self.parameters[name] = kept
        env[name] = parameter_tensor(kept)

    def call(self, node: SourceNode, inputs: tuple[Tensor | None, ...]) -> Call:
        """`node` as the shape rules take it."""
        x = inputs[0] if inputs and node.outputs else None
        readings = self.readings
        baked: dict[str, Any] = {}
        if readings is not None and x is not None:
            baked = {
                "reference": readings.reference.get(node.outputs[0]),
                "reference_input": readings.reference.get(x.name, x.shape),
                "baked_batch": readings.growth[0] if readings.growth else 1,
                "inner": x.name in readings.inner,
                "choose": partial(readings.choose, node, x),
            }
        return Call(
            name=node.name,
            domain=node.domain,
            op_type=node.op_type,
            version=node.version,
            inputs=inputs,
            outputs=len(node.outputs),
            attributes=node.attributes,
            unknown=lambda label, upper: self._decided(node, label, upper, inputs),
            **baked,
        )

    def _decided(
        self, node: SourceNode, label: str, upper: Dim | None, inputs: Sequence[Tensor | None]
    ) -> Dim:
        """`unknown`; behind an unknown operator no data has to decide, a shape is missing."""
        is_bound = f"{node.name}.{label}" in self.bindings.values
        if (
            upper is None
            and not is_bound
            and self.behind.unknown
            and any(map(_lacks_shape, inputs))
        ):
            raise UnknownShapeError(f"{node.name}.{label} is not known")
        return self.unknown(node, label, upper)

    def unknown(self, node: SourceNode, label: str, upper: Dim | None) -> Dim:
        """A dimension that only the data decides: what the user says, else its upper bound."""
        name = f"{node.name}.{label}"
        if name in self.bindings.values:
            return self.bindings.values[name]
        self.undecided += 1
        if upper is None:
            return symbol(name)
        self.notes.append(f"{name} depends on the data: its upper bound {upper} is used")
        return upper

    def _outs(
        self, call: Call, node: SourceNode, graph: SourceGraph, *, values: bool
    ) -> Sequence[Out]:
        """One `Out` per output: evaluated, by rule, by onnx, or as the file declares it."""
        rule = shape_rule_for(call.domain, call.op_type)
        try:
            if values:
                known = evaluated(call)
                if known is not None:
                    return known
            found = self.fallback(call) if rule is None else checked(call, rule(call))
        except UnknownShapeError:
            self.undecided += 1
            # The types are known all the same, but not to onnx where a sequence comes in.
            held = any(t is not None and t.is_container for t in call.inputs)
            found = None if held else self.fallback(call)
        except ShapeError as error:
            raise self._baked(error) from error
        except RecursionError as error:
            raise ShapeError(call.error("its shapes are too deeply nested")) from error
        except _MALFORMED as error:
            raise ShapeError(call.error(f"malformed attributes or inputs ({error})")) from error
        outs = list(found or ())[: call.outputs]
        outs += [None] * (call.outputs - len(outs))
        if rule is None and None in outs:
            self.behind.unknown[call.identifier] = None
        if self.behind.unknown and (rule is None or any(map(_lacks_shape, call.inputs))):
            return [
                self._behind(name, out) if out is None or _lacks_shape(out) else out
                for name, out in zip(node.outputs, outs, strict=True)
            ]
        return [
            self._declared(name, graph, out) if out is None or _is_open(out) else out
            for name, out in zip(node.outputs, outs, strict=True)
        ]

    def _behind(self, name: str, out: Out | None) -> Out:
        """An output that nothing before it gives a shape."""
        declared = self.behind.declared.get(name)
        dtype = declared.dtype if declared is not None and declared.shape is not None else None
        if out is not None and out.dtype is not None:
            dtype = out.dtype
        return Out(shape=self.behind.shape(name), dtype=dtype)

    def _declared(self, name: str, graph: SourceGraph, inferred: Out | None) -> Out:
        """The shape that the file states where none is inferred."""
        known = inferred or Out(shape=None)
        declared = graph.declared.get(name)
        if declared is not None and declared.holds is not None:
            told = declared_tensor(declared, None, self.bindings.values)
            length = None if known.holds is None else known.holds.length
            return Out(shape=None, dtype=told.dtype, holds=lengthened(told.holds, length))
        if declared is None or declared.shape is None:
            return known
        # The data decides here: the file's word counts only for the sizes it was written for.
        if self.bound or not all(isinstance(dim, int) for dim in declared.shape):
            return known
        self.notes.append(f"{name}: its shape depends on the data, the file's own is used")
        return Out(shape=declared.shape, dtype=declared.dtype)

    def _baked(self, error: ShapeError) -> ShapeError:
        if self.readings is None:
            return error
        return ShapeError(
            "the batch size is baked into the model and cannot be replaced here",
            facts=(str(error),),
            fix='export it with a symbolic first dimension ("N"), then give --batch again',
            node=error.node,
            sides=error.sides,
            axis=error.axis,
        )


def _is_open(out: Out) -> bool:
    """Whether the file may know more: a tensor without a shape, or a sequence of such tensors."""
    return out.shape is None and (out.holds is None or not out.holds.is_known)


def _lacks_shape(value: Tensor | Out | None) -> bool:
    """Whether it is a tensor of unknown rank."""
    return value is not None and value.shape is None and value.dtype not in ("sequence", "optional")
