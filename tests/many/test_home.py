"""A home that cannot be written, as build machines and containers have: nothing depends on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

NO_HOME = f"{os.devnull}/home"  # below a file: not even root can make it


pytestmark = pytest.mark.skipif(os.name == "nt", reason="the home of Windows is no HOME")


@pytest.fixture
def homeless(monkeypatch):
    """Run the program with a home that cannot be; standard output and error."""
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "COSTLINT_CACHE_DIR"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", NO_HOME)

    def call(*arguments: object, code: int = 0) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "costlint", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout, done.stderr

    return call


def test_many_models_do_without_a_cache(homeless, models):
    out, notes = homeless("check", models, "-f", "concise", "--fail-on", "never")
    assert "a.onnx" in out
    assert f"note: the cache {Path(NO_HOME, '.cache/costlint/results.sqlite')} is not used" in notes


def test_settings_and_devices_do_without_it(homeless, models):
    out, notes = homeless("check", models / "a.onnx", "--fail-on", "never", "-f", "concise")
    assert "a.onnx" in out
    assert notes == ""
    assert "snapdragon810-neon-1t" in homeless("devices", "snapdragon810")[0]
    assert homeless("config")[1] == ""
    assert "cannot read" in homeless("check", models / "a.onnx", "-d", "host", code=2)[1]
