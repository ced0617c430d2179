"""Sizes by name over several models: they bind where a model has the name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import costlint as package
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.names import fitting, names
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.reader import read
from tests.models import model

IMAGE = """
g (float[1, 8, H, W] image, float[4, 8, 1, 1] w) => (float[1, 4, H, W] y) { y = Conv(image, w) }
"""
TEXT = "g (float[1, time, 8] text, float[8, 4] w) => (float[1, time, 4] y) { y = MatMul(text, w) }"
FLAT = "g (float[5, 8] image, float[8, 4] w) => (float[5, 4] y) { y = MatMul(image, w) }"
BOTH = ("--shape", "image=1x8x6x7", "--shape", "time=9")


@pytest.fixture
def folder(place: Path) -> Path:
    """`zoo/image.onnx` with free H and W, `zoo/text.onnx` with a free time."""
    found = place / "zoo"
    found.mkdir()
    for name, text in {"image": IMAGE, "text": TEXT}.items():
        (found / f"{name}.onnx").write_bytes(model(text).SerializeToString())
    return found


def macs(text: str) -> list[int]:
    lines = [json.loads(line) for line in text.splitlines()]
    return sorted(line["totals"]["macs"] for line in lines if line["type"] == "model")


@pytest.mark.parametrize(
    "targets", [["zoo"], ["zoo/*.onnx"], ["zoo/image.onnx", "zoo/text.onnx"]], ids=" ".join
)
def test_each_binds_what_it_has(targets, costlint, folder, capsys):
    assert folder.is_dir()
    assert costlint(*targets, *BOTH, "-f", "json-lines", "--fail-on", "never") == 0
    assert macs(capsys.readouterr().out) == [9 * 8 * 4, 6 * 7 * 8 * 4]


def test_the_settings_do_so_of_one_model_too(costlint, folder, capsys):
    (folder / "costlint.toml").write_text("[shapes]\nimage = [1, 8, 6, 7]\ntime = 9\n")
    for name, count in {"image": 6 * 7 * 8 * 4, "text": 9 * 8 * 4}.items():
        assert costlint(folder / f"{name}.onnx", "-f", "json-lines", "--fail-on", "never") == 0
        assert macs(capsys.readouterr().out) == [count]
    assert costlint(folder, "-f", "json-lines", "--fail-on", "never") == 0
    assert macs(capsys.readouterr().out) == [9 * 8 * 4, 6 * 7 * 8 * 4]


@pytest.mark.parametrize(
    ("targets", "given", "told"),
    [
        (["zoo"], "imag=1x8x6x7", "no model of this run has an input 'imag'"),
        (["zoo"], "tme=9", "no model of this run has an input or dimension 'tme'"),
        (["zoo/image.onnx", "zoo/text.onnx"], "tme=9", "no model of this run has an input or"),
        (["zoo/text.onnx"], "tme=9", "the model has no input or dimension 'tme'"),
        (["zoo/text.onnx"], "txt=1x9x8", "the model has no input 'txt'"),
        (["compare", "zoo/text.onnx", "zoo/image.onnx"], "tme=9", "no model of this run has an"),
    ],
)
def test_a_name_that_no_model_has(targets, given, told, costlint, folder, capsys):
    assert folder.is_dir()
    others = BOTH if targets != ["zoo/text.onnx"] else ()
    assert costlint(*targets, *others, "--shape", given) == 2
    err = capsys.readouterr().err
    assert told in err
    near = {"imag": "image", "tme": "time", "txt": "text"}[given.partition("=")[0]]
    assert f"did you mean '{near}'?" in err


def test_a_rank_that_does_not_fit_is_that_models_line(costlint, folder, capsys):
    (folder / "flat.onnx").write_bytes(model(FLAT).SerializeToString())
    assert costlint(folder, *BOTH, "-f", "json-lines", "--fail-on", "never") == 2
    out, err = capsys.readouterr()
    assert macs(out) == [9 * 8 * 4, 6 * 7 * 8 * 4]
    assert "input 'image' has 2 dimensions, 4 were given" in out + err


def test_two_models_are_compared_at_the_sizes_that_they_have(costlint, folder, capsys):
    pair = (folder / "image.onnx", folder / "text.onnx")
    assert costlint("compare", *pair, *BOTH, "-f", "json") == 0
    found = json.loads(capsys.readouterr().out)["models"]
    assert [entry["totals"]["macs"] for entry in found] == [6 * 7 * 8 * 4, 9 * 8 * 4]


def test_python_binds_them_too(folder):
    shapes: ShapeOption = {"image": (1, 8, 6, 7), "time": 9}
    both = package.check_many(folder, device="toy.toml", shapes=shapes, jobs=1, cache=False)
    assert sorted(one.models[0].totals.macs for one in both) == [9 * 8 * 4, 6 * 7 * 8 * 4]
    with pytest.raises(OptionError, match="no model of this run has an input or dimension 'tme'"):
        package.check_many(folder, device="toy.toml", shapes={"tme": 9})
    pair = [folder / "image.onnx", folder / "text.onnx"]
    found = package.compare(*pair, device="toy.toml", shapes=shapes)
    assert [entry.totals.macs for entry in found.models] == [6 * 7 * 8 * 4, 9 * 8 * 4]
    with pytest.raises(OptionError, match="'tme'"):
        package.compare(*pair, device="toy.toml", shapes={**shapes, "tme": 9})


def test_names_of_a_model():
    made = model("g (float[N, P] x, float[?, 4] y) => (int64[2, late] z) { [pick] z = NonZero(x) }")
    made.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "past + now"
    graph = read(made).graph
    assert {"x", "y", "N", "past", "now", "past + now", "y_0", "late"} <= names(graph)
    sizes = {"N": 1, "x": (2, 3), "past": (2, 3), "y_0": 3, "pick.count": 7, "other": 1}
    assert fitting(graph, sizes) == {"N": 1, "x": (2, 3), "y_0": 3, "pick.count": 7}
