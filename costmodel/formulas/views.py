"""Operators that no runtime spends time on, each with its reason."""

from __future__ import annotations

from typing import Final

from costlint.costmodel.formulas.registry import free

free("Identity", reason="the same tensor under another name")
RESHAPES: Final = ("Reshape", "Flatten", "Squeeze", "Unsqueeze")
free(*RESHAPES, reason="the same elements in the same order: a view")
free("BitCast", reason="the same bytes under another element type: a view")
free("Dropout", reason="passes its input on at inference, where alone models are costed")
free("Shape", "Size", reason="the shape is known without reading an element")
free("Optional", "OptionalGetElement", reason="the same tensor, marked as one that may be absent")
free("OptionalHasElement", reason="asks whether a tensor is there, reads none")
free("SequenceEmpty", reason="makes a sequence of no tensor")
free("SequenceErase", reason="leaves a tensor out of a sequence, copies none")
free("SequenceLength", reason="the number of tensors is known without reading one")

BODIES: Final = {
    "If": "its dearer branch is counted, op by op",
    "Loop": "its body is counted, op by op, times its trip count",
    "Scan": "its body is counted, op by op, times the length of the scan",
    "SequenceMap": "its body is counted, op by op",
    "Constant": "the reader makes a parameter of it",
}
"""Operators that have neither formula nor reason, because no op of a graph is counted as one."""
