"""Settings from `[tool.costlint]` of pyproject.toml, or from costlint.toml.

The nearest file upwards from a model holds; files are joined only by `extend`.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from costlint._version import __version__
from costlint.costmodel.ir.errors import OptionError
from costlint.settings.options import KEYS, OPTIONS, SUPERSEDED, Options

NAMES: Final = (".costlint.toml", "costlint.toml", "pyproject.toml")
"""The files that can hold settings; the first one in the nearest folder that has any wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The value of one key, how it is `written`, and the file that it came from."""

    value: Any
    written: Any
    origin: Path


Settings: TypeAlias = Mapping[str, Setting]
"""What files say, by key; keys that no file has are absent."""


def joined(given: Mapping[str, Any], settings: Settings) -> Options:
    """The options that hold: what is `given` by name, else what the file says, else the default.

    What is given of a row that `is_added` is added to what the file says.
    """
    values = {KEYS[key].name: setting.value for key, setting in settings.items()}
    for name, value in given.items():
        own = values.get(name) if OPTIONS[name].is_added else None
        if own:
            values[name] = {**own, **value} if isinstance(own, Mapping) else (*own, *value)
        else:
            values[name] = value
    return Options(**values)


def settings_for(model: str, *, config: str | None = None, isolated: bool = False) -> Settings:
    """The settings that hold for `model`: those of `config`, else of the nearest file above it.

    Raises:
        OptionError: the file cannot be read, or holds an unknown key or a wrong value.
    """
    if config is not None:
        return _read(Path(config), ())
    found = None if isolated else nearest(model)
    return {} if found is None else _read(found, ())


def nearest(model: str) -> Path | None:
    """The settings file that holds for `model`, None where there is none."""
    start = Path.cwd() if model == "-" else Path(model).absolute()
    for folder in (start, *start.parents):
        for name in NAMES:
            path = folder / name
            if path.is_file() and _table(path) is not None:
                return path
    return None


def _read(path: Path, extending: tuple[Path, ...]) -> Settings:
    table = _table(path)
    if table is None:
        raise OptionError(f"{str(path)!r} has no table [tool.costlint]")
    own = {
        key: Setting(value=_value(key, written, path), written=written, origin=path)
        for key, written in table.items()
    }
    if "required-version" in own:
        _check_version(own["required-version"].value, path)
    if "extend" not in own:
        return own
    parent = Path(own["extend"].value)
    if parent.resolve() in (p.resolve() for p in (*extending, path)):
        raise OptionError(f"{str(path)!r} extends itself")
    return {**_read(parent, (*extending, path)), **own}


def _value(key: str, value: object, path: Path) -> Any:
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, 1)
        hint = (f"did you mean {near[0]!r}?",) if near else ()
        if key in SUPERSEDED:
            hint = ("a device is hardware, runtime, precision and threads in one: `device`",)
        known = f"keys: {', '.join(KEYS)}"
        raise OptionError(f"unknown key {key!r} in {str(path)!r}", facts=(*hint, known))
    option = KEYS[key]
    try:
        read = option.read(value)
    except (TypeError, ValueError) as error:
        raise OptionError(f"{key} = {value!r} in {str(path)!r}: {error}") from error
    return option.beside(path.parent, read) if option.beside else read


def _check_version(wanted: str, path: Path) -> None:
    least = wanted.removeprefix(">=").strip()
    if not wanted.startswith(">=") or not least.replace(".", "").isdigit():
        raise OptionError(f"required-version = {wanted!r} in {str(path)!r} is not like '>=0.3'")
    if _numbers(__version__) < _numbers(least):
        raise OptionError(
            f"{str(path)!r} needs costlint {wanted}",
            facts=(f"this is {__version__}",),
            fix="pip install --upgrade costlint",
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _table(path: Path) -> Mapping[str, Any] | None:
    """The settings in `path`; None where a pyproject.toml has none."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(f"cannot read {str(path)!r}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{str(path)!r} is not valid TOML: {error}") from error
    tool = document.get("tool")
    if path.name == "pyproject.toml" or isinstance(tool, dict):
        table = tool.get("costlint") if isinstance(tool, dict) else None
        return table if isinstance(table, dict) else None
    return document
