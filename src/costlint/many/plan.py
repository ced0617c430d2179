"""What is asked of each model: options and the settings file of its folder, joined once a folder.

Light on purpose: a run whose results are all cached reads nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from costlint.asked import Asked
from costlint.many.identity import digest
from costlint.run import today
from costlint.settings import Settings

_PLAIN = ("shapes", "batch", "strict", "select", "ignore", "severity", "min-savings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The options for one folder. `devices` are names or files; none stands for the default."""

    asked: Asked
    settings: Settings
    devices: tuple[str | None, ...]

    @property
    def baseline(self) -> str | None:
        """The file of accepted findings that holds, None where there is none."""
        return self.asked.baseline or self.settings.path("baseline")

    def line_key(self, key: str) -> str:
        """The key of a result as it is streamed: with what the baseline suppresses in it."""
        if not key or self.baseline is None or self.asked.renews_baseline:
            return key
        return digest([key, _content(self.baseline)])

    def options(self, device: str | None, path: str) -> str:
        """What the result on `device` depends on besides the file's bytes and the code."""
        own = {
            "shapes": self.asked.shapes,
            "batch": self.asked.batch,
            "strict": self.asked.strict,
            "select": self.asked.select,
            "ignore": self.asked.ignore,
            "min-savings": self.asked.min_savings,
        }
        values: dict[str, Any] = {k: self.settings.get(k, own.get(k)) for k in _PLAIN}
        values["shapes"] = {**self.settings.get("shapes"), **self.asked.shapes}
        values["device"] = _device(device)
        ignores = self.settings.get("ignores")
        if ignores:  # they are about paths, and they expire
            values["ignores"] = [ignores, path, today().isoformat()]
        return digest(values)


@dataclass(slots=True)
class Plans:
    """The plan of each folder, made when its first model comes."""

    asked: Asked
    _by_folder: dict[str, Plan] = field(default_factory=dict)

    def of(self, path: str) -> Plan:
        """The plan for a model.

        Raises:
            OptionError: its settings file cannot be used.
        """
        folder = str(Path(path).parent)
        if folder not in self._by_folder:
            settings = self.asked.settings(path)
            devices = settings.get("device", self.asked.devices) or (None,)
            plan = Plan(asked=self.asked, settings=settings, devices=tuple(devices))
            self._by_folder[folder] = plan
        return self._by_folder[folder]


def _device(name: str | None) -> str:
    """A device by what it holds: the shipped ones are part of the code, files are read."""
    if name is None:
        return ""
    if name == "host":
        from costlint.costmodel.devices.catalogue import host_path

        return f"{name} {_content(str(host_path()))}"
    is_file = name.endswith(".toml") or "/" in name or "\\" in name
    return f"{name} {_content(name)}" if is_file else name


def _content(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return "missing"
