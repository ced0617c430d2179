"""The dimensions of the inputs as the file means them: numbers, symbols, and what is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.source import DeclaredShape, SourceGraph, SourceInput

Declared: TypeAlias = "Mapping[str, tuple[int | str, ...] | None]"
"""Dimensions of each input as numbers and names; None where even the rank is unknown."""

UNKNOWN: Final = frozenset({"none", "?", "unk__", "unk", "unknown", "dynamic", "-1", "any"})
"""Words that exporters write for any dimension that they do not know, in lower case."""

_PICTURE: Final = 4
"""The rank from which on a first size of 0 is a batch."""


def declared_dims(graph: SourceGraph, shapes: Mapping[str, int | Sequence[int | str]]) -> Declared:
    """Dimensions of the inputs under `shapes`; those that have no name are called `input_axis`.

    A word that stands on several axes of an input is a symbol only where another input has it
    once, or `shapes` binds it: else the exporter wrote it for every size that it did not know.

    Raises:
        OptionError: a shape of another rank than the file's.
    """
    unknown = _unknown_words(graph).difference(k for k, v in shapes.items() if isinstance(v, int))
    ranks = _ranks(graph)
    return {i.name: _dims(ranks, i, shapes.get(i.name), unknown) for i in graph.inputs}


def empty_inputs(graph: SourceGraph) -> tuple[str, ...]:
    """The inputs for which the file states a size of 0 that is meant: empty caches."""
    ranks = _ranks(graph)
    return tuple(
        i.name for i in graph.inputs if 0 in (i.shape or ()) and _is_meant(ranks, i.shape or ())
    )


def _unknown_words(graph: SourceGraph) -> set[str]:
    words = [[d for d in i.shape or () if isinstance(d, str)] for i in graph.inputs]
    once = {word for row in words for word in row if row.count(word) == 1}
    repeated = {word for row in words for word in row if row.count(word) > 1}
    usual = {word for row in words for word in row if word.strip().lower() in UNKNOWN}
    return (repeated - once) | usual


def _ranks(graph: SourceGraph) -> AbstractSet[int]:
    """The ranks of the inputs that are not empty."""
    return {len(i.shape) for i in graph.inputs if i.shape and 0 not in i.shape}


def _dims(
    ranks: AbstractSet[int],
    item: SourceInput,
    given: int | Sequence[int | str] | None,
    unknown: set[str],
) -> tuple[int | str, ...] | None:
    if given is not None and not isinstance(given, int):
        if item.shape is not None and len(given) != len(item.shape):
            raise OptionError(
                f"input {item.name!r} has {len(item.shape)} dimensions, {len(given)} were given",
                facts=(f"the file says {_text(item.shape)}",),
            )
        return tuple(given)
    if item.shape is None:
        return None
    none = {None, *unknown} if _is_meant(ranks, item.shape) else {None, 0, *unknown}
    return tuple(
        f"{item.name}_{axis}" if dim is None or dim in none else dim
        for axis, dim in enumerate(item.shape)
    )


def _is_meant(ranks: AbstractSet[int], shape: DeclaredShape) -> bool:
    """Whether a 0 in `shape` is a size: a single one, beside inputs of `ranks` that are not empty.

    Exporters also write 0 for what they do not know: for every such axis, or for the batch.
    """
    if shape.count(0) != 1:
        return False
    return bool(ranks) if shape[0] != 0 else len(shape) < _PICTURE and len(shape) in ranks


def _text(shape: DeclaredShape) -> str:
    return " x ".join("?" if d is None else str(d) for d in shape) or "a scalar"
