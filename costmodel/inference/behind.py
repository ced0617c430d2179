"""Behind an operator that nobody knows: shapes by the file's word, or by what reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from costlint.costmodel.inference.stated import How, Sizes, sizes, stated
from costlint.costmodel.ir.dims import Shape
from costlint.costmodel.ir.errors import ShapeError
from costlint.costmodel.ir.graph import Op, OpGraph
from costlint.costmodel.ir.source import SourceInput
from costlint.costmodel.shapes.forced import Partial, forced

MAX_ROUNDS: Final = 8
"""How often shapes that are forced backwards may open a way forward, and that one a way back."""
_SHOWN: Final = 3
NO_SIZES: Final = partial(sizes, (), {}, {})

_SAID: Final[Mapping[How | str, str]] = {
    "stated": "shapes are what the file states",
    "scaled": "shapes are what the file states, at the batch that holds",
    "dropped": "shapes are stated for other input sizes, and not used",
    "forced": "shapes are inferred from what reads them",
}


@dataclass(slots=True, kw_only=True)
class Behind:
    """What one pass finds behind unknown operators. Lives only inside `infer`.

    `found` are shapes of the passes before. `is_stated` lets the file's word count; what it leaves
    open is in `open_shapes`.
    """

    sizes: Callable[[], Sizes] = NO_SIZES
    found: Mapping[str, Shape] = field(default_factory=dict)
    is_stated: bool = True
    declared: dict[str, SourceInput] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    open_shapes: dict[str, Partial] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    is_missing: bool = False

    def again(self, found: Mapping[str, Shape]) -> Behind:
        """The same before another pass; what was used before led to what is found."""
        return Behind(sizes=self.sizes, found=found, is_stated=self.is_stated, used=dict(self.used))

    def shape(self, name: str) -> Shape | None:
        """The shape of a tensor that nothing before it gives."""
        if name in self.found:
            self.used[name] = "forced"
            return self.found[name]
        declared = self.declared.get(name)
        if declared is not None and self.is_stated:
            dims, how = stated(declared, self.sizes())
            is_whole = dims is not None and None not in dims
            if is_whole or how == "dropped":
                self.used[name] = how
            if is_whole:
                return dims
            if dims is not None:
                self.open_shapes[name] = dims
        self.is_missing = True
        return None

    def notes(self) -> Iterator[str]:
        """What is to be said of the shapes that were used, in few lines."""
        operators = ", ".join(self.unknown)
        if not self.is_stated:
            yield f"behind {operators}: what the file states contradicts the rest, and is not used"
        for how, said in _SAID.items():
            names = [name for name, used in self.used.items() if used == how]
            if names:
                shown = ", ".join(map(repr, names[:_SHOWN])) + ", ..." * (len(names) > _SHOWN)
                yield f"behind {operators}: {said} ({shown})"


def settled(run: Callable[[Behind], OpGraph], now: Callable[[], Sizes]) -> OpGraph:
    """The graph of as many passes as find something; of one where every operator is known.

    Raises:
        ShapeError: shapes contradict each other, with and without the file's own.
    """
    behind = Behind(sizes=now)
    try:
        graph = run(behind)
    except ShapeError:
        if not behind.used:
            raise
        behind = Behind(sizes=now, is_stated=False)
        graph = run(behind)
    if not behind.unknown:
        return graph
    for _ in range(MAX_ROUNDS if behind.is_missing else 0):
        found = {**_backwards(graph, behind), **behind.found}
        if len(found) == len(behind.found):
            break
        further = behind.again(found)
        try:
            graph, behind = run(further), further
        except ShapeError:  # what seemed forced is not
            break
    return replace(graph, notes=(*graph.notes, *behind.notes()))


def _backwards(graph: OpGraph, behind: Behind) -> Mapping[str, Shape]:
    """What is forced, but for names that several graphs give to tensors of their own."""
    ops = tuple(_all_ops(graph.ops))
    made = Counter(t.name for op in ops for t in op.outputs if t is not None)
    found = forced(ops, behind.open_shapes)
    return {name: shape for name, shape in found.items() if made[name] == 1}


def _all_ops(ops: Iterable[Op]) -> Iterator[Op]:
    for op in ops:
        yield op
        for body in op.bodies:
            yield from _all_ops(body.ops)
