"""Accepted findings: written, kept for other models, pruned, and a ratchet."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from costlint.baseline import RATCHET
from tests.cli.conftest import WASTEFUL, saved
from tests.device import toy_device

pytestmark = pytest.mark.usefixtures("wasteful")

MODEL = "wasteful.onnx"
FILE = "costlint-baseline.json"


def rows(place):
    return json.loads((place / FILE).read_text())


def rewrite(place, change):
    (place / FILE).write_text(json.dumps([change(row) for row in rows(place)]))


def test_what_is_accepted_does_not_fail_again(costlint, place, capsys):
    assert costlint(MODEL) == 1
    assert costlint(MODEL, "--write-baseline") == 0
    assert f"wrote {FILE}" in capsys.readouterr().err
    assert costlint(MODEL, "--baseline", FILE) == 0
    assert "ok: no findings (2 suppressed)" in capsys.readouterr().out
    assert costlint(MODEL, "--baseline", FILE, "-f", "full") == 0
    assert f"       2  accepted in {FILE}\n" in capsys.readouterr().out
    (place / "costlint.toml").write_text(f'baseline = "{FILE}"\n')
    assert costlint(MODEL) == 0
    for row in rows(place):
        assert row.keys() == {"model", "rule", "fingerprint", "saved_s", "device"}
        assert row["model"] == MODEL


@pytest.mark.parametrize(("growth", "code"), [(1 / RATCHET * 1.01, 0), (1 / RATCHET * 0.99, 1)])
def test_a_saving_may_grow_by_a_tenth(growth, code, costlint, place):
    costlint(MODEL, "--write-baseline")
    rewrite(place, lambda row: {**row, "saved_s": row["saved_s"] * growth})
    assert costlint(MODEL, "--baseline", FILE) == code


def test_a_limit_is_not_accepted(costlint):
    assert costlint(MODEL, "--write-baseline", "--max-latency", "0.1ms") == 1


def test_other_models_stay_in_the_file(costlint, place):
    (place / "sub").mkdir()
    saved(WASTEFUL, place / "sub" / "other.onnx")
    assert costlint(MODEL, "sub/other.onnx", "--write-baseline") == 0
    both = rows(place)
    assert {row["model"] for row in both} == {MODEL, "sub/other.onnx"}
    assert costlint(MODEL, "--write-baseline") == 0
    assert costlint(MODEL, "--prune-baseline", "--baseline", FILE) == 0
    assert rows(place) == both


def test_pruning_drops_what_is_gone_and_accepts_nothing_new(costlint, place):
    costlint(MODEL, "--write-baseline")
    (kept, *_) = rows(place)
    gone = {**kept, "fingerprint": "f" * 32}
    (place / FILE).write_text(json.dumps([kept, gone]))
    costlint(MODEL, "--prune-baseline")
    assert rows(place) == [kept]
    (place / FILE).write_text(json.dumps([gone]))
    assert costlint(MODEL, "--prune-baseline") == 1
    assert rows(place) == []


@pytest.mark.parametrize("renew", ["--write-baseline", "--prune-baseline"])
def test_rules_that_did_not_run_stay_in_the_file(renew, costlint, place):
    costlint(MODEL, "--write-baseline")
    both = rows(place)
    assert {row["rule"] for row in both} == {"G401"}
    costlint(MODEL, renew, "--baseline", FILE, "-s", "G2")
    assert rows(place) == both


def test_devices_live_beside_each_other(costlint, place):
    toy_device("other", slower=3).save(place / "other.toml")
    assert costlint(MODEL, "-d", "toy.toml", "-d", "other.toml", "--write-baseline") == 0
    both = rows(place)
    assert {row["device"] for row in both} == {"toy", "other"}
    for renew in ("--write-baseline", "--prune-baseline"):
        for name in ("toy.toml", "other.toml"):
            assert costlint(MODEL, "-d", name, renew, "--baseline", FILE) == 0
            assert rows(place) == both


def test_the_ratchet_holds_each_device_by_itself(costlint, place):
    toy_device("other", slower=3).save(place / "other.toml")
    two = ("-d", "toy.toml", "-d", "other.toml", "--baseline", FILE)
    costlint(MODEL, *two, "--write-baseline")
    rewrite(place, lambda row: {**row, "saved_s": row["saved_s"] * (row["device"] == "toy")})
    assert costlint(MODEL, *two) == 1
    assert costlint(MODEL, "-d", "toy.toml", "--baseline", FILE) == 0


def test_a_file_without_devices_is_read_and_its_entries_stay_until_they_are_seen(costlint, place):
    toy_device("other", slower=3).save(place / "other.toml")
    costlint(MODEL, "--write-baseline")
    named = rows(place)
    rewrite(place, lambda row: {key: value for key, value in row.items() if key != "device"})
    assert costlint(MODEL, "--baseline", FILE) == 0
    assert costlint(MODEL, "-d", "other.toml", "--write-baseline") == 0
    assert [row["device"] for row in rows(place)].count("") == len(named)
    assert costlint(MODEL, "--baseline", FILE) == 0
    assert costlint(MODEL, "--write-baseline") == 0
    assert [row for row in rows(place) if row["device"] != "other"] == named


def test_what_was_ignored_until_a_day_is_not_accepted_by_then(costlint, place):
    settings = '[[ignores]]\nrule = "G4"\nexpires = {}\n'
    (place / "costlint.toml").write_text(settings.format("2999-01-01"))
    assert costlint(MODEL, "--write-baseline") == 0
    assert rows(place) == []
    (place / "costlint.toml").write_text(settings.format("2020-01-01"))
    assert costlint(MODEL, "--baseline", FILE) == 1


def test_a_path_in_a_baseline_starts_at_its_folder(costlint, place, monkeypatch):
    assert costlint(f"./{MODEL}", "--write-baseline") == 0
    assert costlint(place / MODEL, "--baseline", FILE) == 0
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    assert costlint(f"../{MODEL}", "--baseline", f"../{FILE}") == 0


@pytest.mark.parametrize("text", ["{", "[1]", '[{"fingerprint": "a"}]', "3"])
def test_a_broken_baseline_is_refused(text, costlint, place, capsys):
    (place / FILE).write_text(text)
    assert costlint(MODEL, "--baseline", FILE) == 2
    assert f"'{FILE}' is not a baseline" in capsys.readouterr().err


def test_a_missing_baseline_is_refused(costlint, capsys):
    assert costlint(MODEL, "--baseline", "none.json") == 2
    assert "--write-baseline" in capsys.readouterr().err


def test_unused_and_expired_ignores_are_told(costlint, place, capsys):
    (place / "costlint.toml").write_text(
        'fail-on = "never"\n'
        '[[ignores]]\nrule = "G2"\nmodel = "wasteful.onnx"\n'
        '[[ignores]]\nrule = "G2"\nmodel = "another.onnx"\n'
        '[[ignores]]\nrule = "G4"\nexpires = 2020-01-01\n'
    )
    assert costlint(MODEL) == 0
    told = capsys.readouterr().err
    assert "unused ignore: G2 at * in wasteful.onnx" in told
    assert "unused ignore: G4 at * in * (expired on 2020-01-01)" in told
    assert "another.onnx" not in told


def test_an_ignore_is_unused_when_no_device_and_no_model_uses_it(costlint, place, conv, capsys):
    replace(toy_device("fusing"), fusion="ncnn").save(place / "fusing.toml")
    (place / "costlint.toml").write_text(
        'fail-on = "never"\n[[ignores]]\nrule = "G401"\n[[ignores]]\nrule = "G2"\n'
    )
    assert costlint(MODEL, "-d", "fusing.toml") == 0
    assert "unused ignore: G401" in capsys.readouterr().err
    assert costlint(MODEL, "-d", "fusing.toml", "-d", "toy.toml") == 0
    told = capsys.readouterr().err
    assert "G401" not in told
    assert told.count("unused ignore: G2 at * in *") == 1
    assert costlint(conv, MODEL, "-d", "toy.toml") == 0
    assert "G401" not in capsys.readouterr().err


def test_an_ignore_suppresses(costlint, place, capsys):
    (place / "costlint.toml").write_text('[[ignores]]\nrule = "G4"\nreason = "wanted"\n')
    assert costlint(MODEL, "-f", "json", "--fail-on", "error") == 0
    findings = json.loads(capsys.readouterr().out)["models"][0]["findings"]
    found = [f for f in findings if f["rule"] == "G401"]
    assert found
    assert all(f["suppressed"] for f in found)
    assert all(f["suppressed_by"] == [{"reason": "wanted", "kind": "external"}] for f in found)
