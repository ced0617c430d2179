"""Packs the device profiles before the package is built; all else is in pyproject.toml."""

from __future__ import annotations

import runpy
from pathlib import Path

from setuptools import Command, setup
from setuptools.command.build import build

DEVICES = Path("costmodel/devices")


class BuildProfiles(Command):
    """Packs `data/*/*.toml` into the archive beside it, which is then data of the package."""

    def initialize_options(self) -> None:
        """There are no options."""

    finalize_options = initialize_options

    def run(self) -> None:
        """Write the archive."""
        runpy.run_path(str(DEVICES / "packing.py"))["pack"]()

    def get_source_files(self) -> list[str]:
        """What a source distribution needs for it."""
        return [file.as_posix() for file in DEVICES.glob("data/*/*.toml")]


build.sub_commands.insert(0, ("build_profiles", None))
setup(cmdclass={"build_profiles": BuildProfiles})
