from collections.abc import Mapping
from dataclasses import replace

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import CostlintError
from costlint.costmodel.runtimes.fusion import RULE_SETS, fusion_rules
from costlint.costmodel.runtimes.kernels import Kernel, kernels
from tests.models import model

BLOCK = """
g (float[1, 8, 6, 6] x, float[8, 8, 3, 3] w, float[8] s, float[8] b, float[8] m, float[8] v)
  => (float[1, 8, 6, 6] out)
{
  c = Conv<pads = [1, 1, 1, 1]>(x, w)
  n = BatchNormalization(c, s, b, m, v)
  r = Relu(n)
  out = Add(r, x)
}
"""
WEIGHTS = {"w": (8, 8, 3, 3), "s": (8,), "b": (8,), "m": (8,), "v": (8,)}
GELU = """
g (float[2, 4] x) => (float[2, 4] out)
{
  two = Constant<value = float {1.4}>()
  one = Constant<value = float {1.0}>()
  half = Constant<value = float {0.5}>()
  a = Div(x, two)
  e = Erf(a)
  p = Add(e, one)
  q = Mul(x, p)
  out = Mul(q, half)
}
"""
ATTENTION = """
g (float[1, 2, 5, 4] q, float[1, 2, 4, 5] k, float[1, 2, 5, 4] v) => (float[1, 2, 5, 4] out)
{
  s = MatMul(q, k)
  p = Softmax(s)
  out = MatMul(p, v)
}
"""


SCALED = ATTENTION.replace(
    "s = MatMul(q, k)",
    "f = Constant<value = float {0.5}>() a = Mul(q, f) s = MatMul(a, k)",
)
GELU_TANH = """
g (float[2, 4] x) => (float[2, 4] out)
{
  a = Constant<value = float {0.044715}>()
  b = Constant<value = float {0.797885}>()
  one = Constant<value = float {1.0}>()
  half = Constant<value = float {0.5}>()
  square = Mul(x, x)
  cube = Mul(x, square)
  scaled = Mul(a, cube)
  sum = Add(x, scaled)
  inner = Mul(b, sum)
  t = Tanh(inner)
  p = Add(one, t)
  q = Mul(x, p)
  out = Mul(half, q)
}
"""


def made(
    text: str, rules: str, weights: Mapping[str, tuple[int, ...]] | None = None
) -> tuple[Kernel, ...]:
    parameters = set(weights or {})
    head, _, rest = text.partition(")")
    kept = [part for part in head.split("(", 1)[1].split("float") if part.strip()]
    inputs = ", ".join(
        f"float{p.strip(' ,')}" for p in kept if p.split("]")[1].strip(" ,") not in parameters
    )
    counts = count(model(f"g ({inputs}){rest}", weights=weights))
    return kernels(counts.ops, counts.graph.outputs, fusion_rules(rules))


def shown(found: tuple[Kernel, ...]) -> list[str]:
    return ["+".join(row.op.op_type for row in kernel.ops) for kernel in found]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("none", ["Conv", "BatchNormalization", "Relu", "Add"]),
        ("onnxruntime", ["Conv+BatchNormalization+Relu", "Add"]),
        ("ncnn", ["Conv+BatchNormalization+Relu", "Add"]),
        ("tflite", ["Conv+BatchNormalization+Relu", "Add"]),
        ("tflite_gpu", ["Conv+BatchNormalization+Relu+Add"]),
        ("torch_mobile", ["Conv+BatchNormalization+Relu", "Add"]),
        ("compiled", ["Conv", "BatchNormalization+Relu+Add"]),
    ],
)
def test_a_residual_block_by_each_rule_set(rules, expected):
    assert shown(made(BLOCK, rules, WEIGHTS)) == expected


def test_tensors_inside_a_kernel_cross_no_border():
    fused, add = made(BLOCK, "ncnn", WEIGHTS)
    assert [t.name for t in fused.reads] == ["x"]
    assert [t.name for t in fused.writes] == ["r"]
    assert [t.name for t in add.reads] == ["r", "x"]


