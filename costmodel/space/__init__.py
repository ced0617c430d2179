"""Design spaces: a graph as a function of its free widths, resolution and batch."""

from __future__ import annotations

from costlint.costmodel.space.parametrize import parametrize
from costlint.costmodel.space.space import Space
from costlint.costmodel.space.variable import Variable

__all__ = ["Space", "Variable", "parametrize"]
