"""Weights of an example: seeded random numbers, or declared and left out."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import onnx

# Where weights that are left out are said to be; the file does not exist.
MISSING_FILE: Final = "weights.bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Makes the float32 parameters of one graph; without `rng` they carry no data."""

    rng: np.random.Generator | None

    def filters(self, name: str, dims: tuple[int, ...]) -> onnx.TensorProto:
        """A filter (out, in, ...): normal, variance 2 / inputs (arXiv 1502.01852, 2.2)."""
        return self._normal(name, dims, mean=0.0, deviation=sqrt(2 / prod(dims[1:])))

    def small(self, name: str, length: int) -> onnx.TensorProto:
        """A vector near zero: biases, running means."""
        return self._normal(name, (length,), mean=0.0, deviation=0.01)

    def near_one(self, name: str, length: int) -> onnx.TensorProto:
        """A positive vector near one: scales, running variances."""
        return self._normal(name, (length,), mean=1.0, deviation=0.01)

    def _normal(
        self, name: str, dims: tuple[int, ...], *, mean: float, deviation: float
    ) -> onnx.TensorProto:
        import onnx

        tensor = onnx.TensorProto(name=name, dims=dims, data_type=onnx.TensorProto.FLOAT)
        if self.rng is None:
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=MISSING_FILE)
            return tensor
        import numpy as np

        numbers = self.rng.standard_normal(dims, dtype=np.float32)
        numbers = numbers * np.float32(deviation) + np.float32(mean)
        tensor.raw_data = numbers.astype("<f4").tobytes()
        return tensor


def random_weights(seed: int) -> Weights:
    """Weights with data, the same for the same seed."""
    import numpy as np

    return Weights(rng=np.random.default_rng(seed))


NO_WEIGHTS: Final = Weights(rng=None)
