"""A value that flows between ops: its name, its shape, its type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from costlint.costmodel.ir.dims import Dim, Shape, product
from costlint.costmodel.ir.dtypes import size_bytes


class UnknownShapeError(Exception):
    """A shape is needed that nobody knows; caught where ops are inferred and counted."""


Role: TypeAlias = Literal["activation", "parameter"]
"""An activation depends on the inputs; a parameter is known before the first inference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A value that flows between ops.

    `shape` is None where even the rank is unknown, and for sequences, maps and optionals, of which
    `holds` says what is in them.
    `stored_as` is the element type in memory when it differs from `dtype` (a weight kept in int8).
    `sources` are the file's parameters that were folded into this one.
    `value` is the content of a small tensor known before the first inference.
    """

    name: str
    shape: Shape | None
    dtype: str
    role: Role = "activation"
    stored_as: str | None = None
    sources: tuple[str, ...] = ()
    value: Any = field(default=None, compare=False, repr=False)
    holds: Held | None = None

    @property
    def is_parameter(self) -> bool:
        """Whether the tensor is known before the first inference."""
        return self.role == "parameter"

    @property
    def rank(self) -> int:
        """Number of dimensions; only for a known shape."""
        return len(self.known_shape)

    @property
    def known_shape(self) -> Shape:
        """The shape; UnknownShapeError where there is none."""
        if self.shape is None:
            msg = f"the shape of {self.name!r} is not known"
            raise UnknownShapeError(msg)
        return self.shape

    @property
    def is_container(self) -> bool:
        """Whether it is a sequence or an optional, and no tensor."""
        return self.shape is None and self.dtype in ("sequence", "optional")

    @property
    def elements(self) -> Dim:
        """Number of elements, in all tensors of a sequence; only for known shapes."""
        if not self.is_container:
            return product(self.known_shape)
        return self._sum(lambda tensor: tensor.elements)

    @property
    def stored_dtype(self) -> str:
        """Type of the elements in memory; of a sequence that of its tensors."""
        if self.holds is not None and self.holds.like is not None:
            return self.holds.like.stored_dtype
        return self.stored_as or self.dtype

    @property
    def size_bytes(self) -> Dim:
        """Bytes as stored; sub-byte types are packed."""
        if self.is_container:
            return self._sum(lambda tensor: tensor.size_bytes)
        return size_bytes(self.elements, self.stored_as or self.dtype)

    def _sum(self, amount: Callable[[Tensor], Dim]) -> Dim:
        held = self.holds
        if held is None or held.like is None or (held.each is None and held.length is None):
            msg = f"what {self.name!r} holds is not known"
            raise UnknownShapeError(msg)
        if held.each is None:
            return held.length * amount(held.like)
        return sum([amount(tensor) for tensor in held.each])

    def called(self, name: str) -> Tensor:
        """The same seen from elsewhere: as what goes into a body, or comes out of an op."""
        return Tensor(name=name, shape=self.shape, dtype=self.dtype, holds=self.holds)

    @property
    def dims(self) -> tuple[Dim, ...]:
        """Every dimension of the tensor, or of what is in a sequence, that may be symbolic."""
        if self.holds is None:
            return self.shape or ()
        held = self.holds
        inner = held.each if held.each is not None else (held.like,) if held.like else ()
        length = () if held.length is None else (held.length,)
        return (*length, *(dim for tensor in dict.fromkeys(inner) for dim in tensor.dims))

    def resized(self, name: str, shape: Shape, sources: tuple[str, ...]) -> Tensor:
        """The tensor at another shape; `replace` takes twice as long, and an edit makes many."""
        return Tensor(
            name=name,
            shape=shape,
            dtype=self.dtype,
            role=self.role,
            stored_as=self.stored_as,
            sources=sources,
            holds=self.holds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a sequence or an optional holds: `length` times something `like` this.

    `each` are the tensors in their order where every one is known; `like` then is the first. An
    optional has a length of 0 or 1, and may hold a sequence. None is what is not known.
    """

    like: Tensor | None = None
    length: Dim | None = None
    each: tuple[Tensor, ...] | None = None

    @property
    def is_known(self) -> bool:
        """Whether the shape of what is held is known, or that nothing is."""
        if self.like is not None and self.like.holds is not None:
            return self.like.holds.is_known
        return self.each is not None or (self.like is not None and self.like.shape is not None)
