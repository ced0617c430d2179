"""Where an operator of onnxruntime reads or writes less, or more, than each tensor once."""

from __future__ import annotations

from tests.costmodel.formulas_domains.making import i32, i64, ms, u8
from tests.costmodel.strategies import cost, weight


def test_of_a_packed_table_only_the_rows_named_are_read():
    found = cost(ms("GatherBlockQuantized", u8(9999, 32), i64(2, 6), weight(9999, 2)))
    assert found.bytes_read == 2 * 6 * 32 + 2 * 6 * 8 + 2 * 6 * 2 * 4
    assert found.bytes_written == 2 * 6 * 64 * 4


def test_embeddings_are_read_by_row():
    found = cost(
        ms(
            "EmbedLayerNormalization", i32(2, 6), None, weight(9999, 8), weight(512, 8), None,
            weight(8), weight(8),
        )
    )  # fmt: skip
    assert found.bytes_read == 4 * (2 * 6 + 2 * (2 * 6 * 8) + 8 + 8)


def test_a_weight_of_few_bits_is_read_as_it_is_packed():
    found = cost(ms("MatMulNBits", (3, 64), u8(10, 2, 16), weight(10, 2), K=64, N=10))
    assert found.bytes_read == 4 * 3 * 64 + 64 * 10 // 2 + 4 * 20


def test_no_more_experts_are_read_than_tokens_ask_for():
    def read(tokens: int) -> int:
        op = ms("MoE", (tokens, 16), (tokens, 8), weight(8, 24, 16), None, weight(8, 16, 24), k=2)
        return int(cost(op).bytes_read) - 4 * tokens * (16 + 8)

    assert read(1) == 2 * 4 * 2 * 16 * 24
    assert read(3) == 6 * 4 * 2 * 16 * 24
    assert read(99) == 8 * 4 * 2 * 16 * 24


def test_pages_are_read_as_far_as_the_table_goes():
    def op(pages: int):
        cache = (1000, 16, 2, 8)
        return ms(
            "PagedAttention", (3, 32), (3, 16), (3, 16), cache, cache, i32(4), i32(3),
            i32(3, pages), outputs=3, num_heads=4, kv_num_heads=2,
        )  # fmt: skip

    page = 4 * 16 * 2 * 8
    assert cost(op(6)).bytes_read - cost(op(5)).bytes_read == 2 * 3 * page + 3 * 4
    assert cost(op(5)).bytes_written == 4 * (3 * 32 + 2 * 3 * 16)


def test_a_matrix_that_is_quantised_on_the_way_is_read_twice():
    found = cost(ms("DynamicQuantizeMatMul", (10, 30), weight(30, 5, dtype="int8"), ()))
    assert found.bytes_read == 2 * 4 * 10 * 30 + 30 * 5 + 4
