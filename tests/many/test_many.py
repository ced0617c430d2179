"""`costlint` over folders and globs, as a user types it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import costlint as library
from costlint.costmodel.ir.errors import OptionError
from tests.device import toy_device
from tests.many.conftest import Costlint, save

MACS = {8: 28 * 28 * (64 * 8 + 8 * 64), 16: 28 * 28 * (64 * 16 + 8 * 64)}

pytestmark = pytest.mark.usefixtures("models")


def lines(text: str, kind: str = "model") -> list[dict[str, Any]]:
    found = map(json.loads, text.splitlines())
    return [line for line in found if line["type"] == kind]


def test_a_folder_gives_a_row_for_each_model(costlint: Costlint, capsys) -> None:
    assert costlint("models", "-f", "csv", "--exit-zero") == 0
    first, second = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert [first["name"], second["name"]] == ["a.onnx", "deep/b.onnx"]
    assert [int(first["macs"]), int(second["macs"])] == [MACS[8], MACS[16]]
    assert "G401:1" in first["rules"].split()
    assert first["failure"] == ""


def test_a_glob_and_exclude(costlint: Costlint, capsys) -> None:
    assert costlint("models/**/*.onnx", "--exclude", "deep/*", "-f", "csv", "--exit-zero") == 0
    assert len(list(csv.DictReader(io.StringIO(capsys.readouterr().out)))) == 1
    assert costlint("models", "--exclude", "*") == 2
    assert "every model is excluded" in capsys.readouterr().err


def test_the_settings_exclude(costlint: Costlint, models: Path, capsys) -> None:
    (models.parent / "costlint.toml").write_text('exclude = ["deep/*"]\n')
    assert costlint("models", "-f", "csv", "--exit-zero") == 0
    assert "deep" not in capsys.readouterr().out


def test_one_unreadable_model_is_one_line(costlint: Costlint, models: Path, capsys) -> None:
    (models / "broken.onnx").touch()
    assert costlint("models", "-f", "json-lines") == 2
    out, err = capsys.readouterr()
    assert len(lines(out)) == 2
    (failure,) = lines(out, "failure")
    assert failure["kind"] == "ModelError"
    assert "is empty" in failure["what"]
    assert "is empty" in err


def test_a_pipe_has_one_line_a_finding(costlint: Costlint, models: Path, capsys) -> None:
    (models / "broken.onnx").touch()
    assert costlint("models", "--select", "G401") == 2
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 3
    assert all("G401 saves" in line for line in out[:2])
    assert "failed: " in out[2]


def test_the_table_shows_the_worst_first(costlint: Costlint, capsys) -> None:
    assert costlint("models", "-f", "full", "--exit-zero", "--width", "60") == 0
    out = capsys.readouterr().out
    assert out.startswith("2 models on toy\n")
    assert "G401" in out
    assert out.index("deep/b.onnx") > 0
    assert max(map(len, out.splitlines())) <= 60


def test_the_gate_holds_every_model(costlint: Costlint, capsys) -> None:
    assert costlint("models", "--max-latency", "1us", "--fail-on", "never") == 1
    assert capsys.readouterr().err.count("gate failed") == 2
    assert costlint("models", "--max-latency", "1s", "--fail-on", "never") == 0


def test_a_baseline_is_written_and_accepted(costlint: Costlint, capsys) -> None:
    assert costlint("models", "--fail-on", "note") == 1
    assert costlint("models", "--write-baseline", "--fail-on", "note") == 0
    baseline = "costlint-baseline.json"
    assert costlint("models", "--baseline", baseline, "--fail-on", "note") == 0
    capsys.readouterr()
    assert costlint("models", "--baseline", baseline, "-f", "json-lines") == 0
    found = lines(capsys.readouterr().out, "finding")
    assert found
    assert all(finding["suppressed"] for finding in found)
    reason = {"reason": f"accepted in {baseline}", "kind": "external"}
    assert all(finding["suppressed_by"] == [reason] for finding in found)


def test_results_go_on_from_a_file(costlint: Costlint, models: Path, place: Path) -> None:
    run = ("models", "--resume", "run.jsonl", "--no-cache", "--exit-zero", "-qq")
    assert costlint(*run) == 0
    whole = (place / "run.jsonl").read_text()
    first = [line["path"] for line in lines(whole)]
    cut = whole[: whole.rindex('{"type": "model"') + 100]  # as a killed process leaves it
    (place / "run.jsonl").write_text(cut)
    save(models / "c.onnx", width=32)
    assert costlint(*run) == 0
    again = [line["path"] for line in lines((place / "run.jsonl").read_text())]
    assert sorted(again) == sorted([*first, str(Path("models/c.onnx"))])
    assert not (place / "run.jsonl.part").exists()


def test_going_on_computes_only_what_is_missing(
    costlint: Costlint, models: Path, place: Path, monkeypatch
) -> None:
    run = ("models", "--resume", "run.jsonl", "--no-cache", "--exit-zero", "-qq", "-j", "1")
    assert costlint(*run) == 0
    save(models / "a.onnx", width=24)  # a result that does not hold any more
    asked: list[str] = []

    def counting(tasks, pool):
        from costlint.many.pool import run_all

        asked.extend(task.path for task in tasks)
        return run_all(tasks, pool)

    monkeypatch.setattr("costlint.many.outcomes.run_all", counting)
    assert costlint(*run) == 0
    assert asked == [str(models / "a.onnx")]
    found = {line["name"]: line for line in lines((place / "run.jsonl").read_text())}
    assert found["a.onnx"]["totals"]["macs"] == 28 * 28 * (64 * 24 + 8 * 64)
    assert len(found) == 2


def test_ctrl_c_keeps_what_is_done(costlint: Costlint, place: Path, monkeypatch, capsys) -> None:
    def stopping(tasks, pool):
        from costlint.many.pool import run_all

        yield next(run_all(tasks, pool))
        raise KeyboardInterrupt

    monkeypatch.setattr("costlint.many.outcomes.run_all", stopping)
    run = ("models", "--resume", "run.jsonl", "-j", "1", "-f", "csv")
    assert costlint(*run) == 130
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1 + 1
    assert "1 of 2 models are done" in err
    assert len(lines((place / "run.jsonl").read_text())) == 1


def test_a_file_that_holds_something_else_is_not_overwritten(
    costlint: Costlint, place: Path, capsys
) -> None:
    (place / "notes.txt").write_text("my notes\n")
    assert costlint("models", "--resume", "notes.txt") == 2
    assert "holds no results" in capsys.readouterr().err
    assert (place / "notes.txt").read_text() == "my notes\n"


def test_a_slower_model_fails_against_a_folder(
    costlint: Costlint, models: Path, place: Path, capsys
) -> None:
    (place / "before").mkdir()
    save(place / "before" / "a.onnx", width=8)
    save(models / "a.onnx", width=64)
    run = ("models", "--against", "before", "--fail-on", "never")
    assert costlint(*run) == 0
    assert costlint(*run, "--fail-on-regression", "2%") == 1
    assert "a.onnx on toy is slower" in capsys.readouterr().err


def test_a_slower_model_fails_against_earlier_results(
    costlint: Costlint, place: Path, capsys
) -> None:
    assert costlint("models", "-f", "json-lines", "-o", "old.jsonl", "--exit-zero") == 0
    toy_device(slower=2.0).save(place / "toy.toml")
    run = ("models", "--against", "old.jsonl", "--fail-on", "never", "-f", "full")
    assert costlint(*run, "--fail-on-regression", "2%") == 1
    out = capsys.readouterr().out
    assert "2 compared, 2 slower" in out


@pytest.mark.parametrize("format_name", ["json", "sarif", "github", "gitlab", "junit", "markdown"])
def test_formats_of_findings_take_many(format_name, costlint: Costlint, capsys) -> None:
    assert costlint("models", "-f", format_name, "--exit-zero") == 0
    assert "G401" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["empty"], "no .onnx file in the folder 'empty'"),
        (["nothing/*.onnx"], "no model matches"),
        (["models", "--symbolic"], "--symbolic is for single models"),
        (["models", "-j", "0"], "--jobs"),
        (["models", "--backend", "lokki"], "unknown backend"),
        (["models", "-f", "parquet"], "parquet"),
        (["models", "--against", "none.jsonl"], "nothing to compare with"),
        (["models", "--device", "no-such-device"], "no-such-device"),
    ],
)
def test_what_is_wrong_is_said(arguments, says, costlint: Costlint, place, capsys) -> None:
    (place / "empty").mkdir()
    assert costlint(*arguments) == 2
    assert says in capsys.readouterr().err


def test_parquet_has_the_rows_of_csv(costlint: Costlint, models: Path, place: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    (models / "broken.onnx").touch()
    assert costlint("models", "-f", "parquet", "-o", "out.parquet") == 2
    rows = {row["name"]: row for row in parquet.read_table(place / "out.parquet").to_pylist()}
    assert rows["a.onnx"]["macs"] == MACS[8]
    assert "is empty" in rows["broken.onnx"]["failure"]


def test_the_cache_says_its_size_and_is_cleared(costlint: Costlint, capsys) -> None:
    costlint("models")
    capsys.readouterr()
    assert costlint("cache") == 0
    assert ": 2 results, " in capsys.readouterr().out
    assert costlint("cache", "--clear") == 0
    assert capsys.readouterr().out == "2 results forgotten\n"
    assert costlint("cache") == 0
    assert ": 0 results, " in capsys.readouterr().out


HEAVY = """
import sys
from costlint.app import run
sys.argv = ["costlint", "models", "-f", "csv", "--fail-on", "never"]
assert run() == 0
print(*sorted({"numpy", "onnx", "joblib", "sympy", "rich"} & set(sys.modules)))
"""


def test_a_run_whose_results_are_kept_loads_nothing_heavy() -> None:
    command = [sys.executable, "-c", HEAVY]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        for _ in range(2)
    )
    *rows, loaded = second.splitlines()
    assert rows == first.splitlines()[:-1]
    assert not loaded


def test_from_python_each_model_comes_once(models: Path) -> None:
    (models / "broken.onnx").touch()
    found = {one.path: one for one in library.check_many(models, device="toy.toml", jobs=2)}
    assert len(found) == 3
    broken = found.pop(str(models / "broken.onnx"))
    assert "is empty" in str(broken.error)
    assert all(one.models[0].totals.latency_s for one in found.values())
    again = list(library.check_many([models], device="toy.toml"))
    assert all(one.known for one in again)
    with pytest.raises(OptionError, match="no model matches"):
        library.check_many("none/*.onnx")
