"""The command line in this process, on a made-up device, far from anybody's settings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from costlint.app import run
from tests.device import toy_device
from tests.models import CONV, model

Costlint = Callable[..., int]

WASTEFUL = """
g (float[1, 8, 28, 28] x, float[64, 8, 1, 1] a, float[8, 64, 1, 1] b)
  => (float[1, 8, 28, 28] y)
{ [stem] p = Conv(x, a)  [relu] q = Relu(p)  [head] r = Conv(q, b)  [tail] y = Sigmoid(r) }
"""
"""On a device that fuses nothing the Relu is an error of G401 (a third of the time), the Sigmoid
a lesser finding."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch) -> Path:
    """An empty working folder with the profile `toy.toml`, the device unless `-d` names another."""
    toy_device().save(tmp_path / "toy.toml")
    monkeypatch.setenv("COSTLINT_DEVICE", str(tmp_path / "toy.toml"))
    monkeypatch.setenv("COSTLINT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def costlint(monkeypatch) -> Costlint:
    """Run the command line in this process; the exit code."""

    def call(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["costlint", *map(str, arguments)])
        return run()

    return call


@pytest.fixture
def conv(place: Path) -> Path:
    """A single convolution with a symbolic batch: `conv.onnx`."""
    return saved(CONV, place / "conv.onnx")


@pytest.fixture
def wasteful(place: Path) -> Path:
    """A model with findings: `wasteful.onnx`."""
    return saved(WASTEFUL, place / "wasteful.onnx")


def saved(text: str, path: Path) -> Path:
    """A model of ONNX text as a file."""
    path.write_bytes(model(text).SerializeToString())
    return path
