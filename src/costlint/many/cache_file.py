"""The SQLite file of the cache: made where it is missing, anew where it is damaged."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Final

_LAYOUT: Final = 1
_LOCK_S: Final = 60.0
_DROP: Final = "DROP TABLE IF EXISTS results; DROP TABLE IF EXISTS files;"
_CREATE: Final = f"""
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, state TEXT, sha256 TEXT);
CREATE TABLE IF NOT EXISTS results
(key TEXT PRIMARY KEY, packed BLOB, size INTEGER, used_day INTEGER);
PRAGMA user_version = {_LAYOUT};
"""


def opened(path: Path) -> sqlite3.Connection | None:
    """The file, made where it is missing and anew where it is damaged; None if that fails."""
    try:
        try:
            return _connected(path)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            path.unlink(missing_ok=True)
            return _connected(path)
    except (sqlite3.Error, OSError) as error:
        give_up(path, error)
        return None


def give_up(path: Path, error: Exception) -> None:
    """Say that a run goes on without the file; one that is damaged is removed."""
    sys.stderr.write(f"note: the cache {path} is not used: {error}\n")
    if _is_damage(error):
        path.unlink(missing_ok=True)


def _is_damage(error: Exception) -> bool:
    """Whether the file is no database: other errors, as of a lock, pass."""
    is_passing = isinstance(error, sqlite3.OperationalError)
    return isinstance(error, sqlite3.DatabaseError) and not is_passing


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    disk = sqlite3.connect(path, timeout=_LOCK_S)
    try:
        (layout,) = disk.execute("PRAGMA user_version").fetchone()
        if layout != _LAYOUT:
            disk.executescript((_DROP if layout else "") + _CREATE)
    except sqlite3.Error:
        disk.close()
        raise
    return disk
