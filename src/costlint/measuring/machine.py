"""What of this machine changes the amounts of a kernel: the runtime's blocks, a core's cache."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

from costlint.measuring.trial import Trial

UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20}
CHANNELS: Final = 4
"""Of the convolution that is asked: the runtime pads them to one block."""


@cache
def block_channels() -> int:
    """Channels of a block in onnxruntime's layout for convolutions; 1 where it has none.

    The runtime itself is asked: it pads the weights of a small convolution to whole blocks.
    """
    import onnxruntime

    from costlint.costmodel.reader import read

    with tempfile.TemporaryDirectory(prefix="costlint-") as folder:
        path = Path(folder) / "optimised.onnx"
        trial = Trial(ort=onnxruntime, data=_convolution(), feeds={}, threads=1)
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
    import numpy as np
    import onnx.helper as make
    import onnx.numpy_helper
    from onnx import TensorProto

    shape = (1, 64, CHANNELS, CHANNELS)
    weight = onnx.numpy_helper.from_array(np.ones((CHANNELS, 64, 1, 1), np.float32), "w")
    graph = make.make_graph(
        [make.make_node("Conv", ["x", "w"], ["y"])],
        "probe",
        [make.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [make.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [weight],
    )
    model: Any = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8)
    data: bytes = model.SerializeToString()
    return data
