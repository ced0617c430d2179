"""The digest of each file, read only where the cache does not vouch for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from costlint.many.cache import Cache
from costlint.many.identity import FileState, file_sha256, file_state, now_ns
from costlint.many.pool import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A file's SHA-256 and the state it had before it was read at `hashed_ns`."""

    path: str
    sha256: str
    state: FileState
    hashed_ns: int

    def still_holds(self) -> bool:
        """Whether the file has this digest still; it is read again where its times cannot tell."""
        if file_state(self.path) != self.state:
            return False
        return self.state.settled(self.hashed_ns) or file_sha256(self.path) == self.sha256


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
            found[path] = Digest(path=path, sha256=sha256, state=state, hashed_ns=now_ns())
        elif state is not None:
            unknown.append(path)
    if not unknown:
        return found
    with ThreadPoolExecutor(pool.workers(len(unknown))) as threads:
        for made in threads.map(_digest, unknown):
            if made is not None:
                found[made.path] = made
                if cache is not None:
                    cache.remember(made.path, made.state, made.sha256, made.hashed_ns)
    return found


def _digest(path: str) -> Digest | None:
    hashed_ns = now_ns()
    state = file_state(path)
    sha256 = file_sha256(path) if state is not None else ""
    if state is None or not sha256 or file_state(path) != state:
        return None
    return Digest(path=path, sha256=sha256, state=state, hashed_ns=hashed_ns)
