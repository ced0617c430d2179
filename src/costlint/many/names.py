"""Sizes and contents by name over several models: a name binds where a model has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from costlint.costmodel.ir.errors import ModelError, OptionError
from costlint.settings.options import Options

if TYPE_CHECKING:
    from costlint.costmodel.ir.source import SourceGraph

_MOST_SHOWN = 12


def for_model(path: str, options: Options) -> Options:
    """`options` with those sizes and contents that the model at `path` has a name for.

    Standard input can be read only once, so all are for it.
    """
    if path == "-" or not (options.shapes or options.values):
        return options
    from costlint.costmodel.inference.names import fitting
    from costlint.costmodel.reader import read

    graph = read(path).graph
    inputs = {item.name for item in graph.inputs}
    values = {name: value for name, value in options.values.items() if name in inputs}
    return replace(options, shapes=fitting(graph, options.shapes), values=values)


def of_inputs(
    shapes: Mapping[str, object] | None, values: Mapping[str, object] | None
) -> Mapping[str, object]:
    """What must fit a model: sizes as they are, contents as something that only an input has."""
    return {**dict.fromkeys(values or {}, ()), **(shapes or {})}


def refuse_unknown(given: Mapping[str, object], paths: Sequence[str]) -> None:
    """Refuse sizes that were given on the command line and fit none of the models at `paths`.

    As few models are read as it takes to find all names.

    Raises:
        OptionError: no model has an input or a dimension of a name; it says which are near.
    """
    if given and "-" not in paths:
        refuse_in_none(given, _graphs(paths), several=len(paths) > 1)


def refuse_in_none(
    given: Mapping[str, object], graphs: Iterable[SourceGraph], *, several: bool
) -> None:
    """The same of models that are read already, or are as they are needed.

    Raises:
        OptionError: see `refuse_unknown`.
    """
    from costlint.costmodel.inference.names import fitting, names

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


def _graphs(paths: Iterable[str]) -> Iterator[SourceGraph]:
    from costlint.costmodel.reader import read

    for path in paths:
        with suppress(ModelError):  # it is told where the model's turn comes
            yield read(path).graph


def _known(name: str, known: Collection[str], inputs: Collection[str]) -> tuple[str, ...]:
    from costlint.costmodel.inference.names import near

    meant = near(name, known)
    hint = (f"did you mean {meant!r}?",) if meant else ()
    shown = ", ".join(map(repr, sorted(inputs)[:_MOST_SHOWN])) or "none"
    more = f" and {len(inputs) - _MOST_SHOWN:,} more" if len(inputs) > _MOST_SHOWN else ""
    return (*hint, f"inputs: {shown}{more}")
