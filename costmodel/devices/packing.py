"""Packs the shipped profiles, one text file each, into the archive that the package carries.

The build runs this file by its path, when costlint cannot be imported yet: it imports the standard
library alone. The archive is what makes a device quick to find: a list of all, and each by its
name. It is not compressed, because the wheel compresses it better as a whole, and because its bytes
then depend on the texts alone.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

FOLDER: Final = Path(__file__).resolve().parent
ARCHIVE: Final = "profiles.zip"
INDEX: Final = "index.json"
_THEN: Final = (1980, 1, 1, 0, 0, 0)


def profile_files(folder: Path = FOLDER) -> list[Path]:
    """The profiles as text, `data/GROUP/NAME.toml`, by name."""
    return sorted(folder.glob("data/*/*.toml"), key=lambda file: file.stem)


def pack(folder: Path = FOLDER) -> None:
    """Write the archive of the profiles in `folder` there.

    Raises:
        FileNotFoundError: there are none, as in an installed package.
    """
    texts = {file.name: file.read_text(encoding="utf-8") for file in profile_files(folder)}
    if not texts:
        raise FileNotFoundError(f"no profiles in {folder / 'data'}")
    index = [_summary(tomllib.loads(text)) for text in texts.values()]
    with ZipFile(folder / ARCHIVE, "w", ZIP_STORED) as archive:
        for name, text in {INDEX: json.dumps(index), **texts}.items():
            entry = ZipInfo(name, _THEN)
            entry.create_system = 3  # else it says on what system it was packed
            archive.writestr(entry, text)


def _summary(table: dict[str, Any]) -> dict[str, Any]:
    """The fields of a `DeviceSummary`."""
    head = {key: table[key] for key in ("name", "hardware", "runtime", "precision", "threads")}
    came = {key: table["provenance"][key] for key in ("timings", "borrowed")}
    return head | came | {key: table["fit"][key] for key in ("mape", "median")}


if __name__ == "__main__":
    pack()
