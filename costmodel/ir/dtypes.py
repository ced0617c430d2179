"""Element types of tensors and how many bits each takes, as stored."""

from __future__ import annotations

from typing import Final

from costlint.costmodel.ir.dims import Dim, ceil_div

# ONNX TensorProto.DataType numbers; https://onnx.ai/onnx/repo-docs/IR.html#tensor-element-types
ONNX_DTYPES: Final = dict(
    enumerate(
        ("float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool",
         "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16",
         "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4",
         "float4e2m1", "float8e8m0", "uint2", "int2", "float6e2m3", "float6e3m2"), start=1,
    )
)  # fmt: skip

ONNX_NUMBERS: Final[dict[str, int]] = {name: number for number, name in ONNX_DTYPES.items()}

BITS: Final[dict[str, int]] = {
    "bool": 8,
    "string": 0,  # strings have no fixed size; they carry no numeric traffic
    "complex64": 64,
    "complex128": 128,
    "bfloat16": 16,
    **{name: 8 for name in ONNX_NUMBERS if name.startswith("float8")},
    "float4e2m1": 4,
    **{name: 6 for name in ONNX_NUMBERS if name.startswith("float6e")},
    **{f"{sign}int{bits}": bits for sign in ("", "u") for bits in (2, 4, 8, 16, 32, 64)},
    **{f"float{bits}": bits for bits in (16, 32, 64)},
}


def size_bytes(elements: Dim, dtype: str) -> Dim:
    """Bytes of `elements` packed elements; sub-byte types share bytes, the last one is padded."""
    bits = BITS.get(dtype, 0)
    return elements * (bits // 8) if bits % 8 == 0 else ceil_div(elements * bits, 8)


def is_float(dtype: str) -> bool:
    """Whether `dtype` is a real floating type of any width."""
    return dtype.startswith(("float", "bfloat"))


def is_packed(dtype: str | None) -> bool:
    """Whether elements of `dtype` share bytes."""
    return dtype is not None and 0 < BITS.get(dtype, 0) < 8
