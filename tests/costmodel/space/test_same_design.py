"""A design that is bound, one of an array of designs, and one that is written are the same."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import CostlintError, ModelError
from costlint.costmodel.load import load, load_bound
from costlint.costmodel.space import parametrize
from tests.costmodel.space.colliding import Network
from tests.models import model

ort = pytest.importorskip("onnxruntime")

ATTENTION = """
g (float[N, T, 12] x, float[12, 36] wi, float[12, 12] wo, float[48, 12] w1, float[12, 48] w2)
  => (float[N, T, 12] y)
<int64[1] one = {1}, int64[1] heads = {3}, int64[1] depth = {4}, int64[1] less = {-1},
 int64[3] thirds = {12, 12, 12}>
{ p = MatMul(x, wi)  q, k, v = Split<axis = 2>(p, thirds)
  n = Shape<start = 0, end = 1>(x)  t = Shape<start = 1, end = 2>(x)
  rows = Mul(n, heads)  s = Concat<axis = 0>(t, rows, depth)
  a = Transpose<perm = [1, 0, 2]>(q)  b = Reshape(a, s)  qh = Transpose<perm = [1, 0, 2]>(b)
  c = Transpose<perm = [1, 0, 2]>(k)  d = Reshape(c, s)  kh = Transpose<perm = [1, 2, 0]>(d)
  e = Transpose<perm = [1, 0, 2]>(v)  f = Reshape(e, s)  vh = Transpose<perm = [1, 0, 2]>(f)
  l = MatMul(qh, kh)  m = Softmax<axis = -1>(l)  o = MatMul(m, vh)
  u = Transpose<perm = [1, 0, 2]>(o)  back = Concat<axis = 0>(t, n, less)  r = Reshape(u, back)
  h = Transpose<perm = [1, 0, 2]>(r)  i = MatMul(h, wo)  j = Add(x, i)
  t1 = Transpose<perm = [1, 0]>(w1)  f1 = MatMul(j, t1)  g1 = Relu(f1)
  t2 = Transpose<perm = [1, 0]>(w2)  f2 = MatMul(g1, t2)  y = Add(j, f2) }
"""

EXPANDED = """
g (float[N, 3, 8, 8] x, float[8, 3, 4, 4] w, float[1, 1, 8] token, float[8, 16] up,
   float[16, 4] down) => (float[N, 5, 4] y)
<int64[3] flat = {0, 0, -1}, int64[2] tail = {1, 8}>
{ c = Conv<strides = [4, 4]>(x, w)  f = Reshape(c, flat)  t = Transpose<perm = [0, 2, 1]>(f)
  n = Shape<start = 0, end = 1>(x)  s = Concat<axis = 0>(n, tail)  e = Expand(token, s)
  a = Concat<axis = 1>(e, t)  u = MatMul(a, up)  r = Relu(u)  y = MatMul(r, down) }
"""

NARROW = """
g (float[1, 3, 8, 8] x, float[8, 3, 1, 1] w, float[4, 4, 1, 1] v) => (float[1, 4, 8, 8] y)
<int32[1] from = {2}, int32[1] to = {6}, int32[1] axis = {1}>
{ a = Conv(x, w)  b = Slice(a, from, to, axis)  y = Conv(b, v) }
"""

OLD = """
g (float[N, 3, 8, 8] x, float[8, 3, 1, 1] w, float[4, 4, 1, 1] v) => (float[N, 4, 8, 8] y)
{ a = Conv(x, w)  b, c = Split<axis = 1>(a)  d = Add(b, c)  y = Conv(d, v) }
"""

CONSTANTS = """
g (float[N, 3, 8, 8] x, float[8, 3, 1, 1] w, float[8] scale, float[8] shift, float[5, 8] head)
  => (float[N, 5] y)
<int64[2] behind = {1, 2}>
{ a = Conv(x, w)  k = Unsqueeze(scale, behind)  b = Mul(a, k)  half = Constant<value_float = 0.5>()
  c = Mul(b, half)  l = Unsqueeze(shift, behind)  d = Add(c, l)  p = GlobalAveragePool(d)
  q = Flatten(p)  y = Gemm<transB = 1>(q, head) }
