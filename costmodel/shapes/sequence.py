"""Tensors of strings, maps, and operators of which each output is always the same."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.domains import ML, MS
from costlint.costmodel.shapes.arguments import check_rank, integers
from costlint.costmodel.shapes.elementwise import same_shape
from costlint.costmodel.shapes.registry import Call, Out, shape_rule


def _always(*op_types: str, shape: Shape | None, dtype: str, domain: str = "") -> None:
    """Register operators of which each output is the same, whatever goes in."""

    @shape_rule(*op_types, domain=domain)
    def rule(call: Call) -> Sequence[Out]:
        return (Out(shape=shape, dtype=dtype),) * call.outputs


_always("IsAllFinite", shape=(), dtype="bool", domain=MS)
_always("ZipMap", shape=None, dtype="sequence", domain=ML)
_always("CastMap", shape=None, dtype="unknown", domain=ML)


same_shape("RegexFullMatch", dtype="bool")


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
