"""The identity of a model file, made only where it is shown: hashing reads all weights once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from costlint.costmodel.ir.graph import OpGraph


def sha256(graph: OpGraph) -> str:
    """SHA-256 of the file or bytes the graph was read from; '' for one made in memory."""
    if graph.path is not None:
        with Path(graph.path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return graph.source.sha256 if graph.source is not None else ""
