"""Several readings of a baked batch: the one with which the rest infers, or a refusal.

Samples are independent, so with the right reading every tensor holds as much as before or the new
batch times as much. A reading with which an op later on contradicts that, or its inputs, is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from costlint.costmodel.formulas.sets import CUTS
from costlint.costmodel.ir.dims import Shape, product, simplest
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.shapes.broadcasting import show
from costlint.costmodel.shapes.rebatch import Reading, changed_axis

if TYPE_CHECKING:
    from costlint.costmodel.inference.one_pass import Inference
    from costlint.costmodel.ir.source import SourceNode
    from costlint.costmodel.ir.tensor import Tensor

_MAX_TRIES: Final = 48
_EXPORT: Final = 'export it with a symbolic batch ("N"), then give --batch again'
_Key: TypeAlias = "tuple[Shape | None, Shape | None, Shape]"


@dataclass(slots=True, kw_only=True)
class Readings:
    """What is taken of each kind of baked target in one inference; lives only within `infer`.

    `reference` are the shapes in the file, `growth` its batch and the new one, None where sizes
    besides the batch are free. Targets of the same shapes are read alike. `inner` are tensors
    with the batch as the fast part of an axis.
    """

    reference: Mapping[str, Shape | None]
    growth: tuple[int, int] | None = None
    taken: dict[_Key, int] = field(default_factory=dict)
    options: dict[_Key, Sequence[Reading]] = field(default_factory=dict)
    nodes: dict[_Key, SourceNode] = field(default_factory=dict)
    inner: set[str] = field(default_factory=set)

    def choose(
        self, node: SourceNode, x: Tensor, options: Sequence[Reading], *, stated: bool
    ) -> Shape:
        """The reading of `node`'s target that is taken now; the first one when it is new."""
        key = (
            self.reference.get(x.name, x.shape),
            self.reference.get(node.outputs[0]),
            x.shape or (),
        )
        taken = self.taken.setdefault(key, 0)
        if len(options) > 1 and not stated:
            self.options.setdefault(key, options)
            self.nodes.setdefault(key, node)
        found = options[taken if taken < len(options) else 0]
        if found.inner:
            self.inner.add(node.outputs[0])
        return found.shape

    def following(self, fixed: int) -> dict[_Key, int] | None:
        """What to take next where this failed; the first `fixed` open kinds stay as they are."""
        keys = list(self.options)
        for place in range(len(keys) - 1, fixed - 1, -1):
            if self.taken[keys[place]] + 1 < len(self.options[keys[place]]):
                kept = {key: self.taken[key] for key in keys[:place]}
                return {**kept, keys[place]: self.taken[keys[place]] + 1}
        return None

    def check(
        self, node: SourceNode, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor | None]
    ) -> None:
        """Refuse `node` where its outputs are not those of independent samples.

        Raises:
            ShapeError: they grew by another factor, or a part of one sample's size was taken.
        """
        if self.growth is None:
            return
        factor = Fraction(self.growth[1], self.growth[0])
        grown = [self._growth(t) for t in inputs if t is not None]
        for tensor in (t for t in outputs if t is not None):
            growth = self._growth(tensor)
            squared = growth == factor**2 and not self.options
            if growth in (None, factor) or squared:
                if any(t is not None and t.name in self.inner for t in inputs[:1]):
                    self.inner.update({tensor.name} if node.op_type != "Reshape" else ())
                continue
            lost = factor in grown and (
                bool(self.options) or self._cuts(node, inputs) or self._stretched(inputs, tensor)
            )
            if growth != 1 or lost:
                now, old = show(tensor.shape or ()), self.reference.get(tensor.name) or ()
                raise ShapeError(
                    f"{node.op_type} (node {node.name!r}): the batch is baked in: its output "
                    f"{show(old)} would be {now}, which is not that of each sample"
                )

    def _growth(self, tensor: Tensor) -> Any:
        """How many times more elements `tensor` has than in the file; None where that is open."""
        old = self.reference.get(tensor.name)
        if old is None or tensor.shape is None or tensor.is_parameter:
            return None
        before, now = simplest(product(old)), simplest(product(tensor.shape))
        if type(before) is int and type(now) is int:
            return Fraction(now, before) if before else None
        ratio = now / before
        return (
            Fraction(int(ratio.p), int(ratio.q)) if getattr(ratio, "is_Rational", False) else None
        )

    def _stretched(self, inputs: Sequence[Tensor | None], made: Tensor) -> bool:
        """Whether an input of all of `made`'s elements has fewer now: a constant has the others."""
        whole = product(self.reference.get(made.name) or ())
        olds = [self.reference.get(t.name) for t in inputs if t is not None and not t.is_parameter]
        sizes = zip(olds, (t for t in inputs if t is not None and not t.is_parameter), strict=True)
        return any(
            old is not None and t.shape is not None and t.shape != old and product(old) == whole
            for old, t in sizes
        )

    def _cuts(self, node: SourceNode, inputs: Sequence[Tensor | None]) -> bool:
        """Whether `node` takes by numbers what was the whole batch in the file."""
        x = inputs[0] if inputs else None
        if node.op_type not in CUTS or x is None or x.shape is None:
            return False
        old, out = self.reference.get(x.name), self.reference.get(node.outputs[0])
        axis = changed_axis(old, x.shape)
        if old is None or axis is None:
            return False
        if node.op_type == "Gather":
            return bool(old[axis] == 1)
        return out is not None and axis < len(out) and out[axis] == old[axis]


def read_baked(run: Inference, reference: Mapping[str, Shape | None]) -> OpGraph:
    """The graph of `run`, whose batch is another than the one in the file.

    Raises:
        ShapeError: the batch is baked in where it cannot be replaced, or can be in two ways.
    """
    start = Readings(reference=reference, growth=run.bindings.growth)
    found, readings, left = _search(run, start, 0, _MAX_TRIES)
    if isinstance(found, ShapeError):
        raise found
    for place, (key, options) in enumerate(readings.options.items()):
        before = {k: readings.taken[k] for k in list(readings.options)[:place]}
        for other in range(len(options)):
            if other == readings.taken[key]:
                continue
            tried = replace(_fresh(start), taken={**before, key: other})
            again, _, left = _search(run, tried, place + 1, left)
            if isinstance(again, OpGraph) or left <= 0:
                raise _two(readings.nodes[key], options)
    return found


def _search(
    run: Inference, readings: Readings, fixed: int, tries: int
) -> tuple[OpGraph | ShapeError, Readings, int]:
    """The first readings from these on with which all infers, and how many tries are left."""
    failure: ShapeError | None = None
    while True:
        again = replace(run, readings=readings, seen={}, notes=list(run.notes), parameters={})
        try:
            return again.model(), readings, tries - 1
        except ShapeError as error:
            failure = failure or error
        tries -= 1
        following = readings.following(fixed)
        if following is None or tries <= 0:
            return failure, readings, tries
        readings = replace(_fresh(readings), taken=following)


def _fresh(readings: Readings) -> Readings:
    return Readings(reference=readings.reference, growth=readings.growth)


def _two(node: SourceNode, options: Sequence[Reading]) -> ShapeError:
    shapes = " or ".join(show(one.shape) for one in options)
    return ShapeError(
        "the batch size is baked into the model, which can be read in two ways",
        facts=(f"{node.op_type} (node {node.name!r}): its output would be {shapes}",),
        fix=_EXPORT,
    )
