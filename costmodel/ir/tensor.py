"""A value that flows between ops: its name, its shape, its type."""

from __future__ import annotations

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

    `shape` is None where even the rank is unknown, and for sequences, maps and optionals.
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
    def elements(self) -> Dim:
        """Number of elements; only for a known shape."""
        return product(self.known_shape)

    @property
    def size_bytes(self) -> Dim:
        """Bytes as stored; sub-byte types are packed."""
        return size_bytes(self.elements, self.stored_as or self.dtype)

    def resized(self, name: str, shape: Shape, sources: tuple[str, ...]) -> Tensor:
        """The tensor at another shape; `replace` takes twice as long, and an edit makes many."""
        return Tensor(
            name=name,
            shape=shape,
            dtype=self.dtype,
            role=self.role,
            stored_as=self.stored_as,
            sources=sources,
        )
