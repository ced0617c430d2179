"""A model file as plain records, made by the reader: its nodes and inputs, no weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

DeclaredShape: TypeAlias = tuple[int | str | None, ...]
"""Dimensions as the file has them: a number, a name, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInput:
    """An input of a graph; `shape` is None where the file gives no rank or it is no tensor.

    `holds` is what each element of a sequence is, or what an optional may hold.
    """

    name: str
    dtype: str
    shape: DeclaredShape | None
    holds: SourceInput | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceParameter:
    """An initializer or Constant node. `value` (object array) is kept for small tensors only.

    `is_literal` marks a Constant node: a scalar there is a number in the code, not a weight.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    value: Any = field(default=None, compare=False, repr=False)
    is_literal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNode:
    """A node; `bodies` are its sub-graph attributes, an absent optional input is ''.

    `version` is the opset of its domain, as the model or the function around it imports it.
    `written_as` is the operator in the file where a user taught what it is like, else ''.
    """

    name: str
    domain: str
    op_type: str
    version: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    bodies: Mapping[str, SourceGraph] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    written_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGraph:
    """A graph or sub-graph, nodes in the file's order.

    `declared` keeps the file's own shapes of its outputs, and of all tensors where an operator is
    not known or of another domain, for where nothing else is known: files get them wrong, so all
    are inferred anew.
    """

    name: str
    inputs: tuple[SourceInput, ...]
    outputs: tuple[str, ...]
    parameters: Mapping[str, SourceParameter]
    nodes: tuple[SourceNode, ...]
    declared: Mapping[str, SourceInput] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A whole model file. Local functions are already inlined.

    `sha256` is that of the bytes given; '' for a path (see `digest`) and for a ModelProto.
    """

    graph: SourceGraph
    path: str | None
    sha256: str
    opsets: Mapping[str, int]
    ir_version: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
