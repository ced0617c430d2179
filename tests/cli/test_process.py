"""The program as a process: what ends it from outside, and how it says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.usefixtures("wasteful")

COMMAND = (sys.executable, "-m", "costlint")
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


def process(code: str, *arguments: str, **more):
    """The command line with `code` run before it."""
    text = f"import sys; sys.argv[1:] = {list(arguments)}; {code}\n"
    text += "from costlint.__main__ import main; main()"
    return subprocess.run([sys.executable, "-c", text], capture_output=True, check=False, **more)


def test_it_runs_as_a_module():
    done = subprocess.run([*COMMAND, "wasteful.onnx", "-qq"], capture_output=True, check=False)
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == (b"", b"")


@POSIX
def test_a_reader_that_goes_away_is_no_finding():
    call = [*COMMAND, "wasteful.onnx", "-f", "json"]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        assert done.stdout is not None
        assert done.stderr is not None
        done.stdout.close()
        assert done.stderr.read() == b""
    assert done.returncode == -signal.SIGPIPE  # 141 in a shell


@POSIX
def test_an_interrupt_is_130():
    """It comes while the program waits for a model on its standard input."""
    code = "import signal, sys; sys.argv[1:] = ['-']; from costlint.__main__ import main\n"
    # A shell's background jobs, and so the tests in one, are started deaf to interrupts.
    code += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "print('ready', flush=True); main()"
    pipe = subprocess.PIPE
    call = [sys.executable, "-c", code]
    with subprocess.Popen(call, stdin=pipe, stdout=pipe, stderr=pipe) as done:
        assert done.stdout is not None
        assert done.stderr is not None
        assert done.stdout.readline() == b"ready\n"
        time.sleep(0.5)
        done.send_signal(signal.SIGINT)
        assert done.wait(timeout=20) == 130
        assert b"Traceback" not in done.stderr.read()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")  # noqa: PTH110
def test_a_full_disk_is_said():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [*COMMAND, "wasteful.onnx", "-f", "json"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert b"error: cannot write the output: No space left" in done.stderr


def test_a_bug_is_3_with_the_trace_on_request():
    broken = "import costlint.pipeline; costlint.pipeline.entries = lambda *_: 1 / 0"
    done = process(broken, "wasteful.onnx")
    assert done.returncode == 3
    assert b"bug in costlint" in done.stderr
    assert b"Traceback" not in done.stderr
    done = process(broken, "wasteful.onnx", "--traceback", "--exit-zero")
    assert done.returncode == 3
    assert b"Traceback" in done.stderr


def test_a_half_installed_costlint_is_3():
    done = process("sys.modules['typer'] = None", "wasteful.onnx")
    assert done.returncode == 3
    assert b"not installed whole" in done.stderr
