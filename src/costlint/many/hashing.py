"""The digest of each file, read only where the cache does not vouch for it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import time_ns
from typing import Final

from costlint.many.cache import Cache
from costlint.many.pool import Pool

SETTLED_NS: Final = 2_000_000_000
"""The coarsest clock of a file system in use (FAT): what is younger may change unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """What tells at no cost whether a file was touched.

    `text` is its size, times and place on the disk, to compare; `touched_ns` the latest time.
    """

    text: str
    touched_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A file's SHA-256 and the state it had before it was read at `hashed_ns`."""

    path: str
    sha256: str
    state: FileState
    hashed_ns: int

    @property
    def is_settled(self) -> bool:
        """Whether any later change would give another state.

        A write within one tick of the file system's clock keeps the times, so a young file is not
        settled. Only POSIX has the time of change, which no program can set back.
        """
        return os.name == "posix" and self.state.touched_ns + SETTLED_NS < self.hashed_ns

    def still_holds(self) -> bool:
        """Whether the file has this digest still; it is read again where its times cannot tell."""
        if file_state(self.path) != self.state:
            return False
        return self.is_settled or file_sha256(self.path) == self.sha256


def file_state(path: str) -> FileState | None:
    """The state of a regular file; None for anything else, which nobody should open to hash."""
    try:
        found = os.stat(path)  # noqa: PTH116 - thousands of them: no object in between
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    times = (found.st_mtime_ns, found.st_ctime_ns)
    place = (found.st_ino, found.st_dev)
    text = ":".join(map(str, (found.st_size, *times, *place)))
    return FileState(text=text, touched_ns=max(times))


def file_sha256(path: str) -> str:
    """SHA-256 of the content, '' where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def digests(paths: Sequence[str], cache: Cache | None, *, pool: Pool) -> Mapping[str, Digest]:
    """Digests by path, of the regular files among `paths`; those not in the cache are read.

    Threads do: hashing is outside Python's lock.
    """
    found: dict[str, Digest] = {}
    unknown: list[str] = []
    for path in paths:
        state = file_state(path)
        sha256 = cache.sha256(path, state) if cache is not None and state is not None else None
        if state is not None and sha256 is not None:
            found[path] = Digest(path=path, sha256=sha256, state=state, hashed_ns=time_ns())
        elif state is not None:
            unknown.append(path)
    if not unknown:
        return found
    with ThreadPoolExecutor(pool.workers(len(unknown))) as threads:
        for made in threads.map(_digest, unknown):
            if made is not None:
                found[made.path] = made
                if cache is not None:
                    cache.remember(made)
    return found


def _digest(path: str) -> Digest | None:
    hashed_ns = time_ns()
    state = file_state(path)
    sha256 = file_sha256(path) if state is not None else ""
    if state is None or not sha256 or file_state(path) != state:
        return None
    return Digest(path=path, sha256=sha256, state=state, hashed_ns=hashed_ns)
