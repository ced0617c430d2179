"""Names as text: a file may hold any bytes there, and protobuf gives what is no UTF-8 as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import onnx


def text(name: str | bytes) -> str:
    r"""`name` itself, or with each byte that is no UTF-8 written as `\xff`, so that two differ."""
    return name if isinstance(name, str) else name.decode("utf-8", "backslashreplace")


def texts(names: Iterable[str | bytes]) -> tuple[str, ...]:
    """Each of `names` as text."""
    return tuple([text(name) for name in names])


def pairs(entries: Iterable[Any]) -> Mapping[str, str]:
    """Entries of a `StringStringEntryProto` list by key."""
    return {text(entry.key): text(entry.value) for entry in entries}


def not_text(graph: onnx.GraphProto) -> bytes | None:
    """A name in `graph` that is no UTF-8, None where all are; such a graph cannot be changed."""
    own: list[Any] = [
        *graph.input,
        *graph.output,
        *graph.initializer,
        *graph.value_info,
        *graph.node,
    ]
    names = [thing.name for thing in own]
    for node in graph.node:
        names += [node.op_type, *node.input, *node.output]
    found = next((name for name in names if isinstance(name, bytes)), None)
    bodies = (a.g for n in graph.node for a in n.attribute if a.HasField("g"))
    return found or next(filter(None, map(not_text, bodies)), None)
