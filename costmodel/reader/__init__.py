"""ONNX files become `Source` records here; only this room and `models` import onnx."""

from __future__ import annotations

from costlint.costmodel.ir.source import Source
from costlint.costmodel.reader.intake import Model, take_in
from costlint.costmodel.reader.records import source

__all__ = ["Model", "read"]


def read(model: Model) -> Source:
    """Any ONNX model as records, without its weights.

    Raises:
        ModelError: see `take_in` and `source`.
    """
    return source(take_in(model))
