"""Hostile models: a clear refusal or a right answer, in bounded time and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import CostlintError
from tests.hostile.cases import ACCEPTED, REFUSED
from tests.hostile.cases_further import FURTHER

SECONDS = 30
RESIDENT_BYTES = 2_000_000_000

# Checks one model and prints the most memory it held.
CHECK = """
import resource, sys
import costlint
costlint.check(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_one_message(name, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(REFUSED[name]())
    with pytest.raises(CostlintError) as caught:
        count(path)
    assert 0 < len(str(caught.value)) < 2000


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_and_counted(name, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(ACCEPTED[name]())
    counts = count(path)
    assert counts.ops
    assert counts.uncosted == () or name == "unknown domain"


@pytest.mark.parametrize("name", FURTHER)
def test_counted_or_refused_with_one_message(name, tmp_path: Path) -> None:
    """Also with its sizes left open: sums and floors of symbols must not blow up."""
    path = tmp_path / "m.onnx"
    path.write_bytes(FURTHER[name]())
    for symbolic in (False, True):
        try:
            assert count(path, symbolic=symbolic).macs >= 0
        except CostlintError as error:
            assert 0 < len(str(error)) < 2000  # noqa: PT017 - either


@pytest.mark.parametrize(
    "name", ["200,000-node chain", "50,000-way fan-out", "20 MB of dimensions"]
)
def test_the_largest_stay_under_the_ceiling(name, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes({**REFUSED, **ACCEPTED}[name]())
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(path)],
        capture_output=True,
        text=True,
        timeout=2 * SECONDS,  # the machine may be busy with other tests
        check=False,
    )
    if name in ACCEPTED:
        assert int(done.stdout) < RESIDENT_BYTES
    else:
        assert "CostlintError" in done.stderr or "ModelError" in done.stderr


def test_external_data_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(ACCEPTED["external data above the folder"]())
    opened: list[str] = []
    sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
    count(path)
    assert not [name for name in opened if "passwd" in name]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "pipe.onnx"
    os.mkfifo(path)
    errors: list[Exception] = []

    def read() -> None:
        try:
            count(path)
        except CostlintError as error:
            errors.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert errors


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/random"])
def test_a_device_file_is_refused(device) -> None:
    if not Path(device).exists():
        pytest.skip(f"no {device} on this system")
    with pytest.raises(CostlintError):
        count(device)
