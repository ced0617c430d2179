"""What is kept is used again, and never for anything else."""

from __future__ import annotations

import inspect
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from costlint import pipeline
from costlint.many import hashing, identity
from costlint.many.cache import Cache
from costlint.many.expand import expand
from costlint.many.outcome import Execution, Outcome
from costlint.many.outcomes import outcomes
from costlint.many.plan import Plan, Plans
from costlint.many.pool import Pool
from costlint.many.work import work
from costlint.settings.options import OPTIONS, Options
from tests.device import toy_device
from tests.many.conftest import save

pytestmark = pytest.mark.usefixtures("models")


def checked(*, cached: bool = True, **given) -> list[Outcome]:
    execution = Execution(pool=Pool(jobs=1), cached=cached)
    plans = Plans({"device": ("toy.toml",), **given})
    return sorted(outcomes(expand(["models"]), plans, execution), key=lambda one: one.index)


def known(**options) -> list[bool]:
    return [outcome.known for outcome in checked(**options)]


@pytest.fixture
def settled(monkeypatch) -> None:
    """A clock that is a minute ahead: what was just written is old."""
    monkeypatch.setattr(hashing, "time_ns", lambda: time.time_ns() + 60_000_000_000)


def test_the_second_run_computes_nothing_and_says_the_same() -> None:
    first, second = checked(), checked()
    assert [one.known for one in first] == [False, False]
    assert [one.known for one in second] == [True, True]
    assert [one.records for one in first] == [one.records for one in second]
    assert known(cached=False) == [False, False]


def test_what_is_kept_is_what_is_computed() -> None:
    checked()
    kept = [one.records for one in checked()]
    anew = [one.records for one in checked(cached=False)]
    assert kept == anew


def test_a_changed_model_is_computed_again(models: Path) -> None:
    checked()
    save(models / "a.onnx", width=24)
    assert known() == [False, True]


