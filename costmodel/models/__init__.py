"""Models that are written: weights filled in, dimensions bound, saved."""

from __future__ import annotations

from costlint.costmodel.models.files import has_external_data, read_with_weights, write_model
from costlint.costmodel.models.fitting import bind, name_by_output
from costlint.costmodel.models.from_graph import model_of
from costlint.costmodel.models.protos import serialised, whole
from costlint.costmodel.models.weights import with_weights

__all__ = [
    "bind",
    "has_external_data",
    "model_of",
    "name_by_output",
    "read_with_weights",
    "serialised",
    "whole",
    "with_weights",
    "write_model",
]
