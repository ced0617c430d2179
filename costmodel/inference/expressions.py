"""A dimension that a file writes as arithmetic over names: `past + sequence`, `floor(h/2)`."""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from costlint.costmodel.ir.dims import Dim, maximum, minimum, simplest, symbol

_ARITHMETIC: Final = re.compile(r"[\w\s.+\-*/%(),]*[+\-*/%(][\w\s.+\-*/%(),]*")
_MAX_LENGTH: Final = 400
_MAX_POWER: Final = 8


def size_of(name: str, values: Mapping[str, Dim], known: Collection[str]) -> Dim:
    """The size of the dimension `name`: bound in `values`, computed from names, or a symbol.

    `known` are the names that other dimensions have.
    """
    if name in values:
        return values[name]
    if is_derived(name, {*values, *known}):
        found = _evaluated(name, lambda part: values[part] if part in values else symbol(part))
        if found is not None:
            return found
    return symbol(name)


def is_derived(name: str, known: Collection[str]) -> bool:
    """Whether `name` is arithmetic over `known` names, and so no size of its own."""
    tree = _tree(name)
    return tree is not None and all(part in known for part in _names(tree))


@lru_cache(maxsize=1024)
def _tree(text: str) -> ast.expr | None:
    """`text` as arithmetic; None where it is a plain name or anything else."""
    if len(text) > _MAX_LENGTH or not _ARITHMETIC.fullmatch(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.BinOp | ast.Call | ast.UnaryOp) else None


def _names(tree: ast.expr) -> Iterator[str]:
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Name | ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.Call):
            pending += node.args
        else:
            pending += ast.iter_child_nodes(node)


def _evaluated(text: str, size: Callable[[str], Dim]) -> Dim | None:
    """`text` with the size of each name; None where it is no arithmetic or has no value."""
    tree = _tree(text)
    try:
        return None if tree is None else _floor(_value(tree, size))
    except (KeyError, TypeError, ValueError, ArithmeticError, RecursionError):
        return None


def _value(node: ast.expr, size: Callable[[str], Dim]) -> Any:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name() | ast.Attribute():
            return size(ast.unparse(node))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            value = _value(inner, size)
            return -value if isinstance(node.op, ast.USub) else value
        case ast.BinOp(left=left, op=sign, right=right):
            return _OPERATORS[type(sign)](_value(left, size), _value(right, size))
        case ast.Call(func=ast.Name() | ast.Attribute() as called, args=args, keywords=[]):
            word = ast.unparse(called).rpartition(".")[2].lower()
            return _FUNCTIONS[word](*(_value(arg, size) for arg in args))
    msg = f"{ast.unparse(node)} is no arithmetic"
    raise ValueError(msg)


def _floor(value: Any) -> Any:
    if isinstance(value, int | Fraction):
        return math.floor(value)
    import sympy

    return simplest(sympy.floor(sympy.expand(value)))


def _quotient(a: Any, b: Any) -> Any:
    return (
        Fraction(a, b) if isinstance(a, int | Fraction) and isinstance(b, int | Fraction) else a / b
    )


def _power(a: Any, b: Any) -> Any:
    if type(b) is not int or not 0 <= b <= _MAX_POWER:
        msg = f"the power {b} is too high"
        raise ValueError(msg)
    return a**b


def _ceil(value: Any) -> Any:
    return -_floor(-value)


_OPERATORS: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _quotient,
    ast.FloorDiv: lambda a, b: _floor(_quotient(a, b)),
    ast.Mod: lambda a, b: a - b * _floor(_quotient(a, b)),
    ast.Pow: _power,
}

# As sympy, torch and onnx write them, in lower case.
_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "floor": _floor,
    "int": _floor,
    "trunc": _floor,
    "trunctoint": _floor,
    "ceil": _ceil,
    "ceiling": _ceil,
    "ceiltoint": _ceil,
    "floordiv": lambda a, b: _floor(_quotient(a, b)),
    "cleandiv": lambda a, b: _floor(_quotient(a, b)),
    "ceildiv": lambda a, b: _ceil(_quotient(a, b)),
    "inttruediv": _quotient,
    "mod": lambda a, b: a - b * _floor(_quotient(a, b)),
    "pythonmod": lambda a, b: a - b * _floor(_quotient(a, b)),
    "max": lambda first, *more: _folded(maximum, first, more),
    "min": lambda first, *more: _folded(minimum, first, more),
}


def _folded(choose: Callable[[Any, Any], Any], first: Any, more: tuple[Any, ...]) -> Any:
    for other in more:
        first = choose(first, other)
    return first
