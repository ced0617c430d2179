"""Products of matrices, and contractions written as Einsum."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.dims import Dim, Shape
from costlint.costmodel.ir.domains import FINN, MS, QONNX
from costlint.costmodel.shapes.arguments import check_rank, dtype, integer, shown, text
from costlint.costmodel.shapes.broadcasting import broadcast, show
from costlint.costmodel.shapes.registry import Call, Out, shape_rule

_MAX_EQUATION = 1000


@shape_rule("MatMul")
@shape_rule("DynamicQuantizeMatMul", domain=MS)
@shape_rule("XnorPopcountMatMul", domain=(QONNX, FINN))
def matmul(call: Call) -> Sequence[Out]:
    """Y (..., M, N) = A (..., M, K) @ B (..., K, N), as numpy does it."""
    return (Out(shape=product_shape(call, call.shape(0), call.shape(1))),)


@shape_rule("MatMulInteger")
@shape_rule("MatMulInteger16", domain=MS)
def matmul_integer(call: Call) -> Sequence[Out]:
    """Y (..., M, N) int32 = A (..., M, K) @ B (..., K, N)."""
    return (Out(shape=product_shape(call, call.shape(0), call.shape(1)), dtype="int32"),)


@shape_rule("QLinearMatMul")
def qlinear_matmul(call: Call) -> Sequence[Out]:
    """Y (..., M, N) = A (..., M, K) @ B (..., K, N); inputs a, scale, zero, b, scale, zero, ..."""
    y_type = dtype(call, 7, dtype(call, 0))
    return (Out(shape=product_shape(call, call.shape(0), call.shape(3)), dtype=y_type),)


def product_shape(call: Call, a: Shape, b: Shape) -> Shape:
    """Shape of `A @ B`: vectors gain an axis and lose it again, leading axes broadcast."""
    if not a or not b:
        raise call.refuse("a scalar has no matrix product")
    inner_a, inner_b = a[-1], b[-2] if len(b) > 1 else b[0]
    if inner_a != inner_b and type(inner_a) is int and type(inner_b) is int:
        what = f"{show(a)} @ {show(b)}: the inner dims {inner_a} and {inner_b} differ"
        raise call.refuse(what, sides=(inner_a, inner_b))
    lead = broadcast(call, [a[:-2], b[:-2]]) if len(b) > 2 else a[:-2]
    return (*lead, *a[-2:-1], *(b[-1:] if len(b) > 1 else ()))


@shape_rule("Gemm")
@shape_rule("FusedGemm", "GemmFastGelu", "GemmFloat8", domain=MS)
def gemm(call: Call) -> Sequence[Out]:
    """Y (M, N) = alpha * A (M, K) @ B (K, N) + beta * C; either side may come transposed."""
    a, b = call.shape(0), call.shape(1)
    if len(a) != 2 or len(b) != 2:
        raise call.refuse(f"{show(a)} and {show(b)}: both must be matrices")
    m, inner_a = a[::-1] if integer(call, "transA", 0) else a
    inner_b, n = b[::-1] if integer(call, "transB", 0) else b
    if inner_a != inner_b and type(inner_a) is int and type(inner_b) is int:
        what = f"the inner dims {inner_a} and {inner_b} differ"
        raise call.refuse(what, sides=(inner_a, inner_b))
    return (Out(shape=(m, n)),)


@shape_rule("Einsum")
def einsum(call: Call) -> Sequence[Out]:
    """Y = the sum over every letter that is not in the result, e.g. `bij,bjk->bik`."""
    terms, result = equation(call)
    sizes: dict[str, Dim] = {}
    wide: list[Shape] = []
    for index, term in enumerate(terms):
        shape = call.shape(index)
        letters, ellipsis = _split_term(call, term, len(shape))
        before = term.find("...") if "..." in term else len(letters)
        wide.append(shape[before : before + ellipsis])
        named = shape[:before] + shape[before + ellipsis :]
        for letter, dim in zip(letters, named, strict=True):
            if sizes.get(letter, 1) == 1 or type(sizes[letter]) is not int:
                sizes[letter] = dim if dim != 1 else sizes.get(letter, dim)
            elif type(dim) is int and dim not in (1, sizes[letter]):
                what = f"letter {letter!r} is both {sizes[letter]} and {dim}"
                raise call.refuse(what, sides=(sizes[letter], dim))
    common = broadcast(call, wide) if any(wide) else ()
    return (Out(shape=_result_shape(call, result, sizes, common)),)


def equation(call: Call) -> tuple[list[str], str]:
    """The terms and the result of an Einsum; without `->` the letters that come once, sorted."""
    written = text(call, "equation", "").replace(" ", "")
    if not written or len(written) > _MAX_EQUATION:
        raise call.refuse(f"the equation {shown(written)} is empty or too long")
    left, arrow, result = written.partition("->")
    terms = left.split(",")
    if len(terms) != len(call.inputs) or any(t is None for t in call.inputs):
        raise call.refuse(f"the equation has {len(terms)} terms for {len(call.inputs)} inputs")
    if not arrow:
        letters = left.replace(",", "").replace(".", "")
        once = sorted(letter for letter in set(letters) if letters.count(letter) == 1)
        result = ("..." if "..." in left else "") + "".join(once)
    return terms, result


def _split_term(call: Call, term: str, rank: int) -> tuple[str, int]:
    """Letters of a term, and how many axes its ellipsis stands for."""
    letters = term.replace("...", "", 1)
    if not all(letter.isascii() and letter.isalpha() for letter in letters):
        raise call.refuse(f"the term {shown(term)} is not letters with at most one ellipsis")
    free = rank - len(letters)
    if free < 0 or (free and "..." not in term):
        raise call.refuse(f"the term {shown(term)} does not fit {rank} dimensions")
    return letters, free


def _result_shape(call: Call, result: str, sizes: dict[str, Dim], common: Shape) -> Shape:
    letters = result.replace("...", "", 1)
    if len(set(letters)) < len(letters) or any(letter not in sizes for letter in letters):
        raise call.refuse(f"the result {shown(result)} has letters twice or from nowhere")
    at = result.find("...") if "..." in result else len(letters)
    dims = [sizes[letter] for letter in letters]
    return (*dims[:at], *(common if "..." in result else ()), *dims[at:])


@shape_rule("Det")
def det(call: Call) -> Sequence[Out]:
    """Y (...) = determinants of X (..., M, M)."""
    check_rank(call, 0, 2)
    return (Out(shape=call.shape(0)[:-2]),)
