"""The SQLite file of the cache: made where it is missing, anew where it is damaged."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Final

_LAYOUT: Final = 1
_LOCK_S: Final = 60.0

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, state TEXT, sha256 TEXT)",
    """CREATE TABLE IF NOT EXISTS results
    (key TEXT PRIMARY KEY, packed BLOB, size INTEGER, used_day INTEGER)""",
)


def opened(path: Path) -> sqlite3.Connection | None:
    """The file, made where it is missing and anew where it is damaged; None if that fails."""
    for attempt in ("as it is", "anew"):
        try:
            return _connected(path)
        except sqlite3.OperationalError as error:
            reason: Exception = error
            break
        except sqlite3.DatabaseError as error:
            reason = error
            if attempt == "as it is":
                path.unlink(missing_ok=True)
        except OSError as error:
            reason = error
            break
    sys.stderr.write(f"note: the cache {path} is not used: {reason}\n")
    return None


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    disk = sqlite3.connect(path, timeout=_LOCK_S)
    try:
        (layout,) = disk.execute("PRAGMA user_version").fetchone()
        if layout not in (0, _LAYOUT):
            for table in ("results", "files"):
                disk.execute(f"DROP TABLE IF EXISTS {table}")
        if layout != _LAYOUT:
            for table in _TABLES:
                disk.execute(table)
            disk.execute(f"PRAGMA user_version = {_LAYOUT}")
        disk.commit()
    except sqlite3.Error:
        disk.close()
        raise
    return disk
