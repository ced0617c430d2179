"""Accepted findings: a JSON file with one entry a line, and the ratchet that it is.

An entry holds for one model, whose path is written from the folder of the baseline, and through
the fingerprint for one rule, device and place. Files of before name no device in their entries.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from costlint.costmodel.ir.errors import OptionError
from costlint.output import writing
from costlint.reports.report import ModelReport

if TYPE_CHECKING:
    from costlint.analyzers.finding import Finding

RATCHET: Final = 1.1
"""An accepted finding fails again when its saving grows beyond this factor."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Accepted:
    """One accepted finding with the saving that was accepted."""

    model: str
    rule: str
    fingerprint: str
    saved_s: float
    device: str = ""


ReadBaseline: TypeAlias = Callable[[str], tuple[Accepted, ...]]
"""`read`, or what remembers what that has read."""


def read(path: str) -> tuple[Accepted, ...]:
    """The entries of a baseline file.

    Raises:
        OptionError: it cannot be read, or is no baseline.
    """
    fix = "costlint MODEL --write-baseline"
    try:
        rows: list[Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        return tuple(
            Accepted(
                model=str(row["model"]),
                rule=str(row["rule"]),
                fingerprint=str(row["fingerprint"]),
                saved_s=float(row["saved_s"]),
                device=str(row.get("device", "")),
            )
            for row in rows
        )
    except OSError as error:
        raise OptionError(f"cannot read {path!r}: {error.strerror}", fix=fix) from error
    except (ValueError, TypeError, KeyError) as error:
        raise OptionError(f"{path!r} is not a baseline: {error!r}", fix=fix) from error


def write(path: str, entries: Iterable[Accepted]) -> None:
    """Write a baseline file, sorted, so that a change of one finding is a change of one line.

    Raises:
        OptionError: it cannot be written.
    """
    lines = [json.dumps(asdict(entry)) for entry in sorted(set(entries))]
    text = "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"
    with writing(path):
        Path(path).write_text(text, encoding="utf-8")


def accepting(
    entries: Sequence[ModelReport], path: str, ran: Collection[str]
) -> tuple[Accepted, ...]:
    """Every open finding of `entries`, and what the file at `path` says of others.

    Others are other models, other devices, rules that are not among those that `ran`. An entry
    without a device stays until its finding is seen.
    """
    places = _places(entries, path)
    known = read(path) if Path(path).exists() else ()
    seen = {(model_key(e.path, path), f.fingerprint) for e in entries for f in e.findings}
    others = [
        row
        for row in known
        if ((row.model, row.device) not in places and (row.model, row.fingerprint) not in seen)
        or row.rule not in ran
    ]
    return (*others, *_open(entries, path))


def pruned(entries: Sequence[ModelReport], path: str, ran: Collection[str]) -> tuple[Accepted, ...]:
    """The file at `path` without what the rules that `ran` find no more in what is checked here.

    An entry without a device counts as one of the devices here: it could never go otherwise.
    """
    places = _places(entries, path)
    places |= {(model, "") for model, _ in places}
    found = {(row.model, row.fingerprint) for row in _open(entries, path)}
    return tuple(
        row
        for row in read(path)
        if (row.model, row.device) not in places
        or row.rule not in ran
        or (row.model, row.fingerprint) in found
    )


def with_accepted(entry: ModelReport, path: str | None, read: ReadBaseline) -> ModelReport:
    """`entry` with the findings suppressed that the file at `path` accepts.

    Those whose saving grew too much stay open.
    """
    from costlint.analyzers.finding import Suppression

    if path is None:
        return entry
    accepted = (Suppression(reason=f"accepted in {path}"),)
    key = model_key(entry.path, path)
    most_s = {row.fingerprint: row.saved_s * RATCHET for row in read(path) if row.model == key}

    def is_accepted(finding: Finding) -> bool:
        limit_s = most_s.get(finding.fingerprint)
        return not finding.suppressed and limit_s is not None and finding.saved_s <= limit_s

    findings = [replace(f, suppressed_by=accepted) if is_accepted(f) else f for f in entry.findings]
    return replace(entry, findings=tuple(findings))


def _open(entries: Iterable[ModelReport], path: str) -> list[Accepted]:
    """The open findings of `entries` as the file at `path` has them."""
    return [
        Accepted(
            model=model_key(entry.path, path),
            rule=finding.rule,
            fingerprint=finding.fingerprint,
            saved_s=finding.saved_s,
            device=_device_name(entry),
        )
        for entry in entries
        for finding in entry.open_findings
    ]


def _places(entries: Sequence[ModelReport], path: str) -> set[tuple[str, str]]:
    """The models of `entries` with their devices, as entries of the file at `path` name them."""
    return {(model_key(entry.path, path), _device_name(entry)) for entry in entries}


def _device_name(entry: ModelReport) -> str:
    """The device of `entry`, "" where it was only counted."""
    return "" if entry.device is None else entry.device.name


def model_key(model: str, baseline: str) -> str:
    """The path of a model from the folder of the baseline, with forward slashes."""
    if model == "-":
        return model
    folder = Path(baseline).absolute().parent
    try:
        return Path(os.path.relpath(Path(model).absolute(), folder)).as_posix()
    except ValueError:  # another drive
        return Path(model).absolute().as_posix()
