"""Files, folders and globs become models, each once and in a lasting order."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import Final

from costlint.costmodel.ir.errors import OptionError
from costlint.settings.options import Options

_SHORT_LIST: Final = 20
"""Files that are still shown one by one, with all their ops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A model file. `name` is its path below the folder or glob that named it, with slashes.

    Two checkouts of one folder have the same names. `is_named` says that no folder or glob did.
    """

    path: str
    name: str
    is_named: bool = False

    def excluded(self, patterns: Sequence[str]) -> bool:
        """Whether a pattern leaves it out, by path, name or file name; a named file stays."""
        path = PurePath(self.path).as_posix()
        return not self.is_named and any(
            fnmatchcase(text, pattern)
            for pattern in patterns
            for text in (path, self.name, PurePath(path).name)
        )


def named(model: str) -> Target:
    """A model that is named by itself."""
    return Target(path=model, name=PurePath(model).name, is_named=True)


def wants_many(models: Sequence[str], options: Options) -> bool:
    """Whether the run is one over many models, shown as sums and without single ops."""
    is_spread = options.jobs is not None or options.backend is not None
    return (
        options.resume is not None
        or options.against is not None
        or options.output_format == "parquet"
        or (is_spread and len(models) > 1)
        or len(models) > _SHORT_LIST
        or is_many(models)
    )


def is_many(models: Sequence[str]) -> bool:
    """Whether any of `models` is a folder or a glob."""
    return any(Path(model).is_dir() or _is_glob(model) for model in models)


def expand(models: Sequence[str]) -> tuple[Target, ...]:
    """The models of files, folders (all `.onnx` below) and globs (`**` is any folders).

    A file that is named need not end in `.onnx`.

    Raises:
        OptionError: a folder or a glob holds no model, or standard input is named.
    """
    found: dict[str, Target] = {}
    for model in models:
        for target in _targets(model):
            found.setdefault(os.path.normpath(target.path), target)
    return tuple(found.values())


def _targets(model: str) -> Iterator[Target]:
    if model == "-":
        raise OptionError("standard input is one model, not one of many", fix="costlint -")
    if Path(model).is_dir():
        found = _below(Path(model))
        what = f"no .onnx file in the folder {model!r}"
    elif _is_glob(model):
        found = _matching(model)
        what = f"no model matches {model!r}"
    else:
        yield named(model)
        return
    if not found:
        raise OptionError(what, fix="name a folder with models, or quote the glob: 'dir/**/*.onnx'")
    yield from found


def _below(folder: Path) -> list[Target]:
    """All models in `folder`; links to folders are not followed, they could go round."""
    paths = [
        Path(place) / name
        for place, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(".onnx")
    ]
    return [Target(path=str(p), name=p.relative_to(folder).as_posix()) for p in sorted(paths)]


def _matching(pattern: str) -> list[Target]:
    """Files that match; their names begin where the pattern stops being plain text."""
    parts = Path(pattern).parts
    plain = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:plain]) if plain else Path()
    found = glob.glob(pattern, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute one
    paths = sorted(path for path in map(Path, found) if not path.is_dir())
    return [Target(path=str(p), name=p.relative_to(root).as_posix()) for p in paths]


def _is_glob(model: str) -> bool:
    """A file whose own name has brackets or stars is a file."""
    return glob.has_magic(model) and not os.path.lexists(model)
