"""Which part imports which: one way only, heavy libraries late, onnx behind its door."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import networkx as nx
import pytest

from docs.rooms import (
    ALLOWED,
    COSTMODEL,
    FILES,
    IMPORTS,
    PATHS,
    ROOT,
    imports,
    is_inside,
    part_of,
    rooms,
)

RUFF = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
EXCUSED = RUFF["per-file-ignores"]

# Library -> the only places that may import it, even inside a function.
PLACES = {
    # ruff's TID251 bans it; the folders of the package that are excused there.
    "onnx": tuple(place.removesuffix("*") for place in EXCUSED if "TID251" in EXCUSED[place]),
    "rich": ("reports/", "src/costlint/"),
    "jinja2": ("reports/", "src/costlint/"),
    "typer": ("reports/", "src/costlint/"),
}

# Libraries that plain counting does without: loaded by whoever needs them, when they do.
HEAVY = {"networkx", "scipy", "sympy"}


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


def test_the_root_of_costmodel_holds_its_doors():
    doors = {Path(path).stem for path in FILES if Path(path).parent == Path(COSTMODEL)}
    assert doors == {"__init__", "count", "edit", "estimate", "load"}


def test_no_rooms_import_each_other_in_a_circle():
    """Then each room stands above all that it imports, and no arrow runs back."""
    assert not list(nx.simple_cycles(rooms()))


def test_few_arrows_lead_from_room_to_room():
    """Inside `costmodel/`: more of them and a change of one room is felt in too many."""
    inside = rooms().subgraph([room for room in rooms() if is_inside(room)])
    assert inside.number_of_edges() <= 70


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
