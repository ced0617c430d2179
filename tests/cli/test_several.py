"""Several models in one run: what is told of one names it."""

from __future__ import annotations

import onnx

from tests.models import model


def test_an_error_names_the_model_that_it_is_about(costlint, tmp_path, capsys):
    text = "g (float[1, 3] {0}) => (float[1, 3] y) {{ y = Relu({0}) }}"
    for name, given in (("first", "x"), ("second", "z")):
        onnx.save(model(text.format(given)), tmp_path / f"{name}.onnx")
    bad = model("g (float[1, 3] x) => (float[2, 3] y) { y = MatMul(x, x) }")
    onnx.save(bad, tmp_path / "bad.onnx")
    models = [str(tmp_path / f"{name}.onnx") for name in ("first", "second", "bad")]
    assert costlint(*models) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: bad.onnx: MatMul")


def test_an_op_of_unknown_cost_is_no_free_one(costlint, tmp_path, capsys):
    text = "g (float[1, 3] x) => (float[1, 3] y) { y = my.ops.Fancy(x) }"
    onnx.save(model(text), tmp_path / "m.onnx")
    assert costlint(str(tmp_path / "m.onnx"), "-f", "full") == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "y (Fancy)" in line]
    assert row.split() == ["?", "?", "?", "y", "(Fancy)"]
