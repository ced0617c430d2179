"""A folder of small models, a made-up device, a cache of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from costlint.app import run
from tests.device import toy_device
from tests.models import model

Costlint = Callable[..., int]

WASTEFUL = """
g (float[1, {width}, 28, 28] x, float[64, {width}, 1, 1] a, float[8, 64, 1, 1] b)
  => (float[1, 8, 28, 28] y)
{{ p = Conv(x, a)  q = Relu(p)  y = Conv(q, b) }}
"""
"""On a device that fuses nothing the Relu is a finding."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch) -> Path:
    """An empty working folder with the profile `toy.toml`, which is the device."""
    toy_device().save(tmp_path / "toy.toml")
    monkeypatch.setenv("COSTLINT_DEVICE", "toy.toml")
    monkeypatch.setenv("COSTLINT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def costlint(monkeypatch) -> Costlint:
    """Run the command line in this process, without others besides; the exit code."""

    def call(*arguments: object) -> int:
        words = list(map(str, arguments))
        monkeypatch.setattr(sys, "argv", ["costlint", *words])
        return run()

    return call


@pytest.fixture
def models(place: Path) -> Path:
    """`models/a.onnx` and `models/deep/b.onnx`, 8 and 16 channels wide."""
    folder = place / "models"
    (folder / "deep").mkdir(parents=True)
    save(folder / "a.onnx", width=8)
    save(folder / "deep" / "b.onnx", width=16)
    return folder


def save(path: Path, *, width: int) -> Path:
    """A model with a finding, as a file."""
    path.write_bytes(model(WASTEFUL.format(width=width)).SerializeToString())
    return path
