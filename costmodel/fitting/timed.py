"""Timings with the graphs that they name, counted and made ready for a fit."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from costlint.costmodel.count import count
from costlint.costmodel.counts.counts import Counts
from costlint.costmodel.devices.profile import DeviceProfile
from costlint.costmodel.devices.settings import Settings, under
from costlint.costmodel.fitting.samples import Sample, Samples
from costlint.costmodel.fitting.timings import Timing, family_of
from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.costmodel.latency.interval import widest
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from costlint.costmodel.runtimes.fusion import FusionRules


@dataclass(frozen=True, kw_only=True)
class Timed:
    """Rows of timings, the counts of each graph at each batch, and the family of each graph.

    Networks of one family are never on both sides of a split. Where every graph seems to be of one
    family, each graph is one of its own. `parts` are the rows that time parts of those graphs.
    """

    rows: tuple[Timing, ...]
    parts: tuple[Timing, ...]
    counts: Mapping[tuple[str, int], Counts]
    families: Mapping[str, str]

    def settings(self, profile: DeviceProfile, rules: FusionRules) -> Settings:
        """Those of `profile` for the timed runtime, with what the rows say of the machine."""
        first = self.rows[0]
        own = first.lanes if rules.library.blocked else None
        machine = replace(
            profile.settings,
            lanes_out=own or profile.lanes_out,
            cache_bytes=first.cache_bytes or profile.cache_bytes,
        )
        return under(machine, rules.library, first.threads or 0)

    def samples(self, rules: FusionRules, settings: Settings) -> Samples:
        """The amounts of every row's kernels under a rule set and a device's settings."""
        amounts = {
            place: kernel_amounts(self.counts[place], rules, settings).matrix
            for place in {(row.graph, row.batch) for row in self.rows}
        }
        return Samples(
            rows=tuple(
                Sample(
                    network=row.graph,
                    family=self.families[row.graph],
                    amounts=amounts[row.graph, row.batch],
                    latency_s=row.steady_s,
                    batch=row.batch,
                    macs=int(self.counts[row.graph, row.batch].macs) // row.batch,
                    width=widest(self.counts[row.graph, row.batch]),
                )
                for row in self.rows
            )
        )


def timed(rows: Sequence[Timing], graphs: str | os.PathLike[str]) -> Timed:
    """Count every graph that `rows` name; they lie in the folder or zip file `graphs`.

    Raises:
        CostlintError: a graph is missing or cannot be counted at its batch.
    """
    files = _files(graphs, {row.graph for row in rows})
    counted: dict[tuple[str, int], Counts] = {}
    for row in rows:
        if (row.graph, row.batch) not in counted:
            counted[row.graph, row.batch] = _count(files[row.graph], row)
    names = {row.graph: family_of(row.graph) for row in rows}
    if len(set(names.values())) == 1:
        names = {graph: graph for graph in names}
    return Timed(
        rows=tuple(row for row in rows if row.ops is None),
        parts=tuple(row for row in rows if row.ops is not None),
        counts=counted,
        families=names,
    )


def _count(data: bytes, row: Timing) -> Counts:
    try:
        return count(data, batch=row.batch)
    except CostlintError as error:
        raise type(error)(
            f"{row.graph} at batch {row.batch}: {error.what}", facts=error.facts, fix=error.fix
        ) from error


def _files(where: str | os.PathLike[str], wanted: set[str]) -> Mapping[str, bytes]:
    """The graphs that the timings name, from a folder or a zip file."""
    folder = Path(where)
    if folder.is_dir():
        found = {name: (folder / name).read_bytes() for name in wanted if (folder / name).is_file()}
    else:
        try:
            with ZipFile(folder) as archive:
                found = {n: archive.read(n) for n in archive.namelist() if n in wanted}
        except (OSError, BadZipFile) as error:
            raise OptionError(
                f"{os.fspath(where)!r} is neither a folder nor a zip file",
                facts=(str(error),),
                fix="--graphs FOLDER",
            ) from error
    missing = sorted(wanted - set(found))
    if missing:
        raise OptionError(
            f"the graph {missing[0]!r} is not in {os.fspath(where)!r}",
            facts=(f"{len(missing)} of {len(wanted)} graphs are missing",),
            fix="--graphs the folder in which they lie",
        )
    return found
