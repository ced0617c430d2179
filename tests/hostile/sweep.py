"""Every hostile file through every command line, each run with its time, memory and exit code.

`python -m tests.hostile.sweep` runs them all, `NAME ...` those whose names hold one of the words.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.hostile.cases import ACCEPTED, REFUSED, Case
from tests.hostile.cases_further import FURTHER
from tests.hostile.cases_graphs import GRAPHS
from tests.hostile.cases_names import NAMES
from tests.hostile.cases_nodes import NODES
from tests.hostile.cases_places import PLACES
from tests.hostile.cases_protobuf import PROTOBUF

SECONDS = 20
RESIDENT_BYTES = 1_500_000_000
DEVICE = "epyc-avx512-onnxruntime-1t"
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "check": ("check", "-d", DEVICE, "--", "{}"),
    "html": ("check", "-d", DEVICE, "-f", "html", "-o", "{folder}/o.html", "--", "{}"),
    "json": ("check", "-d", DEVICE, "-f", "json", "--", "{}"),
    "full": ("check", "-d", DEVICE, "-f", "full", "--per-layer", "--", "{}"),
    "fix": ("fix", "-d", DEVICE, "-o", "{folder}/fixed.onnx", "--", "{}"),
    "optimize": (
        "optimize",
        "-d",
        DEVICE,
        "--time-limit",
        "1",
        "-o",
        "{folder}/o.onnx",
        "--",
        "{}",
    ),
    "symbolic": ("check", "--symbolic", "--", "{}"),
    "compare": ("compare", "-d", DEVICE, "--", "{}", "{}"),
}
_OURS = ("error: ", "  ", "internal error: ", "warning: ", "note: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How one command line on one file ended: seconds of processor time, bytes at most held."""

    name: str
    command: str
    code: int
    seconds: float
    resident_bytes: int
    said: str

    @property
    def faults(self) -> tuple[str, ...]:
        """What must not be."""
        return tuple(
            text
            for text, is_so in (
                (f"exit {self.code}", self.code not in (0, 1, 2)),
                (f"{self.seconds:.0f} s", self.seconds > SECONDS),
                (f"{self.resident_bytes / 1e9:.2f} GB", self.resident_bytes > RESIDENT_BYTES),
                (f"no word: {self.said[:200]!r}", self.code in (2, 3) and not self.said.strip()),
                (f"stderr: {self.foreign[:200]!r}", bool(self.foreign)),
            )
            if is_so
        )

    @property
    def foreign(self) -> str:
        """The first line on stderr that is not ours."""
        head = next(iter(self.said.splitlines()), "")
        traced = "Traceback" in self.said or "Warning:" in self.said or "[W:onnx" in self.said
        return self.said if traced or (head and not _is_ours(head)) else ""


def _is_ours(line: str) -> bool:
    return line.startswith(_OURS) or ": " in line or line.startswith("Usage")


def every_case() -> Iterator[tuple[str, Callable[[Path], str]]]:
    """A name, and what puts the file into a folder and gives the word for the command line."""
    for cases in (REFUSED, ACCEPTED, FURTHER, PROTOBUF, GRAPHS, NODES, NAMES):
        for name, make in cases.items():
            yield name, partial(_written, make)
    yield from PLACES.items()


def _written(make: Case, folder: Path) -> str:
    path = folder / "m.onnx"
    path.write_bytes(make())
    return str(path)


def runs(name: str, place: Callable[[Path], str]) -> Iterator[Ran]:
    """Each command line on the file in a folder of its own, in a process of its own."""
    for command, words in COMMANDS.items():
        with tempfile.TemporaryDirectory() as folder:
            pid = os.fork()
            if not pid:
                _put(place, Path(folder))
            os.waitpid(pid, 0)
            word = (Path(folder) / ".word").read_text(errors="surrogateescape")
            arguments = [w.replace("{folder}", folder).replace("{}", word) for w in words]
            yield _ran(name, command, arguments, Path(folder))


def _put(place: Callable[[Path], str], folder: Path) -> None:
    """Make the file where its memory is given back."""
    code = 1
    try:
        inside = folder / "in"
        inside.mkdir()
        word = place(inside)
        (folder / ".word").write_text(word, errors="surrogateescape")
        code = 0
    finally:
        os._exit(code)


def _ran(name: str, command: str, arguments: list[str], folder: Path) -> Ran:
    start = time.monotonic()
    pid = os.fork()
    if not pid:
        _become(arguments, folder)
    _, status, used = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    said = (folder / ".stderr").read_text(errors="replace")
    if time.monotonic() - start > 3 * SECONDS:
        said += "\nhung"
    return Ran(
        name=name,
        command=command,
        code=code,
        seconds=used.ru_utime + used.ru_stime,
        resident_bytes=used.ru_maxrss * 1024,
        said=said,
    )


def _become(arguments: list[str], folder: Path) -> None:
    """The command line itself, in this new process."""
    code = 3
    try:
        os.chdir(folder)
        for stream, file in ((1, ".stdout"), (2, ".stderr")):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")  # not those of a test
        resource.setrlimit(resource.RLIMIT_CPU, (4 * SECONDS, 4 * SECONDS))
        signal.alarm(8 * SECONDS)
        sys.argv = ["costlint", *arguments]
        from costlint.__main__ import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of names")
    asked = parser.parse_args()
    import costlint.app  # noqa: F401 - once, for every process that is made of this one

    found: list[Ran] = []
    for name, place in every_case():
        if asked.words and not any(word in name for word in asked.words):
            continue
        for ran in runs(name, place):
            found.append(ran)
            if ran.faults or asked.words:
                print(f"{name}: {ran.command}: {', '.join(ran.faults)}", flush=True)  # noqa: T201
                print(f"    exit {ran.code} {ran.seconds:.1f} s: {ran.said[:400]!r}", flush=True)  # noqa: T201
    files, codes = {ran.name for ran in found}, Counter(ran.code for ran in found)
    print(f"{len(files)} files, {len(found)} runs, exit codes {dict(codes)}")  # noqa: T201
    for what, key in (("slowest", "seconds"), ("largest", "resident_bytes")):
        for ran in sorted(found, key=lambda ran: -getattr(ran, key))[:5]:
            print(f"{what}: {getattr(ran, key):,.1f} {ran.name} ({ran.command})")  # noqa: T201
    raise SystemExit(any(ran.faults for ran in found))


if __name__ == "__main__":
    main()
