"""Sizes and contents by name over several models: a name binds where a model has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from costlint.costmodel.ir.errors import ModelError
from costlint.settings.options import Options

if TYPE_CHECKING:
    from costlint.costmodel.ir.source import SourceGraph


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
        from costlint.costmodel.inference.names import refuse_in_none

        refuse_in_none(given, _graphs(paths), several=len(paths) > 1)


def _graphs(paths: Iterable[str]) -> Iterator[SourceGraph]:
    from costlint.costmodel.reader import read

    for path in paths:
        with suppress(ModelError):  # it is told where the model's turn comes
            yield read(path).graph
