"""Which names of sizes a model has: one line of options may be about several models."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.source import SourceGraph, SourceInput

_WORD: Final = re.compile(r"[^\W\d]\w*")
"""A name in a dimension that is arithmetic over others: `past` and `now` of `past + now`."""

_MOST_SHOWN: Final = 12


def names(graph: SourceGraph) -> frozenset[str]:
    """The inputs, the dimensions by the file's names for them, and `input_axis` of each axis."""
    found = {item.name for item in graph.inputs}
    for item in (*graph.inputs, *graph.declared.values()):
        found.update(_dimensions(item))
    return frozenset(found)


def fitting(graph: SourceGraph, sizes: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `sizes` that bind something in `graph`: a shape an input, a number any dimension."""
    known = names(graph)
    inputs = {item.name for item in graph.inputs}
    return {
        name: size
        for name, size in sizes.items()
        if (name in inputs if not isinstance(size, int) else name in known or of_data(graph, name))
    }


def refuse_in_none(
    given: Mapping[str, object], graphs: Iterable[SourceGraph], *, several: bool
) -> None:
    """Refuse sizes that fit none of the models, which are read as they are needed.

    Raises:
        OptionError: no model has an input or a dimension of a name; it says which are near.
    """
    left, known, inputs = dict(given), set[str](), set[str]()
    for graph in graphs:
        known |= names(graph)
        inputs.update(item.name for item in graph.inputs)
        for name in fitting(graph, left):
            del left[name]
        if not left:
            return
    for name, size in left.items() if known else ():
        what = "input or dimension" if isinstance(size, int) else "input"
        nobody = f"no model of this run has an {what}" if several else f"the model has no {what}"
        raise OptionError(f"{nobody} {name!r}", facts=_known(name, known, inputs))


def of_data(graph: SourceGraph, name: str) -> bool:
    """Whether `name` is that of a size that only the data decides: it begins with its node's."""
    return any(node and name.startswith(f"{node}.") for node in _nodes(graph))


def _dimensions(item: SourceInput) -> Iterator[str]:
    if item.holds is not None:
        yield f"{item.name}.length"
        yield from _dimensions(item.holds)
    for axis, dim in enumerate(item.shape or ()):
        yield f"{item.name}_{axis}"
        if isinstance(dim, str):
            yield dim
            yield from _WORD.findall(dim)


def _nodes(graph: SourceGraph) -> Iterator[str]:
    for node in graph.nodes:
        yield node.name
        for body in node.bodies.values():
            yield from _nodes(body)


def near(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that is most like `name`, whatever the case; None where none is near."""
    lower = {one.lower(): one for one in sorted(known)}
    found = difflib.get_close_matches(name.lower(), lower, 1)
    return lower[found[0]] if found else None


def _known(name: str, known: Collection[str], inputs: Collection[str]) -> tuple[str, ...]:
    meant = near(name, known)
    hint = (f"did you mean {meant!r}?",) if meant else ()
    shown = ", ".join(map(repr, sorted(inputs)[:_MOST_SHOWN])) or "none"
    more = f" and {len(inputs) - _MOST_SHOWN:,} more" if len(inputs) > _MOST_SHOWN else ""
    return (*hint, f"inputs: {shown}{more}")
