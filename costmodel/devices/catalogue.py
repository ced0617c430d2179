"""The profiles that come with costlint: one archive of TOML files, read one by one."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, TypeAlias
from zipfile import ZipFile

from costlint.costmodel.devices.checks import ProfileError
from costlint.costmodel.devices.packing import ARCHIVE, INDEX
from costlint.costmodel.devices.profile import DeviceProfile
from costlint.costmodel.devices.reading import profile_from

Device: TypeAlias = str | Path | DeviceProfile
"""A name, a unique prefix of one, the path of a TOML file, or a profile."""

DEFAULT_DEVICE: Final = "snapdragon810-neon-1t"
HOST: Final = "host"
_NO_HOST: Final = (
    "this machine is not calibrated yet: costlint measure makes timings.csv, or -d names a device"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSummary:
    """A line of `costlint devices`. `mape` and `median` are errors on held-out networks."""

    name: str
    hardware: str
    runtime: str
    precision: str
    threads: int
    timings: int
    borrowed: bool
    mape: float
    median: float


def devices(text: str = "") -> tuple[DeviceSummary, ...]:
    """Every shipped device whose name, hardware or runtime holds all words of `text`."""
    words = text.lower().split()
    return tuple(
        row
        for row in _summaries()
        if all(word in f"{row.name} {row.hardware} {row.runtime}".lower() for word in words)
    )


def device(which: Device) -> DeviceProfile:
    """A profile by exact name, unique prefix, path of a TOML file, or `host`.

    Raises:
        ProfileError: nothing or several fit, or the file is not a valid profile.
    """
    if isinstance(which, DeviceProfile):
        return which
    name = os.fspath(which)
    if name.endswith(".toml") or os.sep in name or "/" in name:
        return _from_file(Path(name))
    known = [row.name for row in _summaries()]
    if name in known:
        return _shipped(name)
    if name == HOST:
        return _from_file(host_path(), missing=_NO_HOST, output=HOST)
    fitting = [other for other in known if other.startswith(name)]
    if len(fitting) == 1:
        return _shipped(fitting[0])
    raise _unknown(name, fitting, known)


def host_path() -> Path:
    """Where the profile of this machine lies once it is calibrated."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "costlint" / "host.toml"


def _unknown(name: str, fitting: list[str], known: list[str]) -> ProfileError:
    if fitting:
        shown = ", ".join(fitting[:6]) + (f" and {len(fitting) - 6} more" if fitting[6:] else "")
        return ProfileError(
            f"{name!r} fits {len(fitting)} devices (--device)",
            facts=(shown,),
            fix=f"--device {fitting[0]}",
        )
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    near = close or [k for k in known if name.lower() in k][:3]
    return ProfileError(
        f"unknown device {name!r} (--device)",
        facts=(f"{len(known)} devices are built in", *(f"close: {k}" for k in near)),
        fix=f"--device {near[0]}" if near else "costlint devices",
    )


def _from_file(
    path: Path, missing: str = "there is no such file", output: str = "my-device.toml"
) -> DeviceProfile:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProfileError(
            f"cannot read the device profile {str(path)!r}",
            facts=(missing if isinstance(error, FileNotFoundError) else str(error),),
            fix=f"costlint calibrate timings.csv --graphs DIR -o {output}",
        ) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(
            f"{str(path)!r} is no TOML file", facts=(str(error),), fix="correct the file"
        ) from error
    return profile_from(table, path.name)


@cache
def _archive() -> ZipFile:
    found = resources.files("costlint.costmodel.devices").joinpath(ARCHIVE)
    return ZipFile(found.open("rb"))


@cache
def _summaries() -> tuple[DeviceSummary, ...]:
    rows: list[Mapping[str, Any]] = json.loads(_archive().read(INDEX))
    return tuple(DeviceSummary(**row) for row in rows)


@cache
def _shipped(name: str) -> DeviceProfile:
    return profile_from(tomllib.loads(_archive().read(f"{name}.toml").decode()), name)
