"""What the cases of the further domains share: `at(n)` is an op, `counted(n)` its two counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import Op
from tests.costmodel.strategies import make_op, typed, weight

Counted: TypeAlias = Callable[[Dim], tuple[Dim, Dim]]
"""Batch -> (macs, other_flop), as arithmetic."""
Cases: TypeAlias = Mapping[str, tuple[Callable[[Dim], Op], Counted]]

ms = partial(make_op, domain="com.microsoft")
ml = partial(make_op, domain="ai.onnx.ml")


def u8(*shape: Dim):
    return typed(shape, "uint8")


def i8(*shape: Dim):
    return typed(shape, "int8")


def i32(*shape: Dim):
    return typed(shape, "int32")


def i64(*shape: Dim):
    return typed(shape, "int64")


X = 6 * 8
"""Elements of one of n images or rows of (6, 8)."""


def plain(op_type: str, each: int, *more: tuple[int, ...], **attributes) -> Cases:
    return {
        op_type: (
            lambda n: ms(op_type, (n, 6, 8), *[weight(*w) for w in more], **attributes),
            lambda n: (0, each * n * X),
        )
    }
