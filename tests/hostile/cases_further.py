"""More models that nobody should bring: sizes, constants, bodies and symbols that blow up."""

from __future__ import annotations

from onnx import TensorProto, helper

from tests.hostile.builders import (
    bad_strings,
    claims,
    doubling,
    folding_pools,
    in_a_circle,
    ints,
    loop,
    many_attributes,
    many_inputs,
    many_symbols,
    nested_loops,
    scalar,
    steps,
    symbol_tower,
    text,
)
from tests.hostile.cases import INT64_MAX, Case, graph, node, weight

HUGE = 2**62
INT64_MIN = -(2**63)

FURTHER: dict[str, Case] = {
    "Tile by 2**40": lambda: graph([node("Tile", "x", "r")], [2], initializer=[ints("r", 2**40)]),
    "Tile of constants": lambda: graph(
        [node("Tile", "a", "r", out="t"), node("Reshape", "x", "t")],
        [2],
        initializer=[ints("r", 2**34), ints("a", 1)],
    ),
    "Range to 2**62": lambda: graph(
        [node("Range", "a", "b", "c", out="t"), node("Cast", "t", to=1)],
        [2],
        initializer=[scalar("a", 0), scalar("b", HUGE), scalar("c", 1)],
    ),
    "Range of floats": lambda: graph(
        [node("Range", "a", "b", "c")],
        [2],
        initializer=[
            scalar(n, v, TensorProto.FLOAT) for n, v in zip("abc", (0, 1e30, 1e-30), strict=True)
        ],
    ),
    "ConstantOfShape 2**40": lambda: graph(
        [node("ConstantOfShape", "s", out="w"), node("Add", "x", "w")],
        [1],
        initializer=[ints("s", 2**40)],
    ),
    "ConstantOfShape beyond 64 bits": lambda: graph(
        [node("ConstantOfShape", "s")], [1], initializer=[ints("s", HUGE, HUGE, HUGE)]
    ),
    "Expand to 2**62": lambda: graph(
        [node("Expand", "x", "s")], [1], initializer=[ints("s", HUGE)]
    ),
    "Expand chain": lambda: steps("Expand", ints("s", 2, 1), 3000, ["N", 3]),
    "Concat doubling": lambda: doubling("Concat", 300, [2], axis=0),
    "Concat doubling, symbolic": lambda: doubling("Concat", 300, ["N", "M"], axis=0),
    "Add chain, symbolic": lambda: doubling("Add", 2000, ["N", "M"]),
    "Mul of shapes": lambda: symbol_tower(12),
    "pools, symbolic": lambda: folding_pools(40),
    "many symbols": lambda: many_symbols(300),
    "many symbols, broadcast": lambda: many_symbols(300, "Sum"),
    "10**5 inputs": lambda: many_inputs(10**5),
    "10**5 attributes": lambda: many_attributes(10**5),
    "2 GB claimed": lambda: claims(2),
    "2**40 GB claimed": lambda: claims(2**30),
    "strings that are no UTF-8": bad_strings,
    "Loop of 2**62 trips": lambda: loop(HUGE),
    "Loop of -1 trips": lambda: loop(-1),
    "Loop of 2**30 trips": lambda: loop(2**30),
    "Loop whose state grows": lambda: loop(2**30, "z = Concat<axis = 0>(v, v)"),
    "Loops in loops": lambda: nested_loops(12),
    "If in a circle": in_a_circle,
    "Resize by 1e30": lambda: graph(
        [node("Resize", "x", "", "s")],
        [1, 1, 4, 4],
        initializer=[helper.make_tensor("s", 1, [4], [1, 1, 1e30, 1e30])],
    ),
    "Resize by nan": lambda: graph(
        [node("Resize", "x", "", "s")],
        [1, 1, 4, 4],
        initializer=[helper.make_tensor("s", 1, [4], [1, 1, float("nan"), float("inf")])],
    ),
    "Resize to 2**62": lambda: graph(
        [node("Resize", "x", "", "", "s")], [1, 1, 4, 4], initializer=[ints("s", 1, 1, HUGE, HUGE)]
    ),
    "Pad by 2**62": lambda: graph(
        [node("Pad", "x", "p")], [2], initializer=[ints("p", HUGE, HUGE)]
    ),
    "Pad by -2**63": lambda: graph(
        [node("Pad", "x", "p")], [2], initializer=[ints("p", INT64_MIN, 0)]
    ),
    "pads of a convolution": lambda: graph(
        [node("Conv", "x", "w", pads=[INT64_MAX] * 4)],
        [1, 3, 8, 8],
        initializer=[weight("w", 4, 3, 3, 3)],
    ),
    "strides of 2**62": lambda: graph(
        [node("Conv", "x", "w", strides=[HUGE, HUGE])],
        [1, 3, 8, 8],
        initializer=[weight("w", 4, 3, 3, 3)],
    ),
    "transposed by 2**62": lambda: graph(
        [node("ConvTranspose", "x", "w", strides=[HUGE, HUGE])],
        [1, 3, 8, 8],
        initializer=[weight("w", 3, 4, 3, 3)],
    ),
    "a convolution of 2**60 macs": lambda: graph(
        [node("Conv", "x", "w")],
        [2**20, 3, 2**20, 2**20],
        initializer=[weight("w", 2**20, 3, 3, 3)],
    ),
    "huge product": lambda: graph(
        [node("MatMul", "x", "w")],
        [INT64_MAX, INT64_MAX],
        initializer=[weight("w", INT64_MAX, INT64_MAX)],
    ),
    "powers of constants": lambda: graph(
        [node("Pow", "a", "b", out="t"), node("Reshape", "x", "t")],
        [2, 3],
        initializer=[ints("a", 10), ints("b", HUGE)],
    ),
    "shifts of constants": lambda: text(
        """g (float[2] x) => (float y) { a = Constant<value = uint64[1] {1}>()
        b = Constant<value = uint64[1] {100}>()  c = BitShift<direction = "LEFT">(a, b)
        d = Cast<to = 7>(c)  y = ConstantOfShape(d) }"""
    ),
    "Mod by INT64_MIN": lambda: graph(
        [node("Mod", "a", "b", out="t"), node("Reshape", "x", "t")],
        [2, 3],
        initializer=[ints("a", INT64_MIN), ints("b", -1)],
    ),
    "OneHot of 2**62": lambda: text(
        f"""g (int64[2] x, float[2] v) => (float y) {{
        n = Constant<value = int64 {{{HUGE}}}>()  y = OneHot(x, n, v) }}"""
    ),
    "surrogates in names": lambda: graph(
        [node("Relu", "x", out="abcd"), node("Exp", "abcd")], [2]
    ).replace(b"abcd", b"\xed\xa0\x80d"),
    "names of a megabyte": lambda: graph(
        [node("Relu", "x", out="a" * 10**6), node("Exp", "a" * 10**6)], [2]
    ),
    "external data in /dev/zero": lambda: graph(
        [node("Add", "x", "w")], [2], initializer=[weight("w", 2, location="/dev/zero")]
    ),
    "external data far above": lambda: graph(
        [node("Add", "x", "w")],
        [2],
        initializer=[weight("w", 2, location="../" * 50 + "etc/passwd")],
    ),
}