"""

JOINED = """
g (float[N, 6] x, float[6, 8] w, float[4] one, float[4] two, float[8, 3] v) => (float[N, 3] y)
{ a = MatMul(x, w)  b = Concat<axis = 0>(one, two)  c = Add(a, b)  y = MatMul(c, v) }
"""

TIED = """
g (int64[N, 5] x, float[20, 8] table, float[8, 8] w) => (float[N, 5, 20] y)
{ a = Gather(table, x)  b = MatMul(a, w)  t = Transpose<perm = [1, 0]>(table)  y = MatMul(b, t) }
"""

QUANTISED = """
g (float[N, 3, 8, 8] x, int8[8, 3, 1, 1] w, float[8] s, int8[8] z, float[4, 8, 1, 1] v)
  => (float[N, 4, 8, 8] y)
{ d = DequantizeLinear<axis = 0>(w, s, z)  a = Conv(x, d)  r = Relu(a)  y = Conv(r, v) }
"""

TEXTS = {
    "attention": (ATTENTION, 22), "expanded": (EXPANDED, 22),
    "narrow": (NARROW, 13), "old": (OLD, 11),
    "constants": (CONSTANTS, 17), "joined": (JOINED, 13), "tied": (TIED, 13),
    "quantised": (QUANTISED, 13),
}  # fmt: skip

CORPUS = (
    ("gpu-graphs.zip", "coat_tiny__224.onnx"),
    ("gpu-graphs.zip", "convit_tiny__224.onnx"),
    ("real-graphs.zip", "text/magika_v3_3.onnx"),
    ("real-graphs.zip", "qonnx/mnist-conv_model.onnx"),
    ("real-graphs.zip", "audio/voicefilter_embedder_int8.onnx"),
)


def weighted(text, opset):
    """`text` as a model whose inputs, except the first, are stored weights."""
    proto = model(text, opset=opset)
    for given in list(proto.graph.input)[1:]:
        shape = [d.dim_value for d in given.type.tensor_type.shape.dim]
        kind = onnx.helper.tensor_dtype_to_np_dtype(given.type.tensor_type.elem_type)
        proto.graph.initializer.append(numpy_helper.from_array(np.ones(shape, kind), given.name))
        proto.graph.input.remove(given)
    return proto


def drawn(space, seed):
    """A design with another batch, and with some, all or none of the widths changed."""
    source = np.random.default_rng(seed)
    batch = int(source.choice((1, 2, 3, 4, 8)))
    design = {"batch": batch} if "batch" in space.variables else {}
    widths = [name for name, v in space.details.items() if v.kind == "width"]
    for name in source.permutation(widths)[: source.integers(0, len(widths) + 1)]:
        unit = space.details[name].multiple_of
        most = max(1, 2 * space.current[name] // unit)
        design[str(name)] = unit * int(source.integers(1, most + 1))
    return design


def totals(counts):
    return counts.macs, counts.parameters, counts.bytes_accessed


def assert_the_same(space, design):
    """The three ways to a design have the same counts, and its file is one that runs."""
    designs = space.compile()(design)
    arrays = (designs.macs[0], designs.parameters[0], designs.bytes_accessed[0])
    try:
        bound = totals(count(space.bind(design)))
    except CostlintError:
        assert not designs.valid[0]
        return False
    assert arrays == bound
    written = space.model(design)
    assert totals(count(load_bound(written))) == bound
    onnx.checker.check_model(written, full_check=True)
    ort.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
    return True


@pytest.mark.parametrize("name", TEXTS)
def test_three_ways_to_a_design(name):
    text, opset = TEXTS[name]
    shapes = {"T": 9} if name == "attention" else None
    space = parametrize(load(weighted(text, opset), shapes=shapes))
    assert sum(assert_the_same(space, drawn(space, seed)) for seed in range(12)) > 6


@pytest.mark.parametrize("seed", [*range(12), 205, 906, 914])
def test_three_ways_to_a_design_where_sizes_collide(seed):
    """Found so: a cut in a width whose sum stays, and a width in the place of the batch."""
    space = parametrize(load(weighted(Network(seed).text, 22)))
    assert any(assert_the_same(space, drawn(space, place)) for place in range(3))


@pytest.mark.parametrize(("archive", "name"), CORPUS)
def test_three_ways_to_a_design_of_a_real_network(archive, name, corpus_graph):
    space = parametrize(corpus_graph(archive, name))
    assert all(assert_the_same(space, drawn(space, seed)) for seed in (1, 2))


def test_a_product_of_sizes_is_not_taken_for_a_width():
    space = parametrize(load(weighted(ATTENTION, 22), shapes={"T": 9}))
    tokens, keys = 2 * 9, 18
    projections = tokens * 12 * (2 * keys + 12) + tokens * 12 * 12 + 2 * tokens * 12 * 48
    products = 2 * 9 * 9 * (keys + 12)
    bound = space.bind({"batch": 2, "p.width": 2 * keys})
    assert count(bound).macs == projections + products


def test_a_token_follows_the_batch_and_its_width():
    space = parametrize(load(weighted(EXPANDED, 22)))
    written = space.model({})
    assert written.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "N"
    session = ort.InferenceSession(written.SerializeToString())
    assert session.run(None, {"x": np.ones((3, 3, 8, 8), np.float32)})[0].shape == (3, 5, 4)


@pytest.mark.parametrize("text", [JOINED, TIED])
def test_what_is_made_of_parts_or_read_twice_keeps_its_width(text):
    space = parametrize(load(weighted(text, 13)))
    assert space.variables == ("batch",)
    assert any("ties it to a fixed size" in why for why in space.frozen.values())


def test_widths_beside_a_branch_that_data_decides_are_free():
    proto = branching()
    space = parametrize(load(proto))
    assert space.compile()({"batch": 2}).macs[0] == count(space.bind(batch=2)).macs
    assert space.compile()({}).latency_s[0] > 0
    with pytest.raises(ModelError, match="has sub-graphs, which are not written"):
        space.model({})


def branching():
    """A convolution, then an If whose branches are a convolution of 3 x 3 and one of 1 x 1."""
    text = """
    g (float[N, 3, 8, 8] x, float[8, 3, 1, 1] w, float[4, 8, 1, 1] a, float[4, 8, 3, 3] b)
      => (float[N, 4, 8, 8] y)
    <float zero = {0}>
    { c = Conv(x, w)  s = ReduceSum<keepdims = 0>(x)  p = Greater(s, zero)
      y = If(p) <then_branch = one () => (float[N, 4, 8, 8] t) { t = Conv(c, a) },
                 else_branch = two () => (float[N, 4, 8, 8] e)
                   { e = Conv<pads = [1, 1, 1, 1]>(c, b) }> }
    """
    return weighted(text, 17)
