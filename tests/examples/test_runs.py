"""Examples with weights run in onnxruntime, and nothing overflows."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

import costlint

onnxruntime = pytest.importorskip("onnxruntime")

# One of each family, as small as the family goes.
RUN = (
    ("shufflenet_v2_0.5x", 64),
    ("shufflenet_v2_0.5x_se", 64),
    ("shufflenet_v2_0.5x_residual", 65),
    ("shufflenet_v1_0.25x_g1", 64),
    ("shufflenet_v1_0.5x_g3", 65),
    ("mobilenet_v2_0.15", 64),
    ("mobilenet_v1_0.25", 65),
    ("xception_0.5x", 64),
    ("densenet_0.5x", 65),
    ("igcv2_0.25", 64),
    ("igcv3_d_0.7", 65),
    ("condensenet_g8", 64),
    ("nasnet_a_4_1056", 64),
    ("pnasnet_5", 65),
    ("se_resnet_50", 64),
    ("inception_v3_block", 9),
    ("paper_table1_gpu_1to12_x1", 8),
    ("paper_table2_arm_g8_x1", 8),
    ("paper_table3_arm_4parallel_x1", 8),
    ("paper_table4_gpu_relu_shortcut_x1", 8),
    ("kernel_conv3x3_g4_c64", 8),
    ("kernel_add_c64", 8),
    ("kernel_matmul_c64", None),
)


@pytest.mark.parametrize(("name", "size"), RUN)
def test_runs(name, size):
    model = costlint.example(name, size=size)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    rng = np.random.default_rng(0)
    feeds = {
        given.name: rng.standard_normal((2, *given.shape[1:]), dtype=np.float32)
        for given in session.get_inputs()
    }
    (result,) = session.run(None, feeds)
    assert result.shape == (2, *session.get_outputs()[0].shape[1:])
    assert np.isfinite(result).all()
    assert result.std() > 0
