"""How the program ends."""

from __future__ import annotations

from typing import Final

GATE_FAILED: Final = 1
NOT_ANALYSED: Final = 2
BUG: Final = 3
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
