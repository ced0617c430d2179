"""What of this machine changes the amounts of a kernel: the runtime's blocks, a core's cache."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.tensor import Tensor
from costlint.costmodel.models.from_graph import model_of
from costlint.costmodel.reader import read
from costlint.measuring.trial import Trial, onnxruntime_module

UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20}
CHANNELS: Final = 4
"""Outputs of the convolution that is asked: the runtime pads them to one block."""
WIDE: Final = 64
OPSET: Final = 17


@cache
def block_channels() -> int:
    """Channels of a block in onnxruntime's layout for convolutions; 1 where it has none.

    The runtime itself is asked: it pads the weights of a small convolution to whole blocks.
    """
    with tempfile.TemporaryDirectory(prefix="costlint-") as folder:
        path = Path(folder) / "optimised.onnx"
        trial = Trial(ort=onnxruntime_module(), data=_convolution(), feeds={}, threads=1)
        trial.session(optimized_model_filepath=str(path))
        graph = read(path).graph
    made = [node for node in graph.nodes if node.op_type == "Conv" and "nchwc" in node.domain]
    if not made:
        return 1
    return graph.parameters[made[0].inputs[1]].shape[0]


def cache_bytes() -> int | None:
    """The largest cache that a core has for itself; None where the system does not say."""
    found = 0
    for index in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"):
        kind, shared, size = (_read(index / name) for name in ("type", "shared_cpu_list", "size"))
        parts = re.fullmatch(r"(\d+)([KM]?)", size)
        if kind != "Instruction" and shared in {"0", ""} and parts is not None:
            found = max(found, int(parts[1]) * UNITS[parts[2]])
    return found or None


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def _convolution() -> bytes:
    x = Tensor(name="x", shape=(1, WIDE, 4, 4), dtype="float32")
    w = Tensor(name="w", shape=(CHANNELS, WIDE, 1, 1), dtype="float32", role="parameter")
    y = Tensor(name="y", shape=(1, CHANNELS, 4, 4), dtype="float32")
    op = Op(
        name="conv",
        domain="",
        op_type="Conv",
        version=OPSET,
        inputs=(x, w),
        outputs=(y,),
        attributes={},
    )
    graph = OpGraph(
        name="probe",
        path=None,
        opsets={"": OPSET},
        inputs=(x,),
        outputs=(y,),
        ops=(op,),
        parameters={},
    )
    data: bytes = model_of(graph).SerializeToString()
    return data
