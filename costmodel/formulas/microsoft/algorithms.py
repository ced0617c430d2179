"""Algorithms of onnxruntime on whole tensors: transforms, distances, hashes, tokens."""

from __future__ import annotations

from costlint.costmodel.formulas.arguments import has, integer, text
from costlint.costmodel.formulas.microsoft.shared import required, shape, y_shape
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.formulas.signal import transform_flop
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.dims import product
from costlint.costmodel.ir.domains import MS
from costlint.costmodel.ir.graph import Op


@formula("Rfft", "Irfft", op_class="other", traffic="movement", domain=MS)
def rfft(op: Op) -> Work:
    """Y (..., n / 2 + 1, 2) = spectra of X (..., n), or the other way round.

    other_flop = 5 * n * ceil(log2(n)) for each spectrum, as if signal and spectrum were complex.
    """
    signal = shape(op, 0) if op.op_type == "Rfft" else y_shape(op)
    return Work(other_flop=product(signal[:-1]) * transform_flop(signal[-1]))


@formula("Inverse", op_class="other", traffic="movement", domain=MS)
def inverse(op: Op) -> Work:
    """Y (..., n, n) = inverses of X (..., n, n), by elimination.

    other_flop = 2 * n**3 for each matrix: n multiplies and n subtracts for each element.
    """
    return Work(other_flop=2 * op.x.elements * shape(op, 0)[-1])


@formula("CDist", op_class="other", traffic="reduction", domain=MS)
def cdist(op: Op) -> Work:
    """Y (M, N) = distances between the rows of A (M, K) and of B (N, K).

    other_flop = 3 * M * N * K (subtract, multiply, add), and a root for each if euclidean.
    """
    y = op.y.elements
    root = y if text(op, "metric", "sqeuclidean") == "euclidean" else 0
    return Work(other_flop=3 * y * shape(op, 0, 2)[1] + root)


@formula("DynamicTimeWarping", op_class="other", traffic="movement", domain=MS)
def dynamic_time_warping(op: Op) -> Work:
    """Y (2, n) = the cheapest path through costs X (M, N); n is taken as M + N - 1.

    other_flop = 3 * M * N: two compares and an add.
    """
    return Work(other_flop=3 * op.x.elements)


@formula("IsAllFinite", op_class="other", traffic="reduction", domain=MS)
def is_all_finite(op: Op) -> Work:
    """Y () = whether all elements of all inputs are finite.

    other_flop = one compare for each element.
    """
    return Work(other_flop=sum(t.elements for t in op.inputs if t is not None))


@formula("RelativePositionBias", op_class="other", traffic="movement", domain=MS)
def relative_position_bias(op: Op) -> Work:
    """Y (1, H, S, L) = the bias of each distance, by its bucket, from a table (buckets, H).

    other_flop = 6 for each of S * L: subtract, compare, divide, logarithm, multiply, compare.
    """
    return Work(other_flop=6 * product(op.y.known_shape[2:]))


@formula("NGramRepeatBlock", op_class="other", traffic="movement", domain=MS)
def ngram_repeat_block(op: Op) -> Work:
    """Y (B, V) = scores (B, V) without tokens that would repeat n of the ids (B, S).

    other_flop = B * S * n: one compare.
    """
    return Work(other_flop=op.x.elements * required(op, "ngram_size"))


@formula(
    "NGramHashMapping", "VarlenNGramHashMapping", op_class="other", traffic="movement", domain=MS
)
def ngram_hash_mapping(op: Op) -> Work:
    """Hashes (B, S, h) of the last 2 to n ids (B, S) at every place.

    other_flop = B * S * n multiplies, one remainder for each hash, one add with offsets; exclusive
    ors are left out.
    """
    offsets = has(op, 4 if op.op_type == "NGramHashMapping" else 5)
    ids = op.x.elements * required(op, "max_ngram_size")
    return Work(other_flop=ids + (1 + offsets) * op.y.elements)


@formula("BifurcationDetector", op_class="other", traffic="movement", domain=MS)
def bifurcation_detector(op: Op) -> Work:
    """Tokens (c + p) = current tokens (c) and those of p predictions that the source (s) confirms.

    other_flop = s * n compares of the longest n-gram, and p.
    """
    predicted = product(shape(op, 3)) if has(op, 3) else 0
    return Work(other_flop=op.x.elements * integer(op, "max_ngram_size", 3) + predicted)


@formula("SpeculativePrefixCommit", op_class="other", traffic="movement", domain=MS)
def speculative_prefix_commit(op: Op) -> Work:
    """States of B requests after the predicted tokens (B, r) that are accepted.

    other_flop = B * r: one compare.
    """
    return Work(other_flop=op.x.elements)
