"""onnx's own shape inference, asked for a single node where costlint has no rule of its own.

It is asked node by node, not for the whole model: it then sees the shapes and small values that are
already known here, cannot be misled by what the file declares, and cannot hang on an operator that
costlint has a rule for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.dtypes import ONNX_DTYPES, ONNX_NUMBERS
from costlint.costmodel.shapes import Call, Out, shape_rule_for

if TYPE_CHECKING:
    import onnx

    from costlint.costmodel.ir.source import SourceNode
    from costlint.costmodel.ir.tensor import Tensor

_NAMES_TYPE: Final = frozenset({"to", "dtype", "output_datatype", "output_dtype"})
_SCHEMA_WORDS: Final = {"float": "float32", "double": "float64"}
_KEPT: Final = frozenset({"int64", "int32", "float32", "bool"})


def is_unknown(node: SourceNode) -> bool:
    """Whether neither costlint nor onnx has a rule for the shapes of `node`."""
    return not node.bodies and not _has_rule(node.domain, node.op_type)


@cache
def _has_rule(domain: str, op_type: str) -> bool:
    if shape_rule_for(domain, op_type) is not None:
        return True
    import onnx

    return bool(onnx.defs.has(op_type, domain=domain))


def onnx_shapes(call: Call) -> Sequence[Out | None] | None:
    """Shapes by `onnx.shape_inference.infer_node_outputs`; None for an unknown operator.

    Of an operator with a rule here, which found no shapes, the element types alone.
    """
    import onnx
    from onnx.checker import ValidationError
    from onnx.shape_inference import InferenceError, infer_node_outputs

    if not onnx.defs.has(call.op_type, domain=call.domain, max_inclusive_version=call.version):
        return None
    schema = onnx.defs.get_schema(call.op_type, call.version, call.domain)
    if shape_rule_for(call.domain, call.op_type) is not None:
        return [Out(shape=None, dtype=_dtype(call, schema, k)) for k in range(call.outputs)]
    names = [f"i{k}" if t is not None else "" for k, t in enumerate(call.inputs)]
    present = {n: t for n, t in zip(names, call.inputs, strict=True) if t is not None}
    symbols: dict[str, Dim] = {}
    types = {n: _type(t, symbols) for n, t in present.items()}
    node = onnx.helper.make_node(
        call.op_type, names, [f"o{k}" for k in range(call.outputs)], domain=call.domain
    )
    node.attribute.extend(_attributes(call))
    data = {n: _content(t) for n, t in present.items() if _is_static(t)}
    try:
        found = infer_node_outputs(
            schema,
            node,
            types,
            data,
            opset_imports=[onnx.helper.make_opsetid(call.domain, call.version)],
        )
    except (InferenceError, ValidationError) as error:
        raise call.refuse(str(error).strip().splitlines()[-1]) from error
    return [_out(call, f"o{k}", found.get(f"o{k}"), symbols) for k in range(call.outputs)]


def _dtype(call: Call, schema: onnx.defs.OpSchema, output: int) -> str | None:
    """The element type by the schema: what an attribute names, a fixed one, or that of an input."""
    for key in _NAMES_TYPE & schema.attributes.keys():
        named = call.attributes.get(key, schema.attributes[key].default_value.i)
        if isinstance(named, int) and named in ONNX_DTYPES:
            return ONNX_DTYPES[named]
    formal = schema.outputs[min(output, len(schema.outputs) - 1)]
    for tensor, given in zip(call.inputs, schema.inputs, strict=False):
        if tensor is not None and given.type_str == formal.type_str:
            return tensor.dtype
    if "value" in schema.attributes:
        return getattr(call.attributes.get("value"), "dtype", "float32")
    allowed = [
        c.allowed_type_strs for c in schema.type_constraints if c.type_param_str == formal.type_str
    ]
    only = allowed[0][0] if allowed and len(allowed[0]) == 1 else formal.type_str
    word = only.removeprefix("tensor(").removesuffix(")")
    found = _SCHEMA_WORDS.get(word, word)
    return found if found in ONNX_NUMBERS else None


def _attributes(call: Call) -> list[onnx.AttributeProto]:
    import onnx

    return [
        onnx.helper.make_attribute(key, list(value) if isinstance(value, tuple) else value)
        for key, value in call.attributes.items()
        if isinstance(value, (int, float, str)) or (isinstance(value, tuple) and value)
    ]


def _type(tensor: Tensor, symbols: dict[str, Dim]) -> onnx.TypeProto:
    """The type of `tensor` for onnx; `symbols` keeps what each name of a dimension stands for."""
    import onnx

    number = ONNX_NUMBERS.get(tensor.dtype, 1)
    if tensor.shape is None:
        return onnx.helper.make_tensor_type_proto(number, None)
    dims: list[int | str] = []
    for dim in tensor.shape:
        if type(dim) is int:
            dims.append(dim)
        else:
            symbols[str(dim)] = dim
            dims.append(str(dim))
    return onnx.helper.make_tensor_type_proto(number, dims)


def _is_static(tensor: Tensor) -> bool:
    return (
        tensor.value is not None
        and tensor.dtype in _KEPT
        and all(isinstance(v, (int, float)) for v in tensor.value.reshape(-1))
    )


def _content(tensor: Tensor) -> Any:
    import onnx

    return onnx.numpy_helper.from_array(tensor.value.astype(tensor.dtype))


def _out(call: Call, name: str, found: Any, symbols: dict[str, Dim]) -> Out | None:
    if found is None:
        return None
    if not found.HasField("tensor_type"):
        return Out(shape=None, dtype="sequence")
    tensor = found.tensor_type
    dtype = ONNX_DTYPES.get(tensor.elem_type)
    if not tensor.HasField("shape"):
        return Out(shape=None, dtype=dtype)
    dims = [
        d.dim_value
        if d.HasField("dim_value")
        else symbols.get(d.dim_param) or call.unknown(f"{name}_{axis}", None)
        for axis, d in enumerate(tensor.shape.dim)
    ]
    return Out(shape=tuple(dims), dtype=dtype)
