"""How often equal blocks follow each other, as a variable."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from costlint.costmodel.estimate import estimate
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.load import load
from costlint.costmodel.space import parametrize
from costlint.costmodel.space.runs import runs_of
from costlint.examples import example
from tests.analyzers.examples import weighted
from tests.costmodel.space.test_compile import DEVICES, held

BLOCK = """[stage__{n}__up] a{n} = Conv(s{m}, u{n})  r{n} = Relu(a{n})
  [stage__{n}__down] b{n} = Conv(r{n}, d{n})  [stage__{n}__add] s{n} = Add(s{m}, b{n})"""
FREE = ("widths", "resolution", "batch", "depth")
NETWORKS = ("mobilenet_v2_0.5", "shufflenet_v1_0.5x_g3", "resnet_50", "igcv3_d_1.0")
SAMPLED = {
    "phone-graphs.zip": ("mobilenetv3_large_w1.onnx",),
    "gpu-graphs.zip": (
        "coatnet_rmlp_0_rw_224__224.onnx",  # its first block owns a table that the others share
        "resnetv2_50x1_bit__224.onnx",
        "davit_tiny__224.onnx",
        "regnety_008__224.onnx",
    ),
}


def stacked(count, widths=(32,), last=""):
    """`count` residual blocks of 16 channels, 1x1, their inner widths in turn from `widths`."""
    inner = [widths[n % len(widths)] for n in range(count)]
    weights = ", ".join(
        f"float[{w}, 16, 1, 1] u{n + 1}, float[16, {w}, 1, 1] d{n + 1}" for n, w in enumerate(inner)
    )
    blocks = "\n".join(BLOCK.format(n=n, m=n - 1) for n in range(1, count + 1))
    return f"""g (float[N, 3, 8, 8] x, float[16, 3, 1, 1] w, {weights}, float[10, 16] f)
  => (float[N, 10] y)
{{ [stem__conv] s0 = Conv(x, w) {blocks} {last} p = GlobalAveragePool(s{count})
  q = Flatten(p)  [head__fc] y = Gemm<transB = 1>(q, f) }}"""


def space_of(text, free=FREE):
    return parametrize(load(weighted(text)), free=free)


def test_blocks_in_a_row_are_a_variable_named_by_their_scope():
    space = space_of(stacked(3))
    assert space.current["stage.depth"] == 3
    assert space.bounds["stage.depth"] == (1, 6, 1)
    assert space.details["stage.depth"].kind == "depth"


def test_widths_of_the_blocks_change_together():
    space = space_of(stacked(3))
    assert space.details["stage.1.width"].groups == (
        "stage.1.width", "stage.2.width", "stage.3.width"
    )  # fmt: skip
    assert "stage.2.width" not in space.variables
    assert "stage.2.width" in space_of(stacked(3), ("widths",)).variables


def test_counts_are_expressions_in_the_depth():
    space = space_of(stacked(3))
    depth, outer, inner = (space.symbols[n] for n in ("stage.depth", "stem.width", "stage.1.width"))
    block = 2 * outer * inner
    assert sympy.expand(space.parameters - (13 * outer + depth * block)) == 0
    side = 8 * 8 * space.symbols["batch"]
    fixed = space.macs.subs({space.symbols[n]: 8 for n in ("input.height", "input.width")})
    stem_and_head = side * 3 * outer + space.symbols["batch"] * 10 * outer
    assert sympy.expand(fixed - (stem_and_head + side * depth * block)) == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_a_bound_graph_has_so_many_blocks(depth):
    space = space_of(stacked(3))
    found = space.bind({"stage.depth": depth})
    assert [op.op_type for op in found.ops].count("Add") == depth
    assert estimate(found, DEVICES[0]).macs == 64 * (3 * 16 + depth * 2 * 16 * 32) + 160
    assert found.ops[-4].y.name == "s3"  # what follows reads the same tensor


@pytest.mark.parametrize("name", NETWORKS)
def test_arrays_give_what_estimate_gives(name):
    space = parametrize(example(name, weights=False), free=FREE)
    assert any(v.kind == "depth" for v in space.details.values())
    for seed, device in enumerate(DEVICES):
        held(space, device, seed)


@pytest.mark.parametrize(("archive", "name"), [(a, n) for a, ns in SAMPLED.items() for n in ns])
def test_arrays_give_what_estimate_gives_for_real_networks(archive, name, corpus_graph):
    space = parametrize(corpus_graph(archive, name), free=FREE)
    depths = [n for n, v in space.details.items() if v.kind == "depth"]
    assert depths
    for seed, device in enumerate(DEVICES):
        held(space, device, seed)
    one = estimate(space.bind(dict.fromkeys(depths, 1)), DEVICES[2])
    found = space.compile(DEVICES[2])(dict.fromkeys(depths, 1))
    assert found.latency_s[0] == pytest.approx(one.latency_s, rel=1e-9)
    assert found.parameters[0] == one.parameters


def test_less_than_one_block_is_masked_and_refused():
    space = space_of(stacked(2))
    found = space.compile(DEVICES[0])({"stage.depth": np.array([0, 1, 2])})
    assert found.valid.tolist() == [False, True, True]
    with pytest.raises(OptionError, match=r"stage\.depth=0"):
        space.bind({"stage.depth": 0})


def test_each_further_block_costs_the_same():
    space = space_of(stacked(3))
    ms = space.compile(DEVICES[1])({"stage.depth": np.arange(1, 7)}).latency_s
    assert np.diff(ms) == pytest.approx(space.sensitivity(DEVICES[1])["stage.depth"])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (stacked(1), []),
        (stacked(4, (32, 48)), ["stage.depth"]),  # two blocks of two
        (stacked(2, (32, 48)), []),
    ],
)
def test_only_equal_blocks_are_a_run(text, names):
    graph = load(weighted(text))
    assert [run.name for run in runs_of(graph)] == names


def test_a_graph_without_a_run_says_so():
    space = space_of(stacked(1))
    assert space.frozen["depth"] == "no block of this graph follows on one that is equal to it"
    with pytest.raises(OptionError, match="no depth of this graph is free"):
        space.optimize(DEVICES[0], free="depth")


def test_weights_that_the_blocks_share_stay_shared():
    text = stacked(3).replace("u2", "u1").replace("float[32, 16, 1, 1] u1, ", "", 1)
    space = space_of(text)
    assert space.bounds["stage.depth"] == (1, 4, 1)  # the third block has weights of its own
    for depth in (1, 2, 4):
        found = space.compile(DEVICES[0])({"stage.depth": depth})
        one = estimate(space.bind({"stage.depth": depth}), DEVICES[0])
        assert found.parameters[0] == one.parameters == 160 + 48 + 1024 + 512 * (depth + 1)


def test_depth_is_searched_with_the_widths():
    space = parametrize(example("mobilenet_v2_0.5", weights=False), free=("widths", "depth"))
    best = space.optimize(DEVICES[1], free=("widths", "depth"), time_limit_s=60.0)
    assert set(best.names) == set(space.variables)
    assert best.after.latency_s < best.before.latency_s
    assert best.after.macs >= best.before.macs


def test_a_deeper_model_runs():
    ort = pytest.importorskip("onnxruntime")
    space = parametrize(example("shufflenet_v1_0.5x_g3", weights=False), free=FREE)
    model = space.model({"stage3.depth": 9, "stage2.depth": 1, "batch": 1})
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    (found,) = session.run(None, {given.name: np.ones(given.shape, np.float32)})
    assert found.shape == (1, 1000)
    assert np.isfinite(found).all()
