"""Which part imports which: one way only, heavy libraries late, onnx behind its door."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Part (folder) -> the parts it may import besides itself.
ALLOWED = {
    "costmodel": set[str](),
    "analyzers": {"costmodel"},
    "reports": {"costmodel", "analyzers"},
    "examples": set[str](),
    "src/costlint": {"costmodel", "analyzers", "reports", "examples"},
}

# Library -> the only places that may import it, even inside a function.
PLACES = {
    # pyproject.toml has the same list for ruff.
    "onnx": ("costmodel/reader/", "costmodel/models/", "examples/"),
    "rich": ("reports/", "src/costlint/"),
    "jinja2": ("reports/", "src/costlint/"),
    "typer": ("reports/", "src/costlint/"),
}

# Libraries that plain counting does without: loaded by whoever needs them, when they do.
HEAVY = {"networkx", "scipy", "sympy"}


@dataclass(frozen=True)
class Import:
    """One imported module: its full name, and whether it is loaded along with its importer."""

    name: str
    line: int
    on_load: bool


def module_name(path: str) -> str:
    """`costmodel/ir/graph.py` -> `costlint.costmodel.ir.graph`."""
    part = part_of(path)
    tail = Path(path).relative_to(part).with_suffix("").parts
    head = ("costlint",) if part == "src/costlint" else ("costlint", part)
    return ".".join(head + (tail[:-1] if tail[-1] == "__init__" else tail))


def part_of(path: str) -> str:
    return next(part for part in ALLOWED if path.startswith(f"{part}/"))


def imports(code: str) -> Iterator[Import]:
    """Every import in `code`, those in functions and under TYPE_CHECKING as not `on_load`.

    Relative ones are left out: ruff refuses them.
    """
    pending: list[tuple[ast.AST, bool]] = [(ast.parse(code), True)]
    while pending:
        node, on_load = pending.pop()
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, on_load) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A name may be a module of its own: `from costlint import reports`.
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (Import(name, node.lineno, on_load) for name in names)
        else:
            late = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            late = late or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
            pending += [(child, on_load and not late) for child in ast.iter_child_nodes(node)]


FILES = [
    file.relative_to(ROOT).as_posix()
    for part in ALLOWED
    for file in sorted((ROOT / part).rglob("*.py"))
    if "studies" not in file.parts
]
IMPORTS = {path: list(imports((ROOT / path).read_text(encoding="utf-8"))) for path in FILES}
PATHS = {module_name(path): path for path in FILES}


def part_imported(name: str) -> str | None:
    """The part that the import of `name` reaches, None for a library."""
    head, _, rest = name.partition(".")
    if head != "costlint":
        return None
    part = rest.partition(".")[0]
    return part if part in ALLOWED else "src/costlint"


@pytest.mark.parametrize("path", FILES)
def test_imports_go_one_way(path):
    part = part_of(path)
    allowed = ALLOWED[part] | {part}
    wrong = [
        f"{path}:{found.line} imports {found.name}"
        for found in IMPORTS[path]
        if part_imported(found.name) not in {None, *allowed}
    ]
    assert not wrong, f"{part} may import {sorted(ALLOWED[part]) or 'no other part'}"


@pytest.mark.parametrize("path", FILES)
def test_libraries_stay_in_their_places(path):
    wrong = [
        f"{path}:{found.line} imports {found.name}, which belongs in {places}"
        for found in IMPORTS[path]
        for library, places in PLACES.items()
        if f"{found.name}.".startswith(f"{library}.") and not path.startswith(places)
    ]
    assert not wrong


@pytest.mark.parametrize("path", FILES)
def test_heavy_libraries_load_late(path):
    """A file that loads one is itself imported inside functions only."""
    wrong = []
    for found in IMPORTS[path]:
        parents = found.name.split(".")
        loaded = {".".join(parents[:end]) for end in range(1, len(parents) + 1)}
        wrong += [
            f"{path}:{found.line} loads {PATHS[name]}, and so {libraries}: import it in a function"
            for name in loaded & PATHS.keys()
            if found.on_load and (libraries := heavy_on_load(PATHS[name]))
        ]
    assert not wrong


def heavy_on_load(path: str) -> set[str]:
    return HEAVY & {found.name.partition(".")[0] for found in IMPORTS[path] if found.on_load}


def test_the_reading_of_imports():
    code = """
import a.b
from c import d
if TYPE_CHECKING:
    import h
def body():
    from onnx import numpy_helper
class C:
    import i
try:
    import j
except ImportError:
    pass
"""
    found = {one.name: one.on_load for one in imports(code)}
    assert found == {
        "a.b": True,
        "c.d": True,
        "h": False,
        "onnx.numpy_helper": False,
        "i": True,
        "j": True,
    }


def test_start_up_is_light():
    """`costlint --version` and completion are felt at every call: no heavy library is loaded."""
    if importlib.util.find_spec("costlint.__main__") is None:
        pytest.skip("costlint has no command line yet")
    script = (
        "import sys\n"
        "from costlint.__main__ import main\n"
        "sys.argv = ['costlint', '--version']\n"
        "try:\n    code = main()\n"
        "except SystemExit as exit:\n    code = exit.code\n"
        "print(code or 0, *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    code, *loaded = run.stdout.splitlines()[-1].split()
    assert code == "0"
    late = HEAVY | {"jinja2", "numpy", "onnx", "onnxruntime", "rich", "typer"}
    assert not late & set(loaded)
