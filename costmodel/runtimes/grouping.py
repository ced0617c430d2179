"""Which ops run as one kernel: composites, and ops that join the kernel that makes their input."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from costlint.costmodel.formulas import OpClass
from costlint.costmodel.runtimes.composites import chain_from
from costlint.costmodel.runtimes.fusion import Fuse
from costlint.costmodel.runtimes.wiring import Wiring

_RANK: Final[dict[OpClass, int]] = {
    "conv": 0,
    "other": 1,
    "shuffle": 2,
    "data": 3,
    "elementwise": 4,
}


@dataclass(slots=True, kw_only=True)
class Group:
    """Ops of one kernel, in the order in which they joined it; `main` does its work."""

    members: list[int]
    main: int
    composite: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Read:
    """What joining ops read: the tensor `name`, which is or views the memory of `root`.

    `maker` is the op that gives it, -1 for an input of the graph.
    """

    maker: int
    root: str
    name: str


def grouped(wiring: Wiring) -> list[Group]:
    """The ops that do anything as groups, in the order in which they can run."""
    groups: list[Group] = []
    group_of: dict[int, Group] = {}
    for index, is_real in enumerate(wiring.real):
        if not is_real or index in group_of:
            continue
        new = _composite_at(index, wiring, group_of) or Group(members=[index], main=index)
        joined = _joined(new, wiring, group_of)
        if joined is None:
            groups.append(new)
        else:
            joined.members += new.members
            joined.main = _main((joined.main, new.main), wiring)
        for member in new.members:
            group_of[member] = joined or new
    return sorted(groups, key=lambda group: max(group.members))


def _composite_at(index: int, wiring: Wiring, taken: Mapping[int, Group]) -> Group | None:
    unit = wiring.units.by_op.get(index)
    if unit is not None and unit.behind:
        return Group(members=[index, *unit.behind], main=index)
    row = wiring.rows[index]
    if not row.costed:
        return None
    for composite in wiring.rules.composites_from.get(row.op.op_type, ()):
        chain = chain_from(index, composite, wiring, taken)
        if chain is not None:
            return Group(members=[*chain], main=_main(chain, wiring), composite=composite.name)
    return None


def _joined(new: Group, wiring: Wiring, group_of: Mapping[int, Group]) -> Group | None:
    """The group that `new` joins, None where it begins a kernel of its own.

    Of the groups that end in what `new` reads it is the latest that a fuse lets it join. What other
    ops read too must still be written; the group then waits for nothing that it did not wait for.
    """
    fuses = _fuses_of(new, wiring)
    if not fuses:
        return None
    reads = sorted(_reads(new, wiring), reverse=True)
    strangers = [_strangers(fuse, reads, wiring) for fuse in fuses]
    for read in reads:
        group = group_of.get(read.maker)
        if group is None or not wiring.rows[group.main].costed:
            continue
        if not _is_end_of(group, read, new, wiring):
            continue
        is_sole_reader = wiring.is_read_only_by(read.root, frozenset(new.members))
        latest = next((other.maker for other in reads if other is not read), -1)
        waits_for_nothing = latest < group.members[0]
        for fuse, odd in zip(fuses, strangers, strict=True):
            may_read = is_sole_reader or (fuse.shared and waits_for_nothing)
            is_alone = fuse.second_input or len(reads) == 1
            if may_read and is_alone and odd <= {read} and _allows(fuse, group, read, wiring):
                return group
    return None


def _strangers(fuse: Fuse, reads: Collection[_Read], wiring: Wiring) -> set[_Read]:
    """What is read from elsewhere than the fuse lets ops read from besides."""
    if not fuse.beside:
        return set()
    return {read for read in reads if not _is_of(read, fuse.beside, wiring)}


def _fuses_of(new: Group, wiring: Wiring) -> tuple[Fuse, ...]:
    """The fuses that let all of the ops join."""
    if not all(wiring.rows[index].costed for index in new.members):
        return ()  # nobody knows what it does
    first, *rest = new.members
    found = wiring.rules.fuses_of.get(wiring.rows[first].op.op_type, ())
    if not rest:
        return found
    op_types = [wiring.rows[index].op.op_type for index in rest]
    return tuple(fuse for fuse in found if fuse.ops.issuperset(op_types))


def _reads(new: Group, wiring: Wiring) -> list[_Read]:
    """What the ops read besides parameters and what they make themselves."""
    made = {name for index in new.members for name in wiring.made[index]}
    names: dict[str, str] = {}
    for index in new.members:
        names |= wiring.reads(index)
    return [
        _Read(maker=wiring.maker.get(root, -1), root=root, name=name)
        for root, name in names.items()
        if root not in made
    ]


def _is_end_of(group: Group, read: _Read, new: Group, wiring: Wiring) -> bool:
    """Whether the last op of the group gives what is read, as it lies in memory, at its size."""
    last = group.members[-1]
    return (
        read.maker == last
        and read.name not in wiring.strided
        and not wiring.outgrows(group.main, last, new.members[-1])
    )


def _allows(fuse: Fuse, group: Group, read: _Read, wiring: Wiring) -> bool:
    """Whether the fuse is into such a group, behind such an op."""
    main = wiring.rows[group.main].op.op_type
    return (main in fuse.into or group.composite in fuse.into) and (
        not fuse.after or _is_of(read, fuse.after, wiring)
    )


def _is_of(read: _Read, op_types: Container[str], wiring: Wiring) -> bool:
    """Whether an op of such a type gives what is read."""
    return read.maker >= 0 and wiring.rows[read.maker].op.op_type in op_types


def _main(members: Sequence[int], wiring: Wiring) -> int:
    """The op that does the work: the first of the class that weighs most."""
    return min(members, key=lambda index: (_RANK[wiring.rows[index].op_class], index))
