"""Sequences of tensors, tensors of strings, and decoding: counted for the bytes they move.

Runtimes copy a tensor when it goes into a sequence and again when it comes out; sequences share the
tensors that they hold (onnxruntime, core/providers/cpu/sequence). The bytes of a string are not
known to the graph.
"""

from __future__ import annotations

from costlint.costmodel.formulas.pointwise import moved
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import EXTENSIONS, MS
from costlint.costmodel.ir.graph import Op

_DECODER = "only the data says how much a decoder does. X is read and Y written once"
_LETTERS = "work on letters is no arithmetic. Only tensors of numbers have bytes"

moved("StringConcat StringNormalizer StringSplit",
      "Y (...) = strings X (...) put together, changed to lower case, or cut up", _LETTERS,
      op_class="data")  # fmt: skip
moved("RegexFullMatch", "Y (...) bool = whether strings X (...) match a pattern", _LETTERS,
      op_class="data")  # fmt: skip
moved("Tokenizer", "Y (..., n) = strings X (...) cut up into at most n tokens", _LETTERS,
      op_class="data", domain=MS)  # fmt: skip
moved("ImageDecoder", "Y (H, W, C) uint8 = the image in a stream X (n) of bytes", _DECODER,
      op_class="data")  # fmt: skip
moved("DecodeImage EncodeImage",
      "Y (H, W, C) uint8 = the image in a file X (n) of bytes, or the other way round", _DECODER,
      op_class="data", domain=EXTENSIONS)  # fmt: skip


@formula("SequenceConstruct", op_class="data")
def sequence_construct(op: Op) -> Work:
    """S [Y_1, Y_2, ...] = tensors X_1 (...), X_2 (...), ... copied into a sequence.

    other_flop = 0; every tensor is read and written once.
    """
    return Work(written=(sum([t.elements for t in op.inputs if t is not None]),))


@formula("SequenceInsert", op_class="data")
def sequence_insert(op: Op) -> Work:
    """S [Y_1, ..., X, ...] = X (...) copied into a sequence; the others are shared, not copied.

    other_flop = 0; X is read and written once.
    """
    return Work(read=(0,), written=(op.w.elements,))


@formula("SplitToSequence", op_class="data")
def split_to_sequence(op: Op) -> Work:
    """S [Y_1, Y_2, ...] = parts of X (...), each copied into a sequence.

    other_flop = 0; X is read and written once.
    """
    return Work(written=(op.x.elements,))


@formula("SequenceAt", "ConcatFromSequence", op_class="data")
def from_sequence(op: Op) -> Work:
    """Y (...) = one tensor, or all of them put together, copied out of a sequence.

    other_flop = 0; y elements are read and written.
    """
    return Work(read=(op.y.elements,))


@formula("TfIdfVectorizer", op_class="data")
def tf_idf(op: Op) -> Work:
    """Y (..., n) = weighted counts of n n-grams in X (..., c).

    other_flop = 2 for each element of X (look-up compare, add) and one for each of Y (multiply by
    its weight).
    """
    return Work(other_flop=2 * op.x.elements + op.y.elements)
