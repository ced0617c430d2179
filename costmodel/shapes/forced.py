"""Shapes that are forced by what reads and makes a tensor, where the way forward stops.

A rule says what holds between the shapes of one op. Dims are found one by one: a partial shape has
None where a dim is not known. Rules run until nothing new is found; what is known never changes, so
they come to an end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Final, TypeAlias

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.graph import Op
from costlint.costmodel.ir.tensor import Tensor

Partial: TypeAlias = "tuple[Dim | None, ...]"
Rule: TypeAlias = "Callable[[Op, Partials], None]"

_RULES: dict[str, Rule] = {}
_MODULES: Final = ("forced_elements", "forced_products", "forced_layout")
_MALFORMED: Final = (TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError)
"""What a rule raises where attributes are not as the specification says: nothing is forced then."""


def forced_by(*op_types: str) -> Callable[[Rule], Rule]:
    """Register the decorated function for operators of the standard."""

    def register(rule: Rule) -> Rule:
        _RULES.update(dict.fromkeys(op_types, rule))
        return rule

    return register


@dataclass(slots=True, kw_only=True)
class Partials:
    """What is known of the shapes of tensors. Lives only inside `forced`.

    Tensors of one shape share an entry of `found`: `alike` leads from a name to another of them.
    `touching` are the ops to ask again when an entry changes.
    """

    found: dict[str, Partial]
    touching: dict[str, list[Op]]
    alike: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def of(self, tensor: Tensor | None) -> Partial | None:
        """The dims of `tensor`, None where not even the rank is known."""
        if tensor is None:
            return None
        return tensor.shape if tensor.shape is not None else self.found.get(self.entry(tensor.name))

    def entry(self, name: str) -> str:
        """The name under which the shape of a tensor is kept."""
        while name in self.alike:
            name = self.alike[name]
        return name

    def learn(self, tensor: Tensor | None, dims: Sequence[Dim | None] | None) -> None:
        """Add what `dims` know of `tensor`; what contradicts is passed over."""
        if tensor is not None and dims is not None and _is_open(tensor):
            self._add(self.entry(tensor.name), dims)

    def _add(self, name: str, dims: Sequence[Dim | None]) -> None:
        before = self.found.get(name)
        if before is not None and len(before) != len(dims):
            return
        old = (None,) * len(dims) if before is None else before
        after = tuple(
            _size(now) if was is None else was for was, now in zip(old, dims, strict=True)
        )
        if after != before:
            self.found[name] = after
            self.changed.add(name)

    def equal(self, a: Tensor | None, b: Tensor | None) -> None:
        """`a` and `b` have one shape."""
        self.learn(a, self.of(b))
        self.learn(b, self.of(a))
        if a is None or b is None or not (_is_open(a) and _is_open(b)):
            return
        kept, joined = self.entry(a.name), self.entry(b.name)
        if kept != joined:
            self.alike[joined] = kept
            self.touching[kept] = [*self.touching.get(kept, ()), *self.touching.pop(joined, ())]
            self.changed.add(kept)
            dims = self.found.pop(joined, None)
            if dims is not None:
                self._add(kept, dims)

    def are_alike(self, tensors: Sequence[Tensor]) -> bool:
        """Whether all have one shape, whatever it is."""
        kept = {self.entry(t.name) if _is_open(t) else t.shape for t in tensors}
        return len(kept) == 1


def _is_open(tensor: Tensor) -> bool:
    return tensor.shape is None and tensor.dtype != "sequence"


def forced(ops: Iterable[Op], stated: Mapping[str, Partial]) -> Mapping[str, Shape]:
    """Whole shapes by name, of tensors of `ops` whose shape is not known.

    `stated` is what is known of some of them beforehand.
    """
    for module in _MODULES:
        import_module(f"{__package__}.{module}")
    touching: dict[str, list[Op]] = {}
    for op in ops:
        if not op.domain and op.op_type in _RULES:
            for tensor in (*op.inputs, *op.outputs):
                if tensor is not None and _is_open(tensor):
                    touching.setdefault(tensor.name, []).append(op)
    names = tuple(touching)
    due = {id(op): op for some in touching.values() for op in some}
    partials = Partials(found=dict(stated), touching=touching)
    while due:
        partials.changed.clear()
        for op in reversed(due.values()):
            _apply(op, partials)
        due = {id(op): op for name in partials.changed for op in touching.get(name, ())}
    whole: dict[str, Shape] = {}
    for name in names:
        dims = partials.found.get(partials.entry(name))
        if dims is not None and None not in dims:
            whole[name] = dims
    return whole


def _apply(op: Op, partials: Partials) -> None:
    try:
        _RULES[op.op_type](op, partials)
    except _MALFORMED:
        return


def _size(dim: Dim | None) -> Dim | None:
    """A dim that can be one: rules may compute what is none where shapes contradict each other."""
    return None if type(dim) is int and dim < 0 else dim
