"""Widths through ops that only rearrange: concat, split, slice, transpose, reshape."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from costlint.costmodel.channels.flow import Axes, Flow, flow_rule
from costlint.costmodel.channels.widths import Axis, Terms, scaled
from costlint.costmodel.ir.dims import Dim, is_static, product
from costlint.costmodel.ir.graph import Op


@flow_rule("Concat")
def concat(flow: Flow, op: Op) -> Sequence[Axes]:
    """Along the axis the widths follow one another; the other axes are the same."""
    axis = int(op.attributes.get("axis", 1)) % op.y.rank
    inputs = [flow.of(t) for t in op.inputs if t is not None]
    found: list[Axis] = []
    for place in range(op.y.rank):
        column = [axes[place] for axes in inputs]
        if place != axis:
            for other in column[1:]:
                flow.tie(column[0], other, op)
            found.append(column[0])
        elif any(part is None for part in column):
            for part in column:
                flow.widths.freeze(part, f"Concat {op.name!r} joins it to a fixed size")
            found.append(None)
        else:
            found.append(tuple(term for part in column for term in part or ()))
    return (tuple(found),)


@flow_rule("Split")
def split(flow: Flow, op: Op) -> Sequence[Axes]:
    """Each output is a piece of the input."""
    axes = flow.of(op.x)
    axis = int(op.attributes.get("axis", 0)) % op.x.rank
    outputs = [t for t in op.outputs if t is not None]
    pieces: Sequence[Axis] = [None] * len(outputs)
    if axes[axis] is not None:
        sizes = [t.known_shape[axis] for t in outputs]
        pieces = flow.widths.cut(axes[axis], sizes, _cuts(op)) or pieces
    return [(*axes[:axis], piece, *axes[axis + 1 :]) for piece in pieces][: len(outputs)]


@flow_rule("Slice")
def slice_(flow: Flow, op: Op) -> Sequence[Axes]:
    """A piece of each axis that gets shorter; a step other than 1 needs the width as it is."""
    starts, numbered, steps = (_values(op, i) for i in (1, 3, 4))
    source = list(flow.of(op.x))
    for place, axis in enumerate(source):
        before, after = op.x.known_shape[place], op.y.known_shape[place]
        if axis is None or before == after:
            continue
        order = list(range(op.x.rank)) if numbered is None else [n % op.x.rank for n in numbered]
        at = order.index(place) if starts is not None and place in order else None
        if at is None or starts is None or (steps is not None and steps[at] != 1):
            flow.widths.freeze(axis, _cuts(op))
            source[place] = None
            continue
        start = starts[at] if starts[at] >= 0 else starts[at] + before
        pieces = flow.widths.cut(axis, [min(start, before), after], _cuts(op))
        source[place] = None if pieces is None else pieces[1]
    return (tuple(source),)


def _values(op: Op, index: int) -> list[int] | None:
    tensor = op.input(index)
    name = {1: "starts", 3: "axes"}.get(index, "")
    if tensor is None:
        given = op.attributes.get(name)
        return None if given is None else [int(v) for v in given]
    values = None if tensor.value is None else list(tensor.value.reshape(-1))
    return values if values is not None and all(type(v) is int for v in values) else None


def _cuts(op: Op) -> str:
    return f"{op.op_type} {op.name!r} cuts it at a fixed place"


@flow_rule("Transpose")
def transpose(flow: Flow, op: Op) -> Sequence[Axes]:
    """The axes in another order."""
    axes = flow.of(op.x)
    order = op.attributes.get("perm") or range(op.x.rank)[::-1]
    return (tuple([axes[i] for i in order]),)


@flow_rule("DepthToSpace")
def depth_to_space(flow: Flow, op: Op) -> Sequence[Axes]:
    """[N, C * b * b, H, W] -> [N, C, H * b, W * b]."""
    axes = flow.of(op.x)
    block = int(op.attributes["blocksize"])
    return ((axes[0], flow.widths.divided(axes[1], block * block, _cuts(op)), None, None),)


@flow_rule("SpaceToDepth")
def space_to_depth(flow: Flow, op: Op) -> Sequence[Axes]:
    """[N, C, H, W] -> [N, C * b * b, H / b, W / b]."""
    axes = flow.of(op.x)
    block = int(op.attributes["blocksize"])
    return ((axes[0], scaled(axes[1], block * block), None, None),)


@flow_rule(
    "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
    "ReduceSumSquare", "ReduceLogSumExp", "ArgMax", "ArgMin",
)  # fmt: skip
def reduction(flow: Flow, op: Op) -> Sequence[Axes]:
    """A reduced axis is gone, whatever its width was."""
    before, after = op.x.known_shape, op.y.known_shape
    axes = flow.of(op.x)
    if len(before) == len(after):
        return (
            tuple([a if b == c else None for a, b, c in zip(axes, before, after, strict=True)]),
        )
    numbered = _values(op, 1) or op.attributes.get("axes") or [op.attributes.get("axis", 0)]
    gone = {int(n) % len(before) for n in numbered}
    kept = tuple([axis for place, axis in enumerate(axes) if place not in gone])
    return (kept if len(kept) == len(after) else (None,) * len(after),)


@flow_rule("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshape(flow: Flow, op: Op) -> Sequence[Axes]:
    """The output has the same elements, so runs of axes with equal products belong together.

    A width is cut or merged: [C] -> [g, C / g], [C, H, W] -> [C * H * W].
    """
    axes, before, after = flow.of(op.x), op.x.known_shape, op.y.known_shape
    if all(axis is None for axis in axes):
        return ((None,) * len(after),)
    head = _equal_ends(before, after)
    tail = _equal_ends(before[head:][::-1], after[head:][::-1])
    inner = len(before) - tail
    middle = _regrouped(
        flow, op, axes[head:inner], before[head:inner], after[head : len(after) - tail]
    )
    return ((*axes[:head], *middle, *axes[inner:]),)


def _equal_ends(before: Sequence[Dim], after: Sequence[Dim]) -> int:
    pairs = zip(before, after, strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _regrouped(
    flow: Flow, op: Op, axes: Axes, before: Sequence[Dim], after: Sequence[Dim]
) -> list[Axis]:
    found: list[Axis] = []
    left = right = 0
    while right < len(after):
        source, target = left + 1, right + 1
        while (a := product(before[left:source])) != (b := product(after[right:target])):
            if not (type(a) is int and type(b) is int) or max(source, target) > 64:
                return _stuck(flow, op, axes, len(after))
            if a < b and source < len(before):
                source += 1
            elif b < a and target < len(after):
                target += 1
            else:
                return _stuck(flow, op, axes, len(after))
        last = target == len(after)
        source = len(before) if last else source
        found += _run(
            flow,
            op,
            list(zip(axes[left:source], before[left:source], strict=True)),
            after[right:target],
        )
        left, right = source, target
    return found


def _run(flow: Flow, op: Op, sources: list[tuple[Axis, Dim]], sizes: Sequence[Dim]) -> list[Axis]:
    """The axes of one run of the output: the one free width of the input, cut to the sizes.

    Axes of the input that are given multiply it: those before it are the outer factors of the run,
    those after it the inner ones. What the output begins with is cut from the outer factors first,
    what it ends with from the inner ones, and only the rest of it from the width.
    """
    places = [place for place, (axis, _) in enumerate(sources) if axis is not None]
    if len(places) != 1:
        return _stuck(flow, op, [axis for axis, _ in sources], len(sizes))
    (place,) = places
    rest, _ = sources[place]
    outer = product(size for _, size in sources[:place])
    inner = product(size for _, size in sources[place + 1 :])
    targets: list[Axis] = [None] * len(sizes)
    low, high = 0, len(sizes)
    while high - low > 1 and rest is not None:
        first, last = sizes[low], sizes[high - 1]
        if outer % first == 0:
            outer, low = outer // first, low + 1
        elif inner % last == 0:
            inner, high = inner // last, high - 1
        elif outer > 1 and first % outer == 0:
            rest, outer, low = flow.widths.divided(rest, first // outer, _cuts(op)), 1, low + 1
        elif inner > 1 and last % inner == 0:
            rest, inner, high = flow.widths.divided(rest, last // inner, _cuts(op)), 1, high - 1
        elif outer > 1 or inner > 1:
            return _stuck(flow, op, [rest], len(sizes))
        else:
            terms = flow.widths.resolve(rest) or ()
            is_last = bool(terms) and all(t % last == 0 for _, t in terms)
            if is_last and last > 1 and _is_also_first(flow, terms, first):
                return _stuck(flow, op, [rest], len(sizes))
            rest = flow.widths.divided(rest, last if is_last else first, _cuts(op))
            low, high = (low, high - 1) if is_last else (low + 1, high)
    if outer > 1:
        flow.outside.append(rest)
    targets[low] = scaled(rest, outer * inner)
    return targets


def _is_also_first(flow: Flow, terms: Terms, size: Dim) -> bool:
    """Whether repeats that the last size would take stand outside of the width instead.

    So it may be where a width of `terms` was joined with given sizes before it.
    """
    if size == 1 or not all(t % size == 0 or size % t == 0 for _, t in terms):
        return False
    joined = {width for axis in flow.outside for width, _ in flow.widths.resolve(axis) or ()}
    return any(width in joined for width, _ in terms)


def _stuck(flow: Flow, op: Op, axes: Sequence[Axis], rank: int) -> list[Axis]:
    for axis in axes:
        flow.widths.freeze(axis, _cuts(op))
    return [None] * rank


@flow_rule("Expand", "Tile")
def expand(flow: Flow, op: Op) -> Sequence[Axes]:
    """Axes that keep their size are handed on, repeated ones are given."""
    if not is_static(op.x.shape) or not is_static(op.y.shape):
        return flow.refuse(op)
    axes, shape = flow.of(op.x), op.x.known_shape
    ahead = op.y.rank - op.x.rank
    found: list[Axis] = [None] * ahead
    for axis, before, after in zip(axes, shape, op.y.known_shape[ahead:], strict=True):
        if before != after:
            flow.widths.freeze(axis, f"{op.op_type} {op.name!r} repeats it")
        found.append(axis if before == after else None)
    return (tuple(found),)
