"""Operators of onnxruntime that have no formula, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LOOP: Final = "its decoder is counted once, op by op: the data says how many tokens it makes"
_BUFFER: Final = "how much it copies stands in its data, of which the buffers' sizes say nothing"

BODIES: Final[Mapping[str, str]] = dict.fromkeys(
    ("BeamSearch", "GreedySearch", "Sampling", "WhisperBeamSearch"), _LOOP
)
"""Operators that hold whole networks as bodies, which are counted in their place."""

UNCOSTED: Final[Mapping[str, str]] = {
    "ConvStateReplay": _BUFFER,
    "DequantizeBFP": "the format of its bytes is a number that the specification leaves open",
    "EPContext": "a network compiled for one device, in a format of its own",
    "GatedDeltaNetStateReplay": _BUFFER,
    "QuantizeBFP": "the format of its bytes is a number that the specification leaves open",
    "Snpe": "a network compiled for one device, in a format of its own",
    "SparseToDenseMatMul": "how many elements of a sparse tensor are stored only the data says",
}
"""Operators of com.microsoft that stay uncosted: listed in every output, never counted as zero."""
