"""The domain com.microsoft, algorithms on whole tensors: transforms, hashes, tokens."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.shapes.arguments import check_rank, dtype, integer, positive
from costlint.costmodel.shapes.registry import Call, Out, shape_rule
from costlint.costmodel.shapes.symbolic import floor_div


@shape_rule("Rfft", domain=MS)
def rfft(call: Call) -> Sequence[Out]:
    """Y (..., n / 2 + 1, 2) of X (..., n)."""
    check_rank(call, 0, 1)
    x = call.shape(0)
    return (Out(shape=(*x[:-1], floor_div(x[-1], 2) + 1, 2)),)


@shape_rule("Irfft", domain=MS)
def irfft(call: Call) -> Sequence[Out]:
    """Y (..., n) of X (..., n / 2 + 1, 2)."""
    check_rank(call, 0, 2)
    x = call.shape(0)
    return (Out(shape=(*x[:-2], 2 * (x[-2] - 1))),)


@shape_rule("DynamicTimeWarping", domain=MS)
def dynamic_time_warping(call: Call) -> Sequence[Out]:
    """Y (2, n) int32 of costs (M, N), n at most M + N - 1."""
    check_rank(call, 0, 2)
    rows, columns = call.shape(0)[-2:]
    return (Out(shape=(2, call.unknown("path", rows + columns - 1)), dtype="int32"),)


@shape_rule("NGramRepeatBlock", domain=MS)
def ngram_repeat_block(call: Call) -> Sequence[Out]:
    """Y (B, V) float32 of ids (B, S) and scores (B, V)."""
    return (Out(shape=call.shape(1), dtype=dtype(call, 1)),)


def _hashes(call: Call) -> int:
    return (positive(call, "max_ngram_size") - 1) * positive(call, "n_head_per_ngram")


@shape_rule("NGramHashMapping", domain=MS)
def ngram_hash_mapping(call: Call) -> Sequence[Out]:
    """Hashes (B, S, h), the last ids (B, n - 1) of ids (B, S)."""
    check_rank(call, 0, 2)
    ids = call.shape(0)
    past = Out(shape=(ids[0], positive(call, "max_ngram_size") - 1))
    return (Out(shape=(*ids, _hashes(call))), past)[: call.outputs]


@shape_rule("VarlenNGramHashMapping", domain=MS)
def varlen_ngram_hash_mapping(call: Call) -> Sequence[Out]:
    """Hashes (T, h), last ids and segments (B, n - 1), updates (B, c, n - 1) of ids (T)."""
    check_rank(call, 0, 1)
    check_rank(call, 3, 1)
    batch: Dim = call.shape(3)[0] - 1
    kept = positive(call, "max_ngram_size") - 1
    segments = Out(shape=(batch, kept), dtype=dtype(call, 7))
    update = Out(shape=(batch, integer(call, "state_update_capacity", 0), kept))
    outs = (Out(shape=(*call.shape(0), _hashes(call))), Out(shape=(batch, kept)), segments, update)
    return outs[: call.outputs]


@shape_rule("MurmurHash3", domain=MS)
def murmur_hash3(call: Call) -> Sequence[Out]:
    """Y (...) in 32 bits of X (...)."""
    kind = "uint32" if integer(call, "positive", 1) else "int32"
    return (Out(shape=call.shape(0), dtype=kind),)


@shape_rule("BifurcationDetector", domain=MS)
def bifurcation_detector(call: Call) -> Sequence[Out]:
    """Tokens (c + p) at most, place () of source (s), current (c) and predicted tokens (p)."""
    check_rank(call, 1, 1)
    length: Dim = call.shape(1)[0]
    if call.tensor(3) is not None:
        check_rank(call, 3, 1)
        length = call.unknown("tokens", length + call.shape(3)[0])
    return (Out(shape=(length,)), Out(shape=(), dtype="int64"))[: call.outputs]


@shape_rule("SpeculativePrefixCommit", domain=MS)
def speculative_prefix_commit(call: Call) -> Sequence[Out]:
    """Lengths (B), both states as they came, of predictions (B, r) or (r)."""
    check_rank(call, 0, 1)
    rows = call.shape(0)
    batch = rows[0] if len(rows) > 1 else 1
    outs = (
        Out(shape=(batch,), dtype="int64"),
        Out(shape=call.shape(3), dtype=dtype(call, 3)),
        Out(shape=call.shape(4), dtype=dtype(call, 4)),
    )
    return outs[: call.outputs]


@shape_rule("Tokenizer", domain=MS)
def tokenizer(call: Call) -> Sequence[Out]:
    """Y (..., n) of strings X (...)."""
    return (Out(shape=(*call.shape(0), call.unknown("tokens", None))),)
