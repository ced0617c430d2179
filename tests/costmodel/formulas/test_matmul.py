"""Products of matrices, attention's parts and recurrent cells, by hand."""

from __future__ import annotations

import pytest

from costlint.costmodel.ir.tensor import UnknownShapeError
from tests.costmodel.strategies import cost, make_op, typed, weight


@pytest.mark.parametrize(
    ("a", "b", "macs"),
    [
        ((10, 30), (30, 5), 10 * 30 * 5),
        ((2, 3, 10, 30), (30, 5), 2 * 3 * 10 * 30 * 5),
        ((2, 1, 10, 30), (7, 30, 5), 2 * 7 * 10 * 30 * 5),
        ((30,), (30, 5), 30 * 5),
        ((10, 30), (30,), 10 * 30),
        ((30,), (30,), 30),
    ],
)
def test_matmul(a, b, macs):
    found = cost(make_op("MatMul", a, b))
    assert (found.macs, found.flop) == (macs, 2 * macs)
    assert cost(make_op("MatMulInteger", a, b)).macs == macs


@pytest.mark.parametrize(
    ("attributes", "flop"),
    [
        ({}, 10 * 5),
        ({"alpha": 0.5}, 10 * 5 + 10 * 5),
        ({"beta": 2.0}, 10 * 5 + 5),
        ({"alpha": 0.5, "beta": 0.5}, 10 * 5 + 10 * 5 + 5),
    ],
)
def test_gemm_with_a_bias(attributes, flop):
    found = cost(make_op("Gemm", (10, 30), weight(30, 5), weight(5), **attributes))
    assert found.macs == 10 * 30 * 5
    assert found.other_flop == flop


def test_gemm_transposed_and_without_a_bias():
    found = cost(make_op("Gemm", (30, 10), weight(5, 30), transA=1, transB=1))
    assert (found.macs, found.other_flop) == (10 * 30 * 5, 0)


def test_qlinear_matmul():
    a, b, zero = typed((10, 30), "uint8"), weight(30, 5, dtype="int8"), typed((), "uint8")
    found = cost(make_op("QLinearMatMul", a, (), zero, b, (), zero, (), zero))
    assert found.macs == 10 * 30 * 5
    assert found.other_flop == 5 * 10 * 5
    assert found.bytes_read == 10 * 30 + 30 * 5 + 3 * 4 + 3
    assert found.bytes_written == 10 * 5


def test_matmul_integer_takes_zero_points_off():
    found = cost(make_op("MatMulInteger", (10, 30), (30, 5), (), ()))
    assert found.other_flop == 10 * 30 + 30 * 5


@pytest.mark.parametrize(
    ("equation", "shapes", "macs", "flop"),
    [
        ("i,j->ij", [(3,), (4,)], 0, 3 * 4),
        ("ij,ij->ij", [(3, 4), (3, 4)], 0, 3 * 4),
        ("ij->i", [(3, 4)], 0, 3 * 4 - 3),
        ("ii->i", [(3, 3)], 0, 0),
        ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)], 2 * 3 * 4 + 2 * 4 * 5, 0),
        ("ij,k->i", [(2, 3), (4,)], 0, (2 * 3 - 2) + (4 - 1) + 2),
        ("...ij,...jk->...ik", [(7, 2, 3), (7, 3, 4)], 7 * 2 * 3 * 4, 0),
        ("...ij,jk->...ik", [(7, 6, 2, 3), (3, 4)], 7 * 6 * 2 * 3 * 4, 0),
        ("ij,jk", [(2, 3), (3, 4)], 2 * 3 * 4, 0),
        ("bi,i->b", [(2, 3), (1,)], 2 * 3, 0),
    ],
)
def test_einsum(equation, shapes, macs, flop):
    found = cost(make_op("Einsum", *shapes, equation=equation))
    assert (found.macs, found.other_flop) == (macs, flop)


def test_einsum_of_the_wrong_rank_is_not_counted():
    op = make_op("Einsum", (2, 3), shapes=[(2,)], equation="ijk->i")
    with pytest.raises(UnknownShapeError, match="does not fit operand 0"):
        cost(op)


@pytest.mark.parametrize(
    ("attributes", "mask", "each"),
    [({}, None, 6), ({}, (3, 5), 7), ({"is_causal": 1}, None, 7), ({"softcap": 30.0}, None, 9)],
)
def test_attention_counts_each_score(attributes, mask, each):
    inputs = [(2, 4, 3, 8), (2, 4, 5, 8), (2, 4, 5, 8), mask]
    found = cost(make_op("Attention", *inputs, **attributes))
    assert found.macs == 2 * 4 * 3 * 5 * (8 + 8)
    assert found.other_flop == each * 2 * 4 * 3 * 5


def test_rotary_embedding_reads_the_rows_of_its_positions():
    inputs = [(2, 4, 7, 8), weight(99, 3), weight(99, 3), typed((2, 7), "int64")]
    found = cost(make_op("RotaryEmbedding", *inputs, rotary_embedding_dim=6))
    assert found.other_flop == 3 * 2 * 4 * 7 * 6
    assert found.bytes_read == 4 * (2 * 4 * 7 * 8 + 2 * 2 * 7 * 3) + 8 * 2 * 7
    packed = [(2, 7, 4 * 8), *inputs[1:]]
    assert cost(make_op("RotaryEmbedding", *packed, rotary_embedding_dim=6, num_heads=4)) == found


@pytest.mark.parametrize(
    ("rule", "reads", "flop"),
    [
        ("linear", 2 + 1, 7 * 2 * 5),
        ("gated", 2 + 1, 7 * 2 * 5 + 7 * 6 * 5 + 7),
        ("delta", 2 + 2, 7 * 2 * 5 + 2 * 7 * 5),
        ("gated_delta", 2 + 2, 7 * 2 * 5 + 7 * 6 * 5 + 7 + 2 * 7 * 5),
    ],
)
def test_linear_attention(rule, reads, flop):
    """Two heads of queries on one of keys; 7 steps on a state of 6 x 5."""
    q, k, v, gate = (1, 7, 12), (1, 7, 6), (1, 7, 5), (1, 7, 1)
    state = (1, 1, 6, 5)
    op = make_op(
        "LinearAttention", q, k, v, state, gate, gate, outputs=2,
        q_num_heads=2, kv_num_heads=1, update_rule=rule,
    )  # fmt: skip
    found = cost(op)
    assert (found.macs, found.other_flop) == (7 * 6 * 5 * reads, flop)


def test_lstm_by_gate():
    steps, batch, inner, hidden = 7, 2, 5, 4
    w, r, b = weight(1, 16, 5), weight(1, 16, 4), weight(1, 32)
    found = cost(make_op("LSTM", (steps, batch, inner), w, r, b, outputs=3, hidden_size=4))
    assert found.macs == steps * batch * 4 * hidden * (inner + hidden)
    assert found.other_flop == steps * batch * hidden * (4 + 3 * 3 + 2 + 4 + 8)
    assert found.weight_bytes_read == 4 * (16 * 5 + 16 * 4 + 32)
    assert found.bytes_written == 4 * (steps * batch * hidden + 2 * batch * hidden)
