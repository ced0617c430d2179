"""Operators of other packages: their modules register formulas and shapes as ours do."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from costlint.costmodel.ir.errors import OptionError

GROUP: Final = "costlint.operators"
"""The entry points of a package whose modules use `@formula(...)` and `@shape_rule(...)`."""


def plugins() -> tuple[EntryPoint, ...]:
    """The entry points of the packages that are installed, by name."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)))


@cache
def load_plugins() -> None:
    """Import each, once.

    Raises:
        OptionError: one fails.
    """
    for entry in plugins():
        try:
            entry.load()
        except Exception as error:
            package = entry.dist.name if entry.dist is not None else entry.value
            raise OptionError(
                f"the operators of the package {package!r} cannot be loaded",
                facts=(
                    f"its entry point {entry.name} = {entry.value!r} of the group {GROUP}",
                    f"{type(error).__name__}: {error}",
                ),
                fix=f"pip uninstall {package}",
            ) from error
