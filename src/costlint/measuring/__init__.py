"""Models timed on this machine, and timings that other tools wrote."""

from costlint.measuring.session import measure

__all__ = ["measure"]
