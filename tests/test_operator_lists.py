"""Operators are listed by name in the formulas alone; others ask for a kind or a named set."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from costlint.costmodel.formulas import all_formulas, all_free
from costlint.costmodel.formulas.sets import NAMED, operators

ROOT = Path(__file__).resolve().parents[1]
OPERATORS = {f.op_type for f in all_formulas()} | {op_type for _, op_type, _ in all_free()}
CODE = ("costmodel", "analyzers", "reports", "calibration", "src")

HOMES = {
    "formulas": "each operator and each set of operators has its home there",
    "shapes": "a rule for shapes is registered by operator",
    "reader": "reads what a file calls an operator",
    "models": "writes an operator as its specification says, and does arithmetic on its weights",
}
"""Folders of costmodel/ that may name operators, and why."""

ALLOWED = {
    "costmodel/space/constants.py": "for each operator that a constant steers, its own function",
    "analyzers/rules/g403_movement.py": "the words for what each operator that moves data does",
    "src/costlint/measuring/anchors.py": "nodes that onnxruntime adds to change the layout",
    "src/costlint/measuring/mapping.py": "nodes that onnxruntime's optimiser adds or takes in",
    "calibration/kernelrows.py": "what the words of a table of timings mean",
    "calibration/kernelgraphs.py": "kernels that are made to be timed",
    "calibration/integergraphs.py": "kernels that are made to be timed",
}
"""Modules that may list operators, and why."""


def listed(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """Collections in code with two operators or more: the line, the operators."""
    for node in ast.walk(tree):
        words: list[object] = []
        match node:
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                words += [part.value for part in parts if isinstance(part, ast.Constant)]
            case ast.Dict(keys=keys, values=values):
                both = (*keys, *values)
                words += [part.value for part in both if isinstance(part, ast.Constant)]
            case ast.MatchOr(patterns=parts):
                values = [part.value for part in parts if isinstance(part, ast.MatchValue)]
                words += [value.value for value in values if isinstance(value, ast.Constant)]
            case ast.BoolOp(values=parts):
                sides = [part.comparators[0] for part in parts if isinstance(part, ast.Compare)]
                words += [side.value for side in sides if isinstance(side, ast.Constant)]
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="split")):
                words += text.split()
        found = [word for word in words if isinstance(word, str) and word in OPERATORS]
        if len(found) > 1 and isinstance(node, ast.expr | ast.pattern):
            yield node.lineno, found


def modules() -> Iterator[str]:
    for part in CODE:
        for file in sorted((ROOT / part).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if not (path.startswith("costmodel/") and set(HOMES) & set(Path(path).parts)):
                yield path


def test_no_module_lists_operators_but_those_that_mean_them():
    found = {path for path in modules() if any(listed(ast.parse((ROOT / path).read_text("utf-8"))))}
    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    "code",
    [
        'A = x == "Relu" or x == "Clip"',
        'match x:\n    case "Relu" | "Clip": pass',
        'A = frozenset({"Relu", "Clip"})',
        'A = ("Conv", "x")\nif a in ["Gemm", "MatMul"]: pass',
        'A = dict.fromkeys(("Relu", "Clip"), "activation")',
        'A = {"Relu": 1, "Clip": 2}',
        'A = "Relu Clip".split()',
    ],
)
def test_a_list_is_seen(code):
    assert list(listed(ast.parse(code)))


def test_a_single_operator_is_no_list():
    assert not list(listed(ast.parse('a = op == "Transpose" or op in ("Reshape", *B)')))


def tables() -> dict[str, dict[str, Any]]:
    folder = ROOT / "costmodel" / "runtimes"
    return {f.name: tomllib.loads(f.read_text("utf-8")) for f in sorted(folder.glob("*.toml"))}


def lists(value: object, path: str) -> Iterator[tuple[str, list[str]]]:
    """Every list of names in a rule set, with where it stands; not the steps of a composite."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("steps", "types"):
                yield from lists(inner, f"{path}.{key}")
    elif isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            yield path, value
        else:
            for place, inner in enumerate(value):
                yield from lists(inner, f"{path}[{place}]")


def test_no_two_rule_sets_repeat_a_list():
    """What two runtimes fuse alike they take from one another (`like`), or call by a set's name."""
    seen: dict[frozenset[str], str] = {}
    for file, table in tables().items():
        for where, names in lists(table, file):
            key = frozenset(names)
            if len(key) > 2:
                assert key not in seen, f"{where} repeats {seen.get(key)}"
                seen[key] = where


def test_every_set_that_is_named_is_there_and_used():
    used = set()
    for file, table in tables().items():
        own = table.get("sets", {})
        everywhere = {**tables()["composites.toml"]["sets"], **own}
        for where, names in lists(table, file):
            for name in (n.removeprefix("@") for n in names if n.startswith("@")):
                assert name in everywhere or operators(name), where
                used.add(name)
    assert set(NAMED) <= used
