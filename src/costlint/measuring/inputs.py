"""Random inputs that a model accepts: numbers, and indices within their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from costlint.costmodel.ir.dtypes import is_float
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.models.usage import Usage

if TYPE_CHECKING:
    import numpy as np

# The types whose names differ from those of ml_dtypes.
_ELSEWHERE: Final = {
    "float8e4m3fn": "float8_e4m3fn",
    "float8e4m3fnuz": "float8_e4m3fnuz",
    "float8e5m2": "float8_e5m2",
    "float8e5m2fnuz": "float8_e5m2fnuz",
    "float8e8m0": "float8_e8m0fnu",
    "float4e2m1": "float4_e2m1fn",
}


def random_inputs(graph: OpGraph, *, seed: int = 0) -> dict[str, np.ndarray]:
    """An array for each input of `graph`, the same for the same seed.

    What the user gave is taken. Floats are normal, 8-bit numbers use their whole range, indices
    stay within the smallest table that they select from; other integers and booleans are one
    (masks, lengths).

    Raises:
        OptionError: an input is no tensor, or has no known shape.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    usage = None if graph.source is None else Usage(source=graph.source)
    found = {}
    for tensor in graph.inputs:
        if tensor.value is not None:
            found[tensor.name] = np.asarray(tensor.value.tolist(), dtype=_numpy_or_text(tensor))
            continue
        limit = None if usage is None else usage.index_limit(tensor.name)
        found[tensor.name] = _array(tensor, limit, generator)
    return found


def _array(tensor: Tensor, limit: int | None, generator: np.random.Generator) -> Any:
    import numpy as np

    if tensor.shape is None:
        raise OptionError(
            f"input {tensor.name!r} cannot be made up: its shape is not known",
            fix=f"--shape {tensor.name}=1x3x224x224",
        )
    dtype = tensor.dtype
    if is_float(dtype):
        return generator.standard_normal(tensor.shape, dtype=np.float32).astype(_numpy(dtype))
    if dtype in ("uint8", "int8"):
        low = 0 if dtype == "uint8" else -128
        return generator.integers(low, low + 256, tensor.shape).astype(dtype)
    if dtype == "string":
        return np.full(tensor.shape, "a", dtype=object)
    if limit is not None:
        return generator.integers(0, max(1, limit), tensor.shape).astype(_numpy(dtype))
    return np.ones(tensor.shape, dtype=_numpy(dtype))


def _numpy_or_text(tensor: Tensor) -> Any:
    return object if tensor.dtype == "string" else _numpy(tensor.dtype)


def _numpy(dtype: str) -> Any:
    """The numpy type of that name; those that numpy lacks come with onnx."""
    import numpy as np

    try:
        return np.dtype(dtype)
    except TypeError:
        import ml_dtypes  # type: ignore[import-untyped, unused-ignore]

        return np.dtype(getattr(ml_dtypes, _ELSEWHERE.get(dtype, dtype)))
