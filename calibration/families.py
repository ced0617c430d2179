"""What the rules find in each family of the corpus: python -m calibration.families CORPUS."""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from calibration.corpus import csv_rows, graph_files
from costlint.analyzers import RULES, Analysis, analyze
from costlint.costmodel.estimate import estimate
from costlint.costmodel.load import load

ROOT: Final = Path(__file__).parents[1]
BATCH: Final = {"snapdragon810-neon-1t": 1, "rtx3090-torch2.4-amp-nhwc": 64}
PAGE: Final = ROOT / "docs" / "findings-families.md"
INTRO: Final = (
    "Number of findings of each rule in one network of each family of pytorch-image-models, the "
    "first by name. Places that repeat are one finding. `make findings` writes this page from the "
    "corpus."
)


def main() -> None:
    """Check one network of each family on both devices and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    corpus = parser.parse_args().corpus
    lines = ["# What the rules find, by family of networks", "", INTRO, ""]
    for device in BATCH:
        found = dict(analyses(corpus, device))
        lines += [*_table(device, found), *_summary(found.values()), ""]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print(PAGE)


def analyses(corpus: Path, device: str) -> Iterator[tuple[str, Analysis]]:
    """(family, analysis of its first network)."""
    firsts: dict[str, str] = {}
    for row in csv_rows(corpus / "gpu-graphs.csv"):
        firsts.setdefault(row["family"], row["graph"])
    graphs = graph_files(corpus, "gpu")
    for family, name in sorted(firsts.items()):
        graph = load(graphs[name], batch=BATCH[device])
        yield family, analyze(estimate(graph, device))


def _table(device: str, found: dict[str, Analysis]) -> Iterator[str]:
    yield f"## {device}, batch {BATCH[device]}"
    yield ""
    yield "| family | " + " | ".join(rule.id for rule in RULES) + " | all | recoverable |"
    yield "|---" * (len(RULES) + 3) + "|"
    for family, analysis in found.items():
        counts = Counter(finding.rule for finding in analysis.findings)
        cells = [str(counts[rule.id] or "") for rule in RULES]
        share = f"{analysis.recoverable_share:.0%}"
        yield f"| {family} | " + " | ".join(cells) + f" | {len(analysis.findings)} | {share} |"
    yield ""


def _summary(analyzed: Iterable[Analysis]) -> Iterator[str]:
    """How many findings a network has, and on how many networks each guideline speaks."""
    rows = list(analyzed)
    numbers = sorted(len(row.findings) for row in rows)
    speaking = Counter(g for row in rows for g in {f.rule[:2] for f in row.findings})
    yield (
        f"Median {statistics.median(numbers):g} findings, at most {numbers[-1]}, over {len(rows)} "
        "networks. Networks with at least one finding: "
        + ", ".join(f"{g} {speaking[g]}" for g in ("G1", "G2", "G3", "G4"))
        + "."
    )


if __name__ == "__main__":
    main()
