"""Sequences and optionals (which have no shape), and tensors of strings."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.shapes.arguments import check_rank, integers
from costlint.costmodel.shapes.broadcasting import broadcast
from costlint.costmodel.shapes.elementwise import all_shapes
from costlint.costmodel.shapes.registry import Call, Out, shape_rule

_SEQUENCES = (
    "SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceMap",
    "SplitToSequence",
)  # fmt: skip


@shape_rule(*_SEQUENCES)
def sequence(call: Call) -> Sequence[Out]:
    """A sequence of tensors: no shape."""
    return (Out(shape=None, dtype="sequence"),) * call.outputs


@shape_rule("Optional")
def optional(call: Call) -> Sequence[Out]:
    """A value that may be absent: no shape."""
    return (Out(shape=None, dtype="optional"),) * call.outputs


@shape_rule("SequenceAt", "ConcatFromSequence")
def from_sequence(call: Call) -> Sequence[Out]:
    """A tensor out of a sequence: nothing is known of it."""
    return (Out(shape=None, dtype="unknown"),) * call.outputs


@shape_rule("OptionalGetElement")
def optional_get_element(call: Call) -> Sequence[Out]:
    """What the optional holds: a tensor stays as it is."""
    tensor = call.tensor(0)
    if tensor is None or tensor.dtype == "optional":
        return (Out(shape=None, dtype="unknown"),)
    return (Out(shape=tensor.shape),)


@shape_rule("SequenceLength")
def sequence_length(call: Call) -> Sequence[Out]:
    """Y () int64 = number of tensors."""
    return (Out(shape=(), dtype="int64"),) * call.outputs


@shape_rule("OptionalHasElement")
def optional_has_element(call: Call) -> Sequence[Out]:
    """Y () bool."""
    return (Out(shape=(), dtype="bool"),) * call.outputs


@shape_rule("StringConcat")
def string_concat(call: Call) -> Sequence[Out]:
    """Y = A + B over the broadcast shape."""
    return (Out(shape=broadcast(call, all_shapes(call))),)


@shape_rule("RegexFullMatch")
def regex_full_match(call: Call) -> Sequence[Out]:
    """Y (...) bool."""
    return (Out(shape=call.shape(0), dtype="bool"),)


@shape_rule("StringNormalizer")
def string_normalizer(call: Call) -> Sequence[Out]:
    """Y (n) or (1, n) = X (c) or (1, c) without its stop words, n at most c."""
    check_rank(call, 0, 1)
    x = call.shape(0)
    if not call.attributes.get("stopwords"):
        return (Out(shape=x),)
    return (Out(shape=(*x[:-1], call.unknown("words", x[-1]))),)


@shape_rule("StringSplit")
def string_split(call: Call) -> Sequence[Out]:
    """Y (..., n) strings, counts (...) int64."""
    x = call.shape(0)
    parts = call.unknown("parts", None)
    outs = (Out(shape=(*x, parts), dtype="string"), Out(shape=x, dtype="int64"))
    return outs[: call.outputs]


@shape_rule("TfIdfVectorizer")
def tf_idf(call: Call) -> Sequence[Out]:
    """Y (..., n) float32 = counts of the n n-grams in X (..., c)."""
    check_rank(call, 0, 1)
    places = integers(call, "ngram_indexes")
    if not places:
        raise call.refuse("attribute ngram_indexes is missing")
    if min(places) < 0:
        raise call.refuse("attribute ngram_indexes has a negative place")
    return (Out(shape=(*call.shape(0)[:-1], max(places) + 1), dtype="float32"),)
