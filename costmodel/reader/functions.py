"""Model-local functions, replaced by their bodies: https://onnx.ai/onnx/repo-docs/IR.html#functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.source import SourceGraph, SourceInput, SourceNode
from costlint.costmodel.reader.names import text, texts

if TYPE_CHECKING:
    import onnx

MAX_NODES: Final = 500_000
"""Nodes that all calls together may become: real models stay below 100,000."""

MAX_DEPTH: Final = 100

Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AttributeRef:
    """An attribute inside a function whose value is the caller's attribute of that name."""

    name: str


class Functions:
    """The functions that a model defines, each parsed when it is first called.

    It counts the nodes that calls became, because nested calls can grow without end. `declared` are
    the shapes that the functions state, by the names that their tensors have in the model.
    """

    def __init__(
        self,
        protos: Iterable[onnx.FunctionProto],
        opsets: Mapping[str, int],
        *,
        read_node: Callable[..., SourceNode],
        read_attribute: Callable[[onnx.AttributeProto], Any],
        read_value: Callable[[onnx.ValueInfoProto], SourceInput],
    ) -> None:
        self._protos = {_key(*texts((p.domain, p.name, p.overload))): p for p in protos}
        self._opsets = opsets
        self._read_node = read_node
        self._read_attribute = read_attribute
        self._read_value = read_value
        self.declared: dict[str, SourceInput] = {}
        self._templates: dict[Key, tuple[SourceNode, ...]] = {}
        self._open: list[Key] = []
        self._made = 0

    def inlined(self, node: SourceNode, overload: str = "") -> Iterator[SourceNode]:
        """`node` itself, or what the function that it calls becomes.

        Raises:
            ModelError: a function calls itself, or the calls become more than `MAX_NODES` nodes.
        """
        key = _key(node.domain, node.op_type, overload)
        if key not in self._protos:
            yield node
            return
        if key in self._open or len(self._open) > MAX_DEPTH:
            raise ModelError(
                f"the local function {'::'.join(key)} calls itself",
                facts=(" -> ".join(name for _, name in self._open[-5:]),),
            )
        self._open.append(key)
        yield from self._instance(node, self._protos[key], self._template(key))
        self._open.pop()

    def _template(self, key: Key) -> tuple[SourceNode, ...]:
        if key not in self._templates:
            proto = self._protos[key]
            opsets = {
                **self._opsets,
                **{domain_of(text(o.domain)): o.version for o in proto.opset_import},
            }
            self._templates[key] = tuple(
                self._read_node(node, index, opsets, self) for index, node in enumerate(proto.node)
            )
        return self._templates[key]

    def _instance(
        self, call: SourceNode, proto: onnx.FunctionProto, template: tuple[SourceNode, ...]
    ) -> Iterator[SourceNode]:
        """The template's nodes with the caller's tensors and attributes in place of its own."""
        prefix = f"{next((o for o in call.outputs if o), call.name)}/"
        names = dict(
            zip(texts(proto.input), (*call.inputs, *[""] * len(proto.input)), strict=False)
        )
        names |= {p: c for p, c in zip(texts(proto.output), call.outputs, strict=False) if c}
        defaults = {text(a.name): self._read_attribute(a) for a in proto.attribute_proto}
        renaming = _Renaming(names, prefix, {**defaults, **call.attributes}, call.name)
        for value in proto.value_info:
            name = renaming.tensor(text(value.name))
            self.declared[name] = replace(self._read_value(value), name=name)
        for node, node_proto in zip(template, proto.node, strict=True):
            self._made += 1
            if self._made > MAX_NODES:
                raise ModelError(
                    "the model's local functions expand to too many nodes",
                    facts=(f"more than {MAX_NODES} nodes, in {len(self._protos)} functions",),
                )
            yield from self.inlined(renaming.node(node), text(node_proto.overload))


@dataclass(frozen=True, slots=True)
class _Renaming:
    names: Mapping[str, str]
    prefix: str
    attributes: Mapping[str, Any]
    scope: str

    def tensor(self, name: str) -> str:
        return self.names.get(name, self.prefix + name) if name else ""

    def node(self, node: SourceNode) -> SourceNode:
        attributes = {k: self.attribute(v) for k, v in node.attributes.items()}
        return replace(
            node,
            name=f"{self.scope}/{node.name}",
            inputs=tuple(map(self.tensor, node.inputs)),
            outputs=tuple(map(self.tensor, node.outputs)),
            attributes={k: v for k, v in attributes.items() if v is not None},
            bodies={k: self.graph(g) for k, g in node.bodies.items()},
        )

    def attribute(self, value: Any) -> Any:
        return self.attributes.get(value.name) if isinstance(value, AttributeRef) else value

    def graph(self, graph: SourceGraph) -> SourceGraph:
        return replace(
            graph,
            inputs=tuple(replace(i, name=self.tensor(i.name)) for i in graph.inputs),
            outputs=tuple(map(self.tensor, graph.outputs)),
            parameters={
                self.tensor(k): replace(p, name=self.tensor(k)) for k, p in graph.parameters.items()
            },
            nodes=tuple(map(self.node, graph.nodes)),
            declared={self.tensor(k): d for k, d in graph.declared.items()},
        )


def domain_of(name: str) -> str:
    """The domain with the two spellings of the standard one made equal."""
    return "" if name == "ai.onnx" else name


def _key(domain: str, name: str, overload: str) -> Key:
    return domain_of(domain), f"{name}:{overload}" if overload else name
