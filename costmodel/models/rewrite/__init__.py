"""What can be rewritten without changing the function: decided on the graph, done in the file."""

from __future__ import annotations

from costlint.costmodel.models.rewrite.branches import Branches, branches
from costlint.costmodel.models.rewrite.folds import Fold, folds, moves
from costlint.costmodel.models.rewrite.rows import Row, rows

__all__ = ["Branches", "Fold", "Row", "branches", "folds", "moves", "rows"]
