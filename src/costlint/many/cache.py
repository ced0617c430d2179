"""Results on disk, in one SQLite file that many processes may use at once.

Nothing in it is needed: what is lost, locked or damaged is computed again.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from costlint.many.cache_file import opened
from costlint.many.identity import FileState, now_ns

MAX_BYTES: Final = 256_000_000
"""Of results; beyond it the least recently used go. About 50,000 models."""

_FILL_AFTER_PRUNING: Final = 0.8
_FLUSH_S: Final = 1.0
_DAY_S: Final = 86_400


def default_folder() -> Path:
    """`COSTLINT_CACHE_DIR`, else the platform's place for caches."""
    named = os.environ.get("COSTLINT_CACHE_DIR")
    if named:
        return Path(named)
    base = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "costlint"


class Cache:
    """Results by key, and the digests of files by their state. Writes are collected."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self.path = folder / "results.sqlite"
        self._max_bytes = max_bytes
        self._results: dict[str, bytes] = {}
        self._files: dict[str, tuple[str, str]] = {}
        self._used: set[str] = set()
        self._flushed_s = time.monotonic()
        self._disk = opened(self.path)

    def result(self, key: str) -> dict[str, Any] | None:
        """The record stored under `key`."""
        rows = self._rows("SELECT packed, used_day FROM results WHERE key = ?", key)
        if not rows:
            return None
        packed, used_day = rows[0]
        if used_day != _today():
            self._used.add(key)
        try:
            record: dict[str, Any] = json.loads(zlib.decompress(packed))
        except (zlib.error, ValueError):
            return None
        return record

    def store(self, key: str, record: dict[str, Any]) -> None:
        """Keep a record; it reaches the disk within about a second, or when the cache closes."""
        text = json.dumps(record, allow_nan=False, separators=(",", ":"))
        self._results[key] = zlib.compress(text.encode(), 3)
        if time.monotonic() - self._flushed_s > _FLUSH_S:
            self.flush()

    def sha256(self, path: str, state: FileState) -> str | None:
        """The digest of a file that has not changed since it was made."""
        full = str(Path(path).absolute())
        rows = self._rows("SELECT state, sha256 FROM files WHERE path = ?", full)
        return rows[0][1] if rows and rows[0][0] == state.text else None

    def remember(self, path: str, state: FileState, sha256: str, hashed_ns: int) -> None:
        """Keep a file's digest, if any later change would show in its state."""
        if state.settled(min(hashed_ns, now_ns())):
            self._files[str(Path(path).absolute())] = (state.text, sha256)

    def flush(self) -> None:
        """Write what was collected, in one short transaction."""
        self._flushed_s = time.monotonic()
        day = _today()
        results = [(key, blob, len(blob), day) for key, blob in self._results.items()]
        files = [(path, *values) for path, values in self._files.items()]
        used = [(day, key) for key in self._used]
        self._write("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", results)
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", files)
        self._write("UPDATE results SET used_day = ? WHERE key = ?", used)
        self._commit()
        self._results, self._files, self._used = {}, {}, set()

    def close(self) -> None:
        """Write what is left, and drop the least recently used beyond the limit."""
        changed = bool(self._results)
        self.flush()
        if changed:
            self._prune()
        if self._disk is not None:
            self._disk.close()
            self._disk = None

    def size(self) -> tuple[int, int]:
        """How many results there are, and their bytes."""
        rows = self._rows("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM results")
        return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)

    def clear(self) -> int:
        """Forget everything; the number of results dropped."""
        count, _ = self.size()
        for table in ("results", "files"):
            self._write(f"DELETE FROM {table} WHERE ?", [(1,)])  # noqa: S608 - our own names
        self._commit()
        self._write("VACUUM", [()])
        return count

    def _prune(self) -> None:
        rows = self._rows("SELECT key, size FROM results ORDER BY used_day, rowid")
        excess = sum(size for _, size in rows) - self._max_bytes
        if excess <= 0:
            return
        excess += int((1 - _FILL_AFTER_PRUNING) * self._max_bytes)
        dropped = []
        for key, size in rows:
            if excess <= 0:
                break
            dropped.append((key,))
            excess -= size
        self._write("DELETE FROM results WHERE key = ?", dropped)
        files = self._rows("SELECT COUNT(*) FROM files")
        if files and files[0][0] > 2 * len(rows):  # digests of files that are long gone
            self._write("DELETE FROM files WHERE ?", [(1,)])
        self._commit()

    def _rows(self, query: str, *values: str) -> list[Any]:
        if self._disk is None:
            return []
        try:
            return self._disk.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._give_up(error)
            return []

    def _write(self, query: str, rows: Iterable[tuple[Any, ...]]) -> None:
        given = list(rows)
        if self._disk is None or not given:
            return
        try:
            self._disk.executemany(query, given) if given != [()] else self._disk.execute(query)
        except sqlite3.Error as error:
            self._give_up(error)

    def _commit(self) -> None:
        if self._disk is None:
            return
        try:
            self._disk.commit()
        except sqlite3.Error as error:
            self._give_up(error)

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without: a cache that fails must not fail the run."""
        sys.stderr.write(f"note: the cache {self.path} is not used: {error}\n")
        if self._disk is not None:
            self._disk.close()
            self._disk = None
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(
            error, sqlite3.OperationalError
        )
        if damaged:
            self.path.unlink(missing_ok=True)


def _today() -> int:
    return int(time.time() // _DAY_S)
