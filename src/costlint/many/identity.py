"""What a result depends on: the file's bytes, the options, the device, the code. Nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from costlint._version import __version__

SETTLED_NS: Final = 2_000_000_000
"""The coarsest clock of a file system in use (FAT): what is younger may change unseen."""

_PARTS: Final = ("costlint", "costlint.analyzers", "costlint.costmodel", "costlint.reports")
_LIBRARIES: Final = ("numpy", "onnx", "sympy")
_SUFFIXES: Final = (".py", ".toml", ".zip", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """What tells at no cost whether a file was touched: size, times, place on the disk."""

    size_bytes: int
    modified_ns: int
    changed_ns: int
    inode: int
    volume: int

    @property
    def text(self) -> str:
        """All of it, to compare."""
        return f"{self.size_bytes}:{self.modified_ns}:{self.changed_ns}:{self.inode}:{self.volume}"

    def settled(self, now_ns: int) -> bool:
        """Whether any later change would give another state.

        A write within one tick of the file system's clock keeps the times, so a young file is not
        settled. Only POSIX has the time of change, which no program can set back.
        """
        return os.name == "posix" and max(self.modified_ns, self.changed_ns) + SETTLED_NS < now_ns


def file_state(path: str) -> FileState | None:
    """The state of a regular file; None for anything else, which nobody should open to hash."""
    try:
        found = os.stat(path)  # noqa: PTH116 - thousands of them: no object in between
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return FileState(
        size_bytes=found.st_size,
        modified_ns=found.st_mtime_ns,
        changed_ns=found.st_ctime_ns,
        inode=found.st_ino,
        volume=found.st_dev,
    )


def now_ns() -> int:
    """The clock that file times are compared with."""
    return time.time_ns()


def file_sha256(path: str) -> str:
    """SHA-256 of the content, '' where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def key(model_sha256: str, options: str) -> str:
    """The name of one result: of these bytes, with these options, by this code."""
    return digest([code_stamp(), model_sha256, options])


def digest(value: Any) -> str:
    """SHA-256 of plain data."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def code_stamp() -> str:
    """What computes: the content of the package's files, the libraries, Python.

    The version alone would call a working copy unchanged after an edit.
    """
    from importlib import metadata

    running = hashlib.sha256()
    for path in _own_files():
        running.update(f"{path.name}\0".encode())
        running.update(path.read_bytes())
    versions = [f"{name} {metadata.version(name)}" for name in _LIBRARIES]
    python = f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}"
    return digest([__version__, python, *versions, running.hexdigest()])


def _own_files() -> Iterator[Path]:
    """All code and data of the package, in a lasting order."""
    seen: set[Path] = set()
    for part in _PARTS:
        spec = find_spec(part)
        for folder in (spec.submodule_search_locations if spec else None) or ():
            for place, _, names in os.walk(folder, followlinks=True):
                seen.update(Path(place) / name for name in names if name.endswith(_SUFFIXES))
    yield from sorted(seen, key=lambda path: (path.name, str(path)))