@pytest.mark.parametrize("rules", RULE_SETS)
def test_a_function_that_the_exporter_wrote_out_is_one_kernel(rules):
    (kernel,) = made(GELU, rules)
    assert kernel.composite == "gelu"
    assert kernel.kernel_class == "elementwise"


def test_a_chain_that_somebody_reads_in_the_middle_stays_apart():
    text = GELU.replace("=> (float[2, 4] out)", "=> (float[2, 4] out, float[2, 4] e)")
    assert len(made(text, "none")) == 5


@pytest.mark.parametrize("rules", ["none", "compiled", "ncnn", "tflite"])
def test_gelu_by_tanh_as_torch_exports_it_is_one_kernel(rules):
    (kernel,) = made(GELU_TANH, rules)
    assert kernel.composite == "gelu_tanh_cubed"


def test_attention_is_fused_where_the_runtime_has_it():
    assert shown(made(SCALED, "none")) == ["Mul+MatMul+Softmax+MatMul"]
    assert shown(made(ATTENTION, "compiled")) == ["MatMul+Softmax+MatMul"]
    assert shown(made(ATTENTION, "ncnn")) == ["MatMul", "Softmax", "MatMul"]


def test_attention_written_out_is_not_fused_in_eager_mode():
    assert shown(made(ATTENTION, "none")) == ["MatMul", "Softmax", "MatMul"]


def test_attention_on_five_dimensions_is_not():
    text = SCALED.replace("[1, 2, ", "[1, 3, 2, ")
    assert shown(made(text, "none")) == ["Mul", "MatMul", "Softmax", "MatMul"]


def test_a_product_that_broadcasts_a_softmax_joins_the_sum_behind_it():
    text = """
    g (float[1, 2, 8, 1] x, float[1, 2, 8, 9] z) => (float[1, 1, 8, 9] out)
    {
      p = Softmax<axis = 1>(x)
      y = Mul(z, p)
      axes = Constant<value = int64[1] {1}>()
      out = ReduceSum(y, axes)
    }
    """
    assert shown(made(text, "compiled")) == ["Softmax", "Mul+ReduceSum"]


def test_views_are_free_and_merging_a_transposed_one_copies():
    text = """
    g (float[1, 5, 8] x) => (float[1, 40] out)
    {
      t = Transpose<perm = [0, 2, 1]>(x)
      shape = Constant<value = int64[2] {1, 40}>()
      out = Reshape(t, shape)
    }
    """
    assert shown(made(text, "none")) == ["Reshape"]
    assert shown(made(text, "onnxruntime")) == ["Transpose"]


@pytest.mark.parametrize("rules", RULE_SETS)
def test_a_cast_to_the_type_it_has_is_a_view(rules):
    text = """
    g (float[1, 8] x) => (float16[1, 8] out)
    { a = Relu(x)  same = Cast<to = 1>(a)  out = Cast<to = 10>(same) }
    """
    assert sum(name.count("Cast") for name in shown(made(text, rules))) == 1


def test_every_op_that_is_not_free_is_in_one_kernel():
    counts = count(model(ATTENTION))
    for rules in RULE_SETS:
        found = kernels(counts.ops, counts.graph.outputs, fusion_rules(rules))
        assert sorted(id(row) for k in found for row in k.ops) == sorted(map(id, counts.ops))


def test_a_rule_set_like_another_says_what_differs():
    known, like = fusion_rules("tflite_gpu"), fusion_rules("tflite_powervr")
    library = replace(known.library, positions_at_once=64)
    assert like == replace(known, name="tflite_powervr", library=library)


def test_an_unknown_rule_set_names_the_known_ones():
    with pytest.raises(CostlintError, match="tensorrt") as caught:
        fusion_rules("tensorrt")
    assert "compiled" in str(caught.value)
