"""The package installs in every way people install, and the wheel holds what it should."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PARTS = {
    "src/costlint": "costlint",
    "costmodel": "costlint/costmodel",
    "analyzers": "costlint/analyzers",
    "reports": "costlint/reports",
    "examples": "costlint/examples",
}
PROFILES = sorted(file.stem for file in (ROOT / "costmodel/devices/data").rglob("*.toml"))
MEGABYTE = 1_000_000


def run(*command, cwd):
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def pip(*arguments, cwd):
    quiet = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    return run(sys.executable, "-m", "pip", arguments[0], *quiet, *arguments[1:], cwd=cwd)


@pytest.fixture
def clone(tmp_path):
    """A fresh copy of what a clone holds, so that no build leaves anything here."""
    folder = tmp_path / "clone"
    for name in ("analyzers", "costmodel", "examples", "reports", "src", "tests"):
        built = shutil.ignore_patterns("__pycache__", "profiles.zip")
        shutil.copytree(ROOT / name, folder / name, ignore=built)
    for name in ("LICENSE", "README.md", "pyproject.toml", "setup.py"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(["."], id="plain"),
        pytest.param(["--editable", "."], id="editable"),
        pytest.param(["--editable", ".", "--config-settings", "editable_mode=strict"], id="strict"),
    ],
)
def test_import_from_the_root_of_the_clone(how, clone, tmp_path):
    """The folders at the root never shadow the installed package, and it has its devices."""
    prefix = tmp_path / "environment"
    venv.create(prefix, symlinks=os.name != "nt")
    scheme = {"base": str(prefix), "platbase": str(prefix)}
    site = Path(sysconfig.get_path("purelib", "venv", scheme))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))

    pip("install", "--ignore-installed", "--prefix", prefix, *how, cwd=clone)

    python = Path(sysconfig.get_path("scripts", "venv", scheme)) / "python"
    modules = ["costmodel", "costmodel.formulas", "analyzers", "reports", "examples"]
    code = "".join(f"import costlint.{module} as m; print(m.__file__);" for module in modules)
    for file in run(python, "-c", code, cwd=clone).splitlines():
        assert Path(file).is_relative_to(tmp_path)
    code = "import costlint; print(*[costlint.device(d.name).name for d in costlint.devices()])"
    assert run(python, "-c", code, cwd=tmp_path).split() == PROFILES


@pytest.fixture
def wheel(clone, tmp_path):
    pip("wheel", "--wheel-dir", tmp_path, ".", cwd=clone)
    (file,) = tmp_path.glob("*.whl")
    return file


def test_wheel(wheel):
    assert wheel.stat().st_size <= 2 * MEGABYTE
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"costlint"}
    assert not [name for name in names if "/tests/" in name or "/studies/" in name]
    assert "costlint/py.typed" in names
    assert "costlint/costmodel/devices/profiles.zip" in names
    assert not [name for name in names if name.startswith("costlint/costmodel/devices/data/")]
    assert [name for name in names if name.endswith("licenses/LICENSE")]

    code = {name for name in names if name.endswith(".py")}
    expected = {
        f"{package}/{file.relative_to(ROOT / folder).as_posix()}"
        for folder, package in PARTS.items()
        for file in (ROOT / folder).rglob("*.py")
        if "studies" not in file.parts
    }
    assert code == expected, "list each folder with code under [tool.setuptools] packages"


def test_a_wheel_of_the_source_distribution_is_that_of_the_clone(clone, wheel, tmp_path):
    code = "from setuptools import build_meta; build_meta.build_sdist('sources')"
    run(sys.executable, "-c", code, cwd=clone)
    (sources,) = (clone / "sources").glob("*.tar.gz")
    pip("wheel", "--wheel-dir", tmp_path / "again", sources, cwd=tmp_path)
    (again,) = (tmp_path / "again").glob("*.whl")
    first, second = zipfile.ZipFile(wheel), zipfile.ZipFile(again)

    assert sorted(first.namelist()) == sorted(second.namelist())
    (profiles,) = [name for name in first.namelist() if name.endswith("profiles.zip")]
    assert first.read(profiles) == second.read(profiles)


def test_the_versions_of_all_tools_are_written_down():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    pending = [*project["dependencies"], *extras["dev"]]
    wanted = {}
    while pending:
        requirement = Requirement(pending.pop())
        if requirement.name == "costlint":
            pending += [line for extra in requirement.extras for line in extras[extra]]
        elif requirement.name != "pip":
            wanted[canonicalize_name(requirement.name)] = requirement.specifier
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {
        canonicalize_name(name): version
        for name, _, version in (line.partition("==") for line in lines if not line.startswith("#"))
    }
    assert pinned.keys() == wanted.keys(), "a line of constraints.txt for each requirement"
    assert not [name for name in wanted if pinned[name] not in wanted[name]]
