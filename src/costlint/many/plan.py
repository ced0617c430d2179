"""What holds for each model: what was given and the settings of its folder, joined once a folder.

Light on purpose: a run whose results are all cached reads nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from costlint.costmodel.ir.errors import CostlintError
from costlint.many.identity import digest
from costlint.settings import Settings, joined, settings_for
from costlint.settings.options import KEYS, OPTIONS, Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The options that hold in one folder, and the settings that they came from.

    `stated` are the names of the options that somebody gave, here or in the settings.
    """

    options: Options
    settings: Settings
    stated: frozenset[str] = frozenset()

    def line_key(self, key: str) -> str:
        """The key of a result as it is streamed: with what the baseline suppresses in it."""
        baseline = self.options.baseline
        if not key or baseline is None or self.options.renews_baseline:
            return key
        return digest([key, _content(baseline)])

    def depends_on(self, device: str, path: str) -> str:
        """What the result on `device` depends on besides the file's bytes and the code."""
        rows = (row for row in OPTIONS.values() if row.in_result)
        values: dict[str, Any] = {row.name: getattr(self.options, row.name) for row in rows}
        values["device"] = _device(device)
        if self.options.ignores:  # they are about paths, and they expire
            values["ignores"] = [self.options.ignores, path, today().isoformat()]
        return digest(values)


@dataclass(slots=True)
class Plans:
    """The plan of each folder, made when its first model comes. `given` are options by name."""

    given: Mapping[str, Any]
    _by_folder: dict[str, Plan] = field(default_factory=dict)

    def of(self, path: str) -> Plan:
        """The plan for a model.

        Raises:
            OptionError: its settings file cannot be used.
        """
        folder = str(Path(path).parent)
        if folder not in self._by_folder:
            without = Options(**self.given)
            settings = settings_for(path, config=without.config, isolated=without.isolated)
            self._by_folder[folder] = Plan(
                options=joined(self.given, settings),
                settings=settings,
                stated=frozenset({*self.given, *(KEYS[key].name for key in settings)}),
            )
        return self._by_folder[folder]

    def options(self, path: str) -> Options:
        """The options for a model, without settings where they are wrong: that is told later."""
        try:
            return self.of(path).options
        except CostlintError:
            return Options(**self.given)


def today() -> date:
    """The day of the run, here."""
    return datetime.now(tz=UTC).astimezone().date()


def _device(name: str) -> str:
    """A device by what it holds: the shipped ones are part of the code, files are read."""
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
