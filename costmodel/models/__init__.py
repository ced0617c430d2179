"""Models that are written: weights filled in, dimensions bound, saved.

Besides `reader` the only part of `costmodel` that imports onnx.
"""

from __future__ import annotations

from costlint.costmodel.models.fitting import bind, name_by_output
from costlint.costmodel.models.from_graph import model_of
from costlint.costmodel.models.protos import serialised, whole
from costlint.costmodel.models.weights import with_weights

__all__ = ["bind", "model_of", "name_by_output", "serialised", "whole", "with_weights"]
