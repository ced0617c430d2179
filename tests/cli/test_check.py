"""The default command, as a user types it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models import CONV, model

Costlint = Callable[..., int]
MACS = 16 * 6 * 6 * 3 * 3 * 3


def test_a_path_alone_is_checked(costlint: Costlint, conv: Path, capsys) -> None:
    assert costlint(conv) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{conv}: ")
    assert out.count("\n") == 2  # in a pipe: one line a model, one that the batch is open


def test_full_output_names_the_dearest_op(costlint: Costlint, conv: Path, capsys) -> None:
    assert costlint(conv, "-f", "full") == 0
    out = capsys.readouterr().out
    assert "15.6 kMACs" in out
    assert "batch 1, not bound (N): --batch SIZE sets it" in out
    assert max(map(len, out.splitlines())) <= 80


def test_json_has_the_exact_numbers(costlint: Costlint, conv: Path, capsys) -> None:
    assert costlint(conv, "--batch", 8, "-f", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "costlint/1"
    (entry,) = document["models"]
    assert entry["totals"]["macs"] == 8 * MACS
    assert entry["batch"] == 8
    assert len(entry["sha256"]) == 64
    assert entry["ops"][0]["op_type"] == "Conv"


def test_csv_has_one_row_per_op(costlint: Costlint, conv: Path, tmp_path: Path) -> None:
    target = tmp_path / "ops.csv"
    assert costlint(conv, "-f", "csv", "-o", target) == 0
    (row,) = csv.DictReader(io.StringIO(target.read_text()))
    assert int(row["macs"]) == MACS


def test_symbolic_totals_are_closed_forms(costlint: Costlint, conv: Path, capsys) -> None:
    assert costlint(conv, "--symbolic", "-f", "full") == 0
    assert f"macs = {MACS}*N" in " ".join(capsys.readouterr().out.split())


def test_an_input_is_bound_by_shape(costlint: Costlint, conv: Path, capsys) -> None:
    assert costlint(conv, "--shape", "x=2x3x10x10", "-f", "json") == 0
    totals = json.loads(capsys.readouterr().out)["models"][0]["totals"]
    assert totals["macs"] == 2 * 16 * 8 * 8 * 27


def test_an_unreadable_model_gives_2_after_the_others(
    costlint: Costlint, conv: Path, tmp_path: Path, capsys
) -> None:
    empty = tmp_path / "empty.onnx"
    empty.touch()
    assert costlint(empty, conv) == 2
    out, err = capsys.readouterr()
    assert str(conv) in out
    assert err.startswith("error: ")
    assert "is empty" in err


def test_a_wrong_option_is_told_once(costlint: Costlint, conv: Path, capsys) -> None:
    (conv.parent / "other.onnx").write_bytes(conv.read_bytes())
    assert costlint(conv, "other.onnx", "-d", "no-such-phone") == 2
    assert capsys.readouterr().err.count("unknown device") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.onnx"], "No such file"),
        (["m.onnx", "--shape", "x"], "cannot read --shape 'x'"),
        (["m.onnx", "--shape", "z=1x2"], "the model has no input 'z'"),
        (["m.onnx", "--batch", "0"], "--batch 0: a positive whole number is needed"),
        (["m.onnx", "-f", "jsn"], "did you mean 'json'?"),
        (["m.onnx", "-d", "no-such-phone"], "unknown device 'no-such-phone'"),
        (["m.onnx", "-s", "G9"], "no rule starts with 'G9'"),
        (["m.onnx", "--fail-on", "eror"], "did you mean 'error'?"),
        (["m.onnx", "--color", "allways"], "did you mean 'always'?"),
        (["m.onnx", "--max-latency", "8 minutes"], "a duration is needed"),
        (["m.onnx", "--max-recoverable", "200%"], "a share is needed"),
        (["m.onnx", "--max-findings", "-1"], "the least is 0"),
        (["m.onnx", "--devise", "x"], "--device"),
        (["m.onnx", "-o", "no/such/folder"], "cannot write 'no/such/folder'"),
        (["mesure", "m.onnx"], "did you mean the command `costlint measure`?"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(
    arguments, says, costlint: Costlint, conv: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(conv.parent)
    conv.rename("m.onnx")
    assert costlint(*arguments) == 2
    assert says in capsys.readouterr().err


def test_an_unknown_op_is_listed_and_strict_refuses_it(
    costlint: Costlint, tmp_path: Path, capsys
) -> None:
    path = tmp_path / "own.onnx"
    head = '<ir_version: 10, opset_import: ["" : 22, "own" : 1]>'
    text = "g (float[2] x) => (float[2] y) { t = own.Op (x)  y = Relu(t) }"
    path.write_bytes(model(head + text).SerializeToString())
    assert costlint(path, "-f", "json") == 0
    entry = json.loads(capsys.readouterr().out)["models"][0]
    assert entry["totals"]["coverage"] < 1
    assert entry["ops"][0]["costed"] is False
    assert costlint(path, "--strict") == 2
    assert "own::Op" in capsys.readouterr().err


def test_hostile_names_stay_text(costlint: Costlint, tmp_path: Path, capsys) -> None:
    proto = model(CONV)
    proto.graph.node[0].name = "a\x1b[31m\nb\u202e"
    path = tmp_path / "m.onnx"
    path.write_bytes(proto.SerializeToString())
    assert costlint(path, "-f", "full") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_bug_has_its_own_exit_code(costlint: Costlint, conv: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("costlint.pipeline.count", lambda *_, **__: 1 / 0)
    assert costlint(conv) == 3
    assert "bug in costlint" in capsys.readouterr().err


def test_settings_bind_symbols(costlint: Costlint, conv: Path, capsys) -> None:
    (conv.parent / "costlint.toml").write_text("[shapes]\nN = 4\n")
    assert costlint(conv, "-f", "json") == 0
    assert json.loads(capsys.readouterr().out)["models"][0]["totals"]["macs"] == 4 * MACS
    assert costlint(conv, "-f", "json", "--isolated") == 0
    assert json.loads(capsys.readouterr().out)["models"][0]["totals"]["macs"] == MACS


def test_an_unknown_setting_is_an_error(costlint: Costlint, conv: Path, capsys) -> None:
    (conv.parent / "pyproject.toml").write_text("[tool.costlint]\nshape = 4\n")
    assert costlint(conv) == 2
    err = capsys.readouterr().err
    assert "unknown key 'shape'" in err
    assert "did you mean 'shapes'?" in err
