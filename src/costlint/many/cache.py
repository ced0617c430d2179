"""Results on disk, in one SQLite file that many processes may use at once.

Nothing in it is needed: what is lost, locked or damaged is computed again.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from costlint.many.cache_file import give_up, opened

if TYPE_CHECKING:
    from costlint.many.hashing import Digest, FileState

T = TypeVar("T")

MAX_BYTES: Final = 256_000_000
"""Of results; beyond it the least recently used go. About 50,000 models."""

_FILL_AFTER_PRUNING: Final = 0.8
_FLUSH_S: Final = 1.0
_DAY_S: Final = 86_400

_FORGET: Final = "DELETE FROM results; DELETE FROM files; VACUUM;"
_PRUNE: Final = """
DELETE FROM results WHERE key IN (
    SELECT key FROM (
        SELECT key, SUM(size) OVER (ORDER BY used_day DESC, rowid DESC) AS with_newer FROM results
    ) WHERE with_newer > ?
)"""


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

    def remember(self, found: Digest) -> None:
        """Keep a file's digest, if any later change would show in its state."""
        if found.is_settled:
            self._files[str(Path(found.path).absolute())] = (found.state.text, found.sha256)

    def flush(self) -> None:
        """Write what was collected, in one short transaction."""
        self._flushed_s = time.monotonic()
        day = _today()
        results = [(key, blob, len(blob), day) for key, blob in self._results.items()]
        files = [(path, *values) for path, values in self._files.items()]
        used = [(day, key) for key in self._used]

        def write(disk: sqlite3.Connection) -> None:
            disk.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", results)
            disk.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", files)
            disk.executemany("UPDATE results SET used_day = ? WHERE key = ?", used)

        if results or files or used:
            self._on_disk(write, None)
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
        self._on_disk(lambda disk: disk.executescript(_FORGET), None)
        return count

    def _prune(self) -> None:
        count, size_bytes = self.size()
        if size_bytes <= self._max_bytes:
            return

        def prune(disk: sqlite3.Connection) -> None:
            disk.execute(_PRUNE, (int(_FILL_AFTER_PRUNING * self._max_bytes),))
            (files,) = disk.execute("SELECT COUNT(*) FROM files").fetchone()
            if files > 2 * count:  # digests of files that are long gone
                disk.execute("DELETE FROM files")

        self._on_disk(prune, None)

    def _rows(self, query: str, *values: str) -> list[Any]:
        return self._on_disk(lambda disk: disk.execute(query, values).fetchall(), [])

    def _on_disk(self, do: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """What `do` gives, in one transaction; `otherwise` where the file cannot be used."""
        if self._disk is None:
            return otherwise
        try:
            with self._disk:
                return do(self._disk)
        except sqlite3.Error as error:  # a cache that fails must not fail the run
            self._disk.close()
            self._disk = None
            give_up(self.path, error)
            return otherwise


def _today() -> int:
    return int(time.time() // _DAY_S)
