"""Sequences of tensors, tensors of strings, and decoding: counted for the bytes they move.

The bytes of a sequence are not known to the graph, nor those of a string: what is counted is the
tensors that go in or come out.
"""

from __future__ import annotations

from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.graph import Op


@formula("SequenceConstruct", "SequenceInsert", "SplitToSequence", op_class="data")
def into_sequence(_op: Op) -> Work:
    """S [Y_1, Y_2, ...] = tensors X (...) copied into a sequence.

    other_flop = 0; the tensors are read once.
    """
    return Work()


@formula("SequenceAt", "ConcatFromSequence", op_class="data")
def from_sequence(op: Op) -> Work:
    """Y (...) = one tensor, or all of them put together, copied out of a sequence.

    other_flop = 0; y elements are written. The reading of the sequence is not counted.
    """
    return Work(written=(op.y.elements,))


@formula("StringConcat", "StringNormalizer", "StringSplit", op_class="data")
def strings(_op: Op) -> Work:
    """Y (...) = strings X (...) put together, changed to lower case, or cut up.

    other_flop = 0: work on letters is no arithmetic. Only tensors of numbers have bytes.
    """
    return Work()


@formula("RegexFullMatch", op_class="data")
def regex_full_match(_op: Op) -> Work:
    """Y (...) bool = whether strings X (...) match a pattern.

    other_flop = 0: work on letters is no arithmetic.
    """
    return Work()


@formula("TfIdfVectorizer", op_class="data")
def tf_idf(op: Op) -> Work:
    """Y (..., n) = weighted counts of n n-grams in X (..., c).

    other_flop = 2 for each element of X (look-up compare, add) and one for each of Y (multiply by
    its weight).
    """
    return Work(other_flop=2 * op.x.elements + op.y.elements)


@formula("ImageDecoder", op_class="data")
def image_decoder(_op: Op) -> Work:
    """Y (H, W, C) uint8 = the image in a stream X (n) of bytes.

    other_flop = 0: only the data says how much a decoder does. X is read and Y written once.
    """
    return Work()
