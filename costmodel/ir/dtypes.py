"""Element types of tensors and how many bits each takes, as stored."""

from __future__ import annotations

from typing import Final

from costlint.costmodel.ir.dims import Dim, ceil_div

# ONNX TensorProto.DataType numbers; https://onnx.ai/onnx/repo-docs/IR.html#tensor-element-types
ONNX_DTYPES: Final[dict[int, str]] = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    8: "string",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
    14: "complex64",
    15: "complex128",
    16: "bfloat16",
    17: "float8e4m3fn",
    18: "float8e4m3fnuz",
    19: "float8e5m2",
    20: "float8e5m2fnuz",
    21: "uint4",
    22: "int4",
    23: "float4e2m1",
    24: "float8e8m0",
    25: "uint2",
    26: "int2",
}

ONNX_NUMBERS: Final[dict[str, int]] = {name: number for number, name in ONNX_DTYPES.items()}

BITS: Final[dict[str, int]] = {
    "bool": 8,
    "string": 0,  # strings have no fixed size; they carry no numeric traffic
    "complex64": 64,
    "complex128": 128,
    "bfloat16": 16,
    "float8e4m3fn": 8,
    "float8e4m3fnuz": 8,
    "float8e5m2": 8,
    "float8e5m2fnuz": 8,
    "float8e8m0": 8,
    "float4e2m1": 4,
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
