"""The source line an op was exported from, as the PyTorch exporter notes it in its metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

KEY: Final = "pkg.torch.onnx.stack_trace"
_FRAME: Final = re.compile(r'File "([^"\n]+)", line (\d+)')
_FOREIGN: Final = ("site-packages", "dist-packages", "<")


def source_line(metadata: Mapping[str, str], root: Path) -> tuple[str, int] | None:
    """File (relative to `root`, with forward slashes) and line of the innermost frame in `root`.

    None where there is no trace or no frame's file is there: a path of the machine that exported
    the model is never shown.
    """
    for file, line in reversed(_FRAME.findall(metadata.get(KEY, ""))):
        if any(part in file for part in _FOREIGN):
            continue
        inside = _inside(file, root)
        if inside is not None and int(line) > 0:
            return inside.as_posix(), int(line)
    return None


def _inside(file: str, root: Path) -> PurePosixPath | None:
    try:
        path = (root / file).resolve()
        relative = path.relative_to(root.resolve())
        return PurePosixPath(relative.as_posix()) if path.is_file() else None
    except (ValueError, OSError):  # outside of root, or no path of this system
        return None
