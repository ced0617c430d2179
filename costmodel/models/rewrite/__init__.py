"""Model files changed with their weights, and graphs that exist only as an edit made to run."""

from __future__ import annotations

from costlint.costmodel.models.rewrite.files import (
    has_external_data,
    read_with_weights,
    write_model,
)
from costlint.costmodel.models.rewrite.fold import FoldResult, fold
from costlint.costmodel.models.rewrite.model import to_model

__all__ = [
    "FoldResult",
    "fold",
    "has_external_data",
    "read_with_weights",
    "to_model",
    "write_model",
]
