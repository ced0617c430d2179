"""Files, folders and globs become models."""

from __future__ import annotations

from pathlib import Path

import pytest

from costlint.costmodel.ir.errors import OptionError
from costlint.many.expand import expand, is_many

pytestmark = pytest.mark.usefixtures("models")


def names(*models: str) -> list[str]:
    return [target.name for target in expand(models)]


def test_a_folder_is_all_models_below_it_in_order(models: Path) -> None:
    (models / "notes.txt").touch()
    assert [target.path for target in expand(["models"])] == [
        str(Path("models/a.onnx")),
        str(Path("models/deep/b.onnx")),
    ]
    assert names("models") == ["a.onnx", "deep/b.onnx"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("models/*.onnx", ["a.onnx"]),
        ("models/**/*.onnx", ["a.onnx", "deep/b.onnx"]),
        ("models/d*/*.onnx", ["deep/b.onnx"]),
    ],
)
def test_a_glob_names_models_from_where_it_begins(pattern, found) -> None:
    assert names(pattern) == found


def test_a_model_that_is_named_twice_comes_once(models: Path) -> None:
    assert names("models/a.onnx", "models", "./models/a.onnx", str(models / ".." / "models")) == [
        "a.onnx",
        "deep/b.onnx",
        "a.onnx",
        "deep/b.onnx",
    ]
    assert names("models/a.onnx", "./models/a.onnx") == ["a.onnx"]


def test_a_file_may_have_brackets_in_its_name(place: Path) -> None:
    (place / "m[1].onnx").touch()
    assert not is_many(["m[1].onnx"])
    assert names("m[1].onnx") == ["m[1].onnx"]


def test_links_to_folders_do_not_go_round(models: Path) -> None:
    (models / "deep" / "up").symlink_to(models, target_is_directory=True)
    assert names("models") == ["a.onnx", "deep/b.onnx"]


@pytest.mark.parametrize(("pattern", "left"), [("deep/*", 1), ("*.onnx", 0), ("b.onnx", 1)])
def test_patterns_exclude_what_was_found(pattern, left) -> None:
    assert len([t for t in expand(["models"]) if not t.excluded([pattern])]) == left
    assert not expand(["models/a.onnx"])[0].excluded(["*.onnx"])  # named: it stays


@pytest.mark.parametrize("nothing", ["empty", "empty/*.onnx", "-"])
def test_nothing_found_is_an_error(nothing, place: Path) -> None:
    (place / "empty").mkdir()
    with pytest.raises(OptionError):
        expand([nothing])
