"""A graph at other input shapes, also where the file has numbers baked in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from costlint.costmodel.inference.bindings import ShapeOption, bind_inputs
from costlint.costmodel.inference.contents import contents_of
from costlint.costmodel.inference.infer import BATCH, VALUES
from costlint.costmodel.inference.one_pass import Inference
from costlint.costmodel.inference.readings import Readings
from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.load import load
from costlint.costmodel.reader.fallback import onnx_shapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Resizable:
    """A graph that can be inferred at other input shapes.

    A window as large as today's map stands for global pooling, which exporters write so; `windows`
    are the attributes of such ops by output. `baked` are today's shapes where the file has a
    number for the batch: where the graph `rebatches`, targets of Reshape grow with it.
    """

    loaded: OpGraph
    windows: Mapping[str, Mapping[str, Any]]
    baked: Mapping[str, Shape | None] = field(repr=False)
    rebatches: bool = False

    def at(self, shapes: ShapeOption) -> OpGraph:
        """The graph with `shapes` bound.

        Raises:
            CostlintError: the graph cannot have them.
        """
        graph = self._inferred(shapes)
        if not self.windows:
            return graph
        return replace(graph, ops=tuple([self._restored(op) for op in graph.ops]))

    def _inferred(self, shapes: ShapeOption) -> OpGraph:
        source = self.loaded.source
        if source is None or not self.baked or not self.rebatches:
            return load(self.loaded, shapes=shapes)
        kept = {**self.loaded.bound, **shapes}
        kept.pop(BATCH, None)
        values = kept.pop(VALUES, {})
        bindings = bind_inputs(source.graph, kept)
        run = Inference(
            source=source,
            bindings=replace(bindings, contents=contents_of(source.graph, values, bindings.inputs)),
            fallback=onnx_shapes,
            bound=kept,
            readings=Readings(reference=self.baked),
        )
        return run.model()

    def _restored(self, op: Op) -> Op:
        kept = self.windows.get(op.y.name) if op.op_type == "GlobalAveragePool" else None
        if kept is None:
            return op
        window = tuple(op.x.known_shape[2:])
        return replace(op, op_type="AveragePool", attributes={**kept, "kernel_shape": window})


def resizable(loaded: OpGraph, graph: OpGraph) -> Resizable:
    """A graph that can be inferred anew: `loaded`, with the global windows that `graph` shows.

    `graph` is the same as `loaded` with every dimension bound.
    """
    windows = {
        op.y.name: op.attributes
        for op in graph.ops
        if op.op_type == "AveragePool" and _covers_all(op)
    }
    source = loaded.source
    baked = {} if loaded.batch_symbols else {t.name: t.shape for t in graph.tensors.values()}
    if not windows or source is None:
        return Resizable(loaded=loaded, windows={}, baked=baked)
    nodes = [
        replace(node, op_type="GlobalAveragePool", attributes={})
        if node.outputs and node.outputs[0] in windows
        else node
        for node in source.graph.nodes
    ]
    source = replace(source, graph=replace(source.graph, nodes=tuple(nodes)))
    return Resizable(loaded=replace(loaded, source=source), windows=windows, baked=baked)


def _covers_all(op: Op) -> bool:
    sides = (op.x.shape or ())[2:]
    window = tuple(op.attributes.get("kernel_shape", ()))
    return (
        bool(sides)
        and window == sides
        and not any(op.attributes.get("pads", ()))
        and max(sides) > 1
    )
