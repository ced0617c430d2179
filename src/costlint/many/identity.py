"""What a result depends on: the file's bytes, the options, the device, the code. Nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from costlint._version import __version__
from costlint.costmodel.ir.plugins import plugins

_PARTS: Final = ("costlint", "costlint.analyzers", "costlint.costmodel", "costlint.reports")
_LIBRARIES: Final = ("numpy", "onnx", "sympy")
_SUFFIXES: Final = (".py", ".toml", ".zip", ".json")


def key(model_sha256: str, options: str) -> str:
    """The name of one result: of these bytes, with these options, by this code."""
    return digest([code_stamp(), model_sha256, options])


def digest(value: Any) -> str:
    """SHA-256 of plain data."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def code_stamp() -> str:
    """What computes: the content of the package's files and of plug-ins, the libraries, Python.

    The version alone would call a working copy unchanged after an edit.
    """
    from importlib import metadata

    running = hashlib.sha256()
    for path in _own_files():
        running.update(f"{path.name}\0".encode())
        running.update(path.read_bytes())
    for entry in plugins():
        running.update(f"{entry.name}={entry.value}\0".encode())
        spec = find_spec(entry.module)
        if spec is not None and spec.origin:
            running.update(Path(spec.origin).read_bytes())
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
