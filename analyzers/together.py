"""All fixes at once: the edits that fit together, in one edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from costlint.analyzers.facts import Facts
from costlint.analyzers.price import joined
from costlint.costmodel.edit import Edit, op_key


@dataclass(slots=True)
class _Taken:
    """What earlier edits change: ops (keys) by how, and widths (indexes)."""

    replaced: set[str] = field(default_factory=set)
    single: set[str] = field(default_factory=set)
    resized: set[str] = field(default_factory=set)
    widths: set[str] = field(default_factory=set)


def compatible(facts: Facts, edits: Iterable[Edit]) -> Edit:
    """`edits` joined, the first ones first; of a later one only what does not contradict.

    A width changes once. An op is replaced only where no width of it changes and nothing else is
    done to it, but that it goes: what takes the place of many ops does the work of that one, too.
    Changes of single ops stand for themselves, so that some of an edit may be left out.
    """
    taken = _Taken()
    kept: list[Edit] = []
    resized_by = _ops_by_group(facts)
    for edit in edits:
        touched = {key for name in edit.widths for key in resized_by.get(name, ())}
        if taken.widths.intersection(edit.widths) or touched & taken.replaced:
            continue
        part = _fitting(edit, taken)
        if part.is_empty:
            continue
        whole = {key for change in part.replaced for key in change.ops}
        kept = [_without(earlier, whole) for earlier in kept] + [part]
        taken.widths.update(part.widths)
        taken.resized |= touched
        taken.replaced |= whole
        taken.single.update(part.fused, part.fused.values(), part.free, part.dense)
    return joined(kept)


def _without(edit: Edit, whole: set[str]) -> Edit:
    """`edit` without the bypasses of ops that are replaced after all."""
    return replace(edit, bypassed={k: v for k, v in edit.bypassed.items() if k not in whole})


def _fitting(edit: Edit, taken: _Taken) -> Edit:
    blocked = taken.replaced | taken.single | taken.resized
    return replace(
        edit,
        dense=edit.dense - taken.replaced,
        bypassed={k: v for k, v in edit.bypassed.items() if k not in taken.replaced},
        fused={k: v for k, v in edit.fused.items() if not {k, v} & taken.replaced},
        free=edit.free - taken.replaced,
        replaced=tuple(change for change in edit.replaced if not change.ops & blocked),
    )


def _ops_by_group(facts: Facts) -> Mapping[str, set[str]]:
    """The ops (keys) that have a tensor along each group."""
    names = [group.name for group in facts.channels.groups]
    found: dict[str, set[str]] = {name: set() for name in names}
    for op in facts.graph.ops:
        for tensor in (*op.inputs, *op.outputs):
            for terms in () if tensor is None else facts.channels.of(op, tensor):
                for index, _ in terms or ():
                    found[names[index]].add(op_key(op))
    return found
