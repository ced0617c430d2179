"""What is wasteful in an estimate: the four guidelines of ShuffleNet V2 as rules."""

from __future__ import annotations

from costlint.analyzers.analyze import analyze
from costlint.analyzers.finding import Analysis, Finding, OpAnalysis, Saving, Verdict
from costlint.analyzers.rules import RULES, rules_for

__all__ = [
    "RULES",
    "Analysis",
    "Finding",
    "OpAnalysis",
    "Saving",
    "Verdict",
    "analyze",
    "rules_for",
]
