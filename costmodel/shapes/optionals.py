"""Optionals: whether something is there, and what it is."""

from __future__ import annotations

from collections.abc import Sequence

from costlint.costmodel.ir.tensor import Held
from costlint.costmodel.shapes.contents import held_by, known_number, present, taken
from costlint.costmodel.shapes.registry import Call, Out, shape_rule


@shape_rule("Optional")
def optional(call: Call) -> Sequence[Out]:
    """O = the input, marked as one that may be absent."""
    given = call.tensor(0)
    if given is not None:
        held = Held(like=given, length=1, each=(given,))
        return (Out(shape=None, dtype="optional", holds=held),)
    return (Out(shape=None, dtype="optional", holds=Held(length=0, each=())),)


@shape_rule("OptionalHasElement")
def optional_has_element(call: Call) -> Sequence[Out]:
    """Whether anything is there: a tensor always is."""
    given = call.tensor(0)
    if given is None or given.dtype != "optional":
        return (known_number(given is not None),)
    length = held_by(call, 0).length
    return (Out(shape=(), dtype="bool") if length is None else known_number(bool(length)),)


@shape_rule("OptionalGetElement")
def optional_get_element(call: Call) -> Sequence[Out]:
    """What the optional holds: a tensor stays as it is."""
    given = present(call, 0)
    if given.dtype != "optional":
        return (Out(shape=given.shape, holds=given.holds),)
    held = held_by(call, 0)
    if held.length == 0:
        raise call.refuse("the optional is empty")
    return (taken(held.like),)
