"""How the program starts: what it loads, and what it answers at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import costlint
from tests.models import CONV, model

HEAVY = ("onnx", "networkx", "sympy", "scipy", "jinja2", "rich", "typer", "numpy")


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_version_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['costlint', '--version']\n"
        "from costlint.__main__ import main; main()\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    assert python(code).splitlines() == [f"costlint {costlint.__version__}", "[]"]


@pytest.mark.parametrize("batch", ["1", "N"])
def test_a_whole_run_loads_no_networkx_sympy_scipy(batch: str, place: Path) -> None:
    (place / "m.onnx").write_bytes(model(CONV.replace("N", batch)).SerializeToString())
    names = ("networkx", "sympy", "scipy", "jinja2", "onnxruntime", "pandas", "matplotlib")
    code = (
        "import sys; sys.argv = ['costlint', 'm.onnx', '-qq']\n"
        "from costlint.app import run; assert run() == 0\n"
        f"print([m for m in {names} if m in sys.modules])"
    )
    assert python(code).strip() == "[]"


@pytest.mark.parametrize("arguments", [["--help"], ["config"], ["devices"], ["explain", "G101"]])
def test_what_needs_no_model_loads_no_onnx(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['costlint', *{arguments}]\n"
        "from costlint.app import run; assert run() == 0\n"
        "print([m for m in ('onnx', 'numpy', 'sympy') if m in sys.modules])"
    )
    assert python(code).splitlines()[-1] == "[]"


def test_every_public_name_exists() -> None:
    for name in costlint.__all__:
        assert getattr(costlint, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = costlint.nothing
