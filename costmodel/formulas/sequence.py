"""Sequences of tensors, tensors of strings, and decoding: counted for the bytes they move.

The bytes of a sequence are not known to the graph, nor those of a string: what is counted is the
tensors that go in or come out.
"""

from __future__ import annotations

from costlint.costmodel.formulas.pointwise import moved
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import EXTENSIONS, MS
from costlint.costmodel.ir.graph import Op

_DECODER = "only the data says how much a decoder does. X is read and Y written once"
_LETTERS = "work on letters is no arithmetic. Only tensors of numbers have bytes"

moved("SequenceConstruct SequenceInsert SplitToSequence",
      "S [Y_1, Y_2, ...] = tensors X (...) copied into a sequence", "the tensors are read once",
      op_class="data")  # fmt: skip
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


@formula("SequenceAt", "ConcatFromSequence", op_class="data")
def from_sequence(op: Op) -> Work:
    """Y (...) = one tensor, or all of them put together, copied out of a sequence.

    other_flop = 0; y elements are written. The reading of the sequence is not counted.
    """
    return Work(written=(op.y.elements,))


@formula("TfIdfVectorizer", op_class="data")
def tf_idf(op: Op) -> Work:
    """Y (..., n) = weighted counts of n n-grams in X (..., c).

    other_flop = 2 for each element of X (look-up compare, add) and one for each of Y (multiply by
    its weight).
    """
    return Work(other_flop=2 * op.x.elements + op.y.elements)
