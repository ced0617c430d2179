"""What an earlier run has written already, to go on from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from costlint.costmodel.ir.errors import OptionError

_KINDS: Final = frozenset({"model", "finding", "failure"})
_MODEL_ONLY: Final = frozenset({"type", "schema", "tool", "name", "key", "finding_count"})
_FINDING_ONLY: Final = frozenset({"type", "path", "device"})


def earlier(path: str) -> Mapping[str, dict[str, Any]]:
    """Records of an earlier run by key; nothing where there is no such file.

    A line that was cut off, and a model whose findings are not all there, are passed over.

    Raises:
        OptionError: it cannot be read, or holds something else.
    """
    return {line["key"]: record for line, record in results(path) if line.get("key")}


def results(path: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every complete result in the file: its own line, and the record.

    Raises:
        OptionError: it cannot be read, or holds something else.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OptionError(f"cannot read {path!r}: {error.strerror}") from error
    lines = list(_lines(text))
    if text.strip() and not lines:
        raise OptionError(
            f"{path!r} holds no results of an earlier run",
            fix="name a new file, or one that --resume or -f json-lines has written",
        )
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for line in lines:
        if line["type"] == "model":
            record = {k: v for k, v in line.items() if k not in _MODEL_ONLY}
            found.append((line, {**record, "findings": []}))
        elif line["type"] == "finding" and found:
            row = {k: v for k, v in line.items() if k not in _FINDING_ONLY}
            found[-1][1]["findings"].append(row)
    return [
        (line, record)
        for line, record in found
        if len(record["findings"]) == line.get("finding_count")
    ]


def _lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        with suppress(ValueError):
            value = json.loads(line)
            if isinstance(value, dict) and value.get("type") in _KINDS:
                yield value
