"""All fixes at once: the edits that fit together, in one edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from costlint.analyzers.price import joined
from costlint.analyzers.structure import Structure
from costlint.costmodel.edit import Edit
from costlint.costmodel.ir.graph import op_key


@dataclass(slots=True)
class _Taken:
    """What earlier edits change: ops (keys) by how, and widths (indexes).

    `replaced` maps an op to the last one of those that replace it.
    """

    replaced: dict[str, str] = field(default_factory=dict)
    single: set[str] = field(default_factory=set)
    resized: set[str] = field(default_factory=set)
    widths: set[str] = field(default_factory=set)


def compatible(structure: Structure, edits: Iterable[Edit]) -> Edit:
    """`edits` joined, the first ones first; of a later one only what does not contradict.

    A width changes once. An op is replaced only where no width of it changes. What takes the place
    of many ops does the work of those that were to fold or fuse, and what was to fuse with them
    fuses with it. Changes of single ops stand for themselves, so that some of an edit may be left
    out.
    """
    taken = _Taken()
    kept: list[Edit] = []
    resized_by = _ops_by_group(structure)
    for edit in edits:
        touched = {key for name in edit.widths for key in resized_by.get(name, ())}
        if taken.widths.intersection(edit.widths) or touched & taken.replaced.keys():
            continue
        blocked = taken.replaced.keys() | taken.single | taken.resized
        changes = tuple(change for change in edit.replaced if not change.ops & blocked)
        part = replace(_around(edit, taken.replaced), replaced=changes)
        if part.is_empty:
            continue
        new = {key: op_key(change.by[-1]) for change in changes for key in change.ops}
        kept = [_around(earlier, new) for earlier in kept] + [part]
        taken.widths.update(part.widths)
        taken.resized |= touched
        taken.replaced |= new
        taken.single.update(part.free, part.dense)
    return joined(kept)


def _around(edit: Edit, replaced: Mapping[str, str]) -> Edit:
    """`edit` less what it does to single ops that are replaced."""
    fused = {k: replaced.get(v, v) for k, v in edit.fused.items() if k not in replaced}
    return replace(
        edit,
        dense=edit.dense - replaced.keys(),
        biased=edit.biased - replaced.keys(),
        bypassed={k: v for k, v in edit.bypassed.items() if k not in replaced},
        fused=fused,
        free=edit.free - replaced.keys(),
    )


def _ops_by_group(structure: Structure) -> Mapping[str, set[str]]:
    """The ops (keys) that have a tensor along each group."""
    names = [group.name for group in structure.channels.groups]
    found: dict[str, set[str]] = {name: set() for name in names}
    for op in structure.graph.ops:
        for tensor in (*op.inputs, *op.outputs):
            for terms in () if tensor is None else structure.channels.of(op, tensor):
                for index, _ in terms or ():
                    found[names[index]].add(op_key(op))
    return found