@pytest.mark.usefixtures("settled")
def test_a_change_that_keeps_size_and_time_is_seen(models: Path) -> None:
    """A file that is copied over another with its time: only its content or ctime tells."""
    path = models / "a.onnx"
    before = path.stat()
    checked()
    assert known() == [True, True]
    content = path.read_bytes()
    path.write_bytes(content.replace(b"Relu", b"Tanh"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert known() == [False, True]


def test_a_young_file_is_read_again_each_time(models: Path) -> None:
    """Within one tick of the clock a file can change and keep its times."""
    checked()
    with closing(Cache(models.parent / "cache")) as cache:
        path = str(models / "a.onnx")
        state = hashing.file_state(path)
        assert state is not None
        assert cache.sha256(path, state) is None


@pytest.mark.usefixtures("settled")
def test_an_old_file_is_not_read_again(monkeypatch) -> None:
    checked()
    monkeypatch.setattr(hashing, "file_sha256", lambda _: 1 / 0)
    assert known() == [True, True]


def test_a_moved_model_is_known_by_its_content(models: Path) -> None:
    checked()
    (models / "a.onnx").rename(models / "z.onnx")
    outcomes = checked()
    assert [one.known for one in outcomes] == [True, True]
    assert outcomes[1].records[0]["path"] == str(Path("models/z.onnx"))


@pytest.mark.parametrize(
    "options",
    [{"batch": 2}, {"select": ("G1",)}, {"strict": True}, {"min_savings": (1.0, 0.0)}],
)
def test_other_options_are_another_result(options) -> None:
    checked()
    assert known(**options) == [False, False]


OTHER: dict[str, Any] = {
    "ops": {"my.ops::FancyConv": "Conv"},
    "shapes": {"N": 2},
    "values": {"sr": 16000},
    "batch": 2,
    "symbolic": True,
    "strict": True,
    "assume": True,
    "select": ("G1",),
    "ignore": ("G1",),
    "min_savings": (1.0, 0.0),
    "severity": {"error": 0.5},
    "ignores": ({"rule": "G1"},),
}
"""Another value of every option that a result depends on."""


@pytest.mark.parametrize("name", [row.name for row in OPTIONS.values() if row.in_result])
def test_every_option_of_a_result_is_in_its_key(name) -> None:
    usual, other = (
        Plan(options=options, settings={}).depends_on("toy.toml", "m.onnx")
        for options in (Options(), Options(**{name: OTHER[name]}))
    )
    assert usual != other


def test_what_computes_reads_no_option_beside_those_of_a_result() -> None:
    """Another one would change results that the cache takes for the same."""
    code = inspect.getsource(pipeline) + inspect.getsource(sys.modules[work.__module__])
    read = set(re.findall(r"options\.(\w+)", code))
    assert read - {"Options"} == {row.name for row in OPTIONS.values() if row.in_result}


def test_another_device_under_the_same_name_is_another_result(models: Path) -> None:
    checked()
    toy_device(slower=2.0).save(models.parent / "toy.toml")
    assert known() == [False, False]


def test_settings_beside_a_model_are_part_of_its_result(models: Path) -> None:
    checked()
    (models / "deep" / "costlint.toml").write_text('ignore = ["G4"]\n')
    assert known() == [True, False]


def test_ignores_that_expire_hold_for_a_day(models: Path, monkeypatch) -> None:
    text = '[[ignores]]\nrule = "G4"\nexpires = 2026-06-01\n'
    (models / "costlint.toml").write_text(text)
    checked()
    assert known() == [True, True]
    monkeypatch.setattr("costlint.many.plan.today", lambda: date(2030, 1, 1))
    assert known() == [False, False]


def test_other_code_is_another_result(monkeypatch) -> None:
    checked()
    monkeypatch.setattr(identity, "code_stamp", lambda: "edited")
    assert known() == [False, False]


def test_a_failure_is_kept_with_its_path(models: Path) -> None:
    (models / "a.onnx").write_bytes(b"no model")
    first, second = checked()[0], checked()[0]
    assert first.failure == second.failure
    assert first.failure is not None
    assert first.failure.kind == "ModelError"
    assert (first.known, second.known) == (False, True)
    (models / "a.onnx").rename(models / "z.onnx")
    moved = checked()[1]
    assert not moved.known
    assert moved.failure is not None
    assert "z.onnx" in moved.failure.what


def test_a_model_that_changes_while_it_is_read_is_not_kept(models: Path, monkeypatch) -> None:
    def changing(task):
        done = work(task)
        save(models / "a.onnx", width=32)
        return done

    with monkeypatch.context() as patch:  # the fixtures' own patches stay: the cache is theirs
        patch.setattr("costlint.many.outcomes.run_all", lambda tasks, _: map(changing, tasks))
        first = checked()[0]
    assert "changed while it was read" in first.records[0]["notes"][-1]
    assert first.keys == ("",)
    assert not checked()[0].known


def test_a_damaged_file_is_made_anew(models: Path, capsys) -> None:
    checked()
    path = models.parent / "cache" / "results.sqlite"
    path.write_bytes(b"this is no database" * 100)
    assert known() == [False, False]
    assert known() == [True, True]
    assert "Traceback" not in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_no_failure(models: Path, capsys) -> None:
    blocked = models.parent / "cache"
    blocked.write_text("a file, not a folder")
    assert known() == [False, False]
    assert "is not used" in capsys.readouterr().err


def test_the_least_recently_used_go_first(place: Path) -> None:
    record = {"text": os.urandom(400).hex()}  # does not compress
    with closing(Cache(place, max_bytes=2_000)) as cache:
        for number in range(10):
            cache.store(f"key{number}", record)
    with closing(Cache(place)) as cache:
        count, size_bytes = cache.size()
        assert 0 < size_bytes <= 2_000
        assert count < 10
        assert cache.result("key9") == record
        assert cache.result("key0") is None
        assert cache.clear() == count
        assert cache.size() == (0, 0)


WRITER = """
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from costlint.many.cache import Cache
with closing(Cache(Path(sys.argv[1]))) as cache:
    for number in range(200):
        cache.store(f"{sys.argv[2]}-{number}", {"number": number})
        cache.flush()
"""


def test_writers_in_several_processes_lose_nothing(place: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(place)]
    running = [
        subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in "abcd"
    ]
    said = [process.communicate(timeout=120)[1] for process in running]
    assert said == [""] * 4
    with closing(Cache(place)) as cache:
        assert cache.size()[0] == 4 * 200
        assert cache.result("c-17") == {"number": 17}


def test_another_layout_is_dropped(place: Path) -> None:
    with closing(Cache(place)) as cache:
        cache.store("key", {})
    with closing(sqlite3.connect(place / "results.sqlite")) as disk:
        disk.execute("PRAGMA user_version = 99")
        disk.commit()
    with closing(Cache(place)) as cache:
        assert cache.size() == (0, 0)
