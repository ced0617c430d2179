from __future__ import annotations

import pytest

from costlint.costmodel.inference.expressions import is_derived, size_of
from costlint.costmodel.load import load, load_bound
from tests.models import model

SIZES = {"a": 7, "b": 3, "past": 224, "seq": 5, "h": 15, "x.y": 4}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("past + seq", 224 + 5),
        ("past+seq", 224 + 5),
        ("2*a", 14),
        ("(a+1)*b", 24),
        ("h // 2", 7),
        ("floor(h/2)", 7),
        ("ceil(h/2)", 8),
        ("h/2", 7),
        ("floor(floor(h/2 - 1/2)/2) + 1", 4),
        ("max(a, b, 5)", 7),
        ("Min(a, b)", 3),
        ("Mod(h, 4)", 3),
        ("FloorDiv(h, 2)", 7),
        ("((h - 1)//2) + 1", 8),
        ("a**2", 49),
        ("-a + h", 8),
        ("math.ceil(h / b)", 5),
        ("x.y * 2", 8),
    ],
)
def test_arithmetic_over_names(text, size) -> None:
    assert is_derived(text, SIZES)
    assert size_of(text, SIZES, ()) == size


@pytest.mark.parametrize(
    "text",
    [
        "batch-size",  # neither is a name of its own
        "unknown + 1",
        "DynamicDimension.0",
        "a",
        "a.0 + 1",
        "__import__('os').getcwd()",
        "a + 'b'",
        "a if b else h",
        "[a + b]",
        "(" * 300 + "a" + ")" * 300,
        "a+" * 500 + "a",
        "(lambda: a)()",
        "1seq",
        "",
    ],
)
def test_other_names_are_symbols(text) -> None:
    assert str(size_of(text, SIZES, ())) == str(SIZES.get(text, text))


@pytest.mark.parametrize("text", ["a // (b - 3)", "a ** 999", "a ** -1", "exit(a)", "floor(a, b)"])
def test_what_has_no_value_stays_a_symbol(text) -> None:
    assert str(size_of(text, SIZES, ())) == text


def test_a_sum_follows_its_names() -> None:
    text = 'g (float[N, "past + seq"] m, int64[N, seq] i, float[N, past] p) => (float[N, T] y)'
    made = model(text + "{ c = Cast<to=1>(i)  y = Concat<axis=1>(p, c) }")
    graph = load(made, shapes={"past": 224, "seq": 5})
    assert graph.inputs[0].shape is not None
    assert graph.inputs[0].shape[1] == 224 + 5
    assert [a.name for a in load_bound(made).assumed] == ["seq", "past"]
    symbolic = load(made).inputs[0].shape
    assert symbolic is not None
    assert str(symbolic[1]) == "past + seq"
