"""From `Source` to `OpGraph`: every tensor's shape; constants and shape arithmetic fold away."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from costlint.costmodel.inference.bindings import (
    ShapeOption,
    as_shapes,
    batch_places,
    bind_inputs,
)
from costlint.costmodel.inference.contents import ValueOption, contents_of, with_sizes
from costlint.costmodel.inference.declared import declared_dims, empty_inputs
from costlint.costmodel.inference.one_pass import Fallback, Inference
from costlint.costmodel.inference.readings import read_baked
from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.source import Source

BATCH: Final = " batch"
VALUES: Final = " values"
"""Keys of the batch size and of the contents in `OpGraph.bound`; no tensor or symbol has them."""


def infer(
    source: Source,
    *,
    fallback: Fallback,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
) -> OpGraph:
    """The op graph of `source` with `shapes`, `batch` and `values` bound; the rest is symbolic.

    Raises:
        OptionError: see `bind_inputs` and `contents_of`.
        ModelError: the graph is cyclic, reads what nothing makes, or makes a tensor twice.
        ShapeError: shapes contradict each other, or a baked batch size cannot be replaced.
    """
    return _Asked(
        source=source,
        fallback=fallback,
        shapes=with_sizes(source.graph, as_shapes(source.graph, shapes or {}), values or {}),
        batch=batch,
        values=values or {},
    ).graph()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One model, and what is to be bound of it."""

    source: Source
    fallback: Fallback
    shapes: ShapeOption
    batch: int | None
    values: ValueOption

    def graph(self) -> OpGraph:
        """The graph, inferred once where that is enough to know which axes are the batch."""
        if self.batch is None:
            return self._named(self.run({}).model())
        from costlint.costmodel.inference.batch import batch_axes

        if firsts := self._open_firsts():
            with suppress(CostlintError):
                graph = self.run(firsts).model()
                axes = batch_axes(graph)
                if {name: axes[name] for name in self._places(axes)} == firsts:
                    return self._named(graph)
        first = replace(self, batch=None).run({})
        plain = first.model()
        axes = batch_axes(plain)
        if not axes and (self.batch != 1 or not _may_be_single(plain)):
            raise OptionError(
                f"batch={self.batch}: no input of the model has a batch",
                facts=("no op treats an axis of an input as samples",),
                fix="--shape NAME=AxBxC for the sizes of an input",
            )
        self._refuse_two(axes)
        run = self.run(axes)
        if run.bindings.growth is None:
            return self._named(run.model())
        return self._named(read_baked(run, first.seen))

    def _refuse_two(self, axes: Mapping[str, int]) -> None:
        """Refuse a batch beside sizes that say another one."""
        stated = bind_inputs(self.source.graph, self.shapes).inputs
        file = declared_dims(self.source.graph, {})
        for name, axis in axes.items():
            size = (stated.get(name) or ())[axis]
            is_said = name in self.shapes or isinstance((file[name] or (0,))[axis], str)
            if is_said and type(size) is int and size != self.batch:
                raise OptionError(
                    f"batch={self.batch}, but the sizes given say {size}",
                    facts=(f"the batch of input {name!r} is its axis {axis}",),
                    fix=f"--batch {size}",
                )

    def run(self, axes: Mapping[str, int]) -> Inference:
        """What infers the model with the batch at `axes` of its inputs."""
        bindings = bind_inputs(self.source.graph, self.shapes, self.batch, axes)
        contents = contents_of(self.source.graph, self.values, bindings.inputs)
        bound: dict[str, Any] = dict(self.shapes)
        if self.batch is not None:
            bound[BATCH] = self.batch
        if self.values:
            bound[VALUES] = self.values
        notes = [
            f"{name}: the file states a size of 0, which is taken as an empty input"
            for name in empty_inputs(self.source.graph)
            if name not in self.shapes
        ]
        return Inference(
            source=self.source,
            bindings=replace(bindings, contents=contents),
            fallback=self.fallback,
            bound=bound,
            notes=notes,
        )

    def _open_firsts(self) -> Mapping[str, int]:
        """Inputs whose first axis is open, where nothing else is: most likely the batch."""
        dims = declared_dims(self.source.graph, self.shapes)
        names = {d for row in dims.values() for d in row or () if isinstance(d, str)}
        names -= self.shapes.keys()
        firsts = {name: 0 for name, row in dims.items() if row and row[0] in names}
        return firsts if {(dims[name] or (0,))[0] for name in firsts} == names else {}

    def _places(self, axes: Mapping[str, int]) -> Mapping[str, int | str]:
        return batch_places(declared_dims(self.source.graph, self.shapes), axes)

    def _named(self, graph: OpGraph) -> OpGraph:
        """`graph` with the names that its batch has, where any size of an input is still open."""
        if all(type(dim) is int for tensor in graph.inputs for dim in tensor.shape or ()):
            return graph
        from costlint.costmodel.inference.batch import batch_axes

        dims = {t.name: t.shape or () for t in graph.inputs}
        found = [dims[name][axis] for name, axis in batch_axes(graph).items()]
        names = dict.fromkeys(str(dim) for dim in found if type(dim) is not int)
        return replace(graph, batch_symbols=tuple(names))


def _may_be_single(graph: OpGraph) -> bool:
    """Whether a batch of 1 may stand in an input, or all of them are too short for any batch."""
    shapes = [t.shape for t in graph.inputs if t.shape and len(t.shape) > 1]
    return not shapes or any(1 in shape for shape in shapes)
