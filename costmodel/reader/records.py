"""From a ModelProto to `Source` records: plain Python, no weights, local functions inlined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from costlint.costmodel.ir.dtypes import ONNX_DTYPES
from costlint.costmodel.ir.errors import ModelError
from costlint.costmodel.ir.scopes import with_unique_names
from costlint.costmodel.ir.source import (
    DeclaredShape,
    Source,
    SourceGraph,
    SourceInput,
    SourceNode,
    SourceParameter,
)
from costlint.costmodel.reader.fallback import is_unknown
from costlint.costmodel.reader.functions import AttributeRef, Functions, domain_of
from costlint.costmodel.reader.names import pairs, text, texts
from costlint.costmodel.reader.required import refuse_absent
from costlint.costmodel.reader.tensors import MAX_RANK, literal, parameter

if TYPE_CHECKING:
    import onnx

    from costlint.costmodel.reader.intake import Intake

_STANDARD: Final = frozenset({"", "com.microsoft", "ai.onnx.ml"})
_CONTAINERS: Final = {
    "sequence_type": "sequence", "map_type": "sequence", "optional_type": "optional"
}  # fmt: skip
MAX_INPUTS: Final = 100_000
"""Of a graph, besides those that parameters are the defaults of."""
MAX_NESTED: Final = 4
"""Types within types: runtimes know none that is deeper than an optional sequence of tensors."""


def source(intake: Intake) -> Source:
    """The model as records.

    Raises:
        ModelError: it imports an unknown opset, its functions recurse or explode, or a node lacks
        an input.
    """
    proto = intake.proto
    opsets, notes = _opsets(proto)
    functions = Functions(
        proto.functions, opsets, read_node=_node, read_attribute=_attribute, read_value=_input
    )
    return Source(
        graph=with_unique_names(_graph(proto.graph, opsets, functions)),
        path=intake.path,
        sha256=intake.sha256,
        opsets=opsets,
        ir_version=proto.ir_version,
        metadata=pairs(proto.metadata_props),
        notes=notes,
    )


def _opsets(proto: onnx.ModelProto) -> tuple[dict[str, int], tuple[str, ...]]:
    import onnx

    newest = onnx.defs.onnx_opset_version()
    opsets = {domain_of(text(o.domain)): o.version for o in proto.opset_import}
    if "" not in opsets:
        opsets[""] = newest
        return opsets, (f"the file names no opset: read as opset {newest}",)
    if not 1 <= opsets[""] <= newest:
        raise ModelError(
            f"the model uses opset {opsets['']}",
            facts=(f"onnx {onnx.__version__} knows opsets 1 to {newest}",),
            fix="pip install --upgrade onnx costlint",
        )
    return opsets, ()


def _graph(
    proto: onnx.GraphProto,
    opsets: Mapping[str, int],
    functions: Functions,
    *,
    is_body: bool = False,
) -> SourceGraph:
    if len(proto.input) - len(proto.initializer) > MAX_INPUTS:
        raise ModelError(
            f"a graph has {len(proto.input)} inputs", facts=(f"at most {MAX_INPUTS} are read",)
        )
    stored = map(parameter, proto.initializer)
    parameters = {found.name: found for found in stored}
    for sparse in proto.sparse_initializer:
        name = text(sparse.values.name)
        parameters[name] = SourceParameter(
            name=name,
            dtype=ONNX_DTYPES.get(sparse.values.data_type, "unknown"),
            shape=tuple(sparse.dims),
        )
    nodes: list[SourceNode] = []
    states = is_body  # tensors whose shape the file's own word may have to say
    for index, proto_node in enumerate(proto.node):
        called = _node(proto_node, index, opsets, functions)
        for node in functions.inlined(called, text(proto_node.overload)):
            found = literal(node) if node.op_type == "Constant" else None
            if found is not None:
                parameters[found.name] = found
                continue
            refuse_absent(node)
            nodes.append(node)
            states = states or node.domain not in _STANDARD or is_unknown(node)
    inputs = tuple(_input(i, least=0) for i in proto.input if text(i.name) not in parameters)
    declared = proto.value_info if states else ()
    return SourceGraph(
        name=text(proto.name),
        inputs=inputs,
        outputs=texts([o.name for o in proto.output]),
        parameters=parameters,
        nodes=tuple(nodes),
        declared={
            **{text(v.name): _input(v) for v in (*declared, *proto.output)},
            **(functions.declared if states and not is_body else {}),
        },
    )


def _node(
    proto: onnx.NodeProto, index: int, opsets: Mapping[str, int], functions: Functions
) -> SourceNode:
    domain, op_type = domain_of(text(proto.domain)), text(proto.op_type)
    attributes: dict[str, Any] = {}
    bodies: dict[str, SourceGraph] = {}
    for attribute in proto.attribute:
        if attribute.type == 5:
            name = text(attribute.name)
            bodies[name] = _graph(attribute.g, opsets, functions, is_body=True)
        else:
            attributes[text(attribute.name)] = _attribute(attribute)
    metadata = proto.metadata_props
    return SourceNode(
        name=text(proto.name) or f"{op_type}_{index}",
        domain=domain,
        op_type=op_type,
        version=opsets.get(domain, 1),
        inputs=texts(proto.input),
        outputs=texts(proto.output),
        attributes=attributes,
        bodies=bodies,
        metadata=pairs(metadata) if metadata else {},
    )


def _attribute(proto: onnx.AttributeProto) -> Any:
    """The attribute as int, float, str, tuple of these, SourceParameter or AttributeRef."""
    if proto.ref_attr_name:
        return AttributeRef(text(proto.ref_attr_name))
    read = _CONTENT.get(proto.type)
    return None if read is None else read(proto)


# AttributeProto.AttributeType -> its content. Sub-graphs are read by `_node`.
_CONTENT: Final[Mapping[int, Callable[[onnx.AttributeProto], Any]]] = {
    1: lambda proto: proto.f,
    2: lambda proto: proto.i,
    3: lambda proto: proto.s.decode("utf-8", "replace"),
    4: lambda proto: parameter(proto.t),
    6: lambda proto: tuple(proto.floats),
    7: lambda proto: tuple(proto.ints),
    8: lambda proto: tuple(s.decode("utf-8", "replace") for s in proto.strings),
    13: lambda proto: _of_type("", proto.tp, 1),
}


def _input(proto: onnx.ValueInfoProto, *, least: int = 1) -> SourceInput:
    return _of_type(text(proto.name), proto.type, least)


def _of_type(name: str, proto: onnx.TypeProto, least: int, depth: int = 0) -> SourceInput:
    """A value of that type: a tensor, a sequence or an optional; a map counts as a sequence."""
    kind = proto.WhichOneof("value")
    if kind != "tensor_type":
        dtype = _CONTAINERS.get(kind, "unknown")
        if kind not in ("sequence_type", "optional_type") or depth > MAX_NESTED:
            return SourceInput(name=name, dtype=dtype, shape=None)
        held = _of_type(name, getattr(proto, kind).elem_type, 1, depth + 1)
        return SourceInput(name=name, dtype=dtype, shape=None, holds=held)
    tensor = proto.tensor_type
    shape: DeclaredShape | None = None
    if tensor.HasField("shape"):
        if len(tensor.shape.dim) > MAX_RANK:
            raise ModelError(f"{name!r} has {len(tensor.shape.dim)} dimensions")
        shape = tuple(_dimension(d, least) for d in tensor.shape.dim)
    dtype = ONNX_DTYPES.get(tensor.elem_type, "unknown")
    return SourceInput(name=name, dtype=dtype, shape=shape)


def _dimension(proto: onnx.TensorShapeProto.Dimension, least: int) -> int | str | None:
    """A number, a name, or None: exporters write -1, 0 and `?` for what they do not know.

    Of an input a 0 is kept: beside other sizes it is one (see `inference.declared`).
    """
    name = text(proto.dim_param)
    if name.strip("?"):
        return name
    stated = proto.HasField("dim_value") and proto.dim_value >= least
    return proto.dim_value if stated else None
