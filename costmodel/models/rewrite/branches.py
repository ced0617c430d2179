"""Merges linear branches of one input that are summed into one convolution, with their weights.

As RepVGG (Ding et al., CVPR 2021, arXiv 2101.03697) and MobileOne (Vasu et al., CVPR 2023, arXiv
2206.04040) do: a smaller filter is padded to the largest one, BatchNormalization and constants
scale it, and the input itself is a filter of one. In double precision, rounded once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import onnx

from costlint.costmodel.formulas.sets import LINEAR, SUMS
from costlint.costmodel.ir.windows import tap_slices
from costlint.costmodel.models.rewrite.linear import DEEPEST, Filter, Form, Reader
from costlint.costmodel.models.rewrite.stored import Stored


def merge_sum(stored: Stored, node: onnx.NodeProto) -> str | None:
    """Merge the linear branches that end in `node`; '' where it was done, else None.

    One summand that is no such branch may stay: it is added behind.
    """
    if node.op_type not in LINEAR or node.output[0] not in stored.makers:
        return None
    conv = _first_conv(stored, node, DEEPEST)
    weight = None if conv is None else stored.array(conv.input[1])
    if weight is None:
        return None
    reader = Reader(stored=stored, width=weight.shape[0], rank=weight.ndim)
    if node.op_type not in SUMS:
        form = reader.result(node)
        return None if form is None else _replace(stored, node, form, None)
    names, inner = _summands(stored, node, DEEPEST)
    forms = {name: reader.form(name) for name in names}
    sources = Counter(form.source for form in map(forms.get, names) if form is not None)
    constant = sources.pop("", 0)
    for source, times in sources.items():
        if times + constant < len(names) - 1:
            continue
        rest = [n for n in names if (f := forms[n]) is None or f.source not in {source, ""}]
        whole: Form | None = reader.constant(0.0)
        for name in names:
            form = None if name in rest else forms[name]
            whole = whole if form is None or whole is None else whole.plus(form)
        if whole is None:
            continue
        whole = replace(whole, nodes=(*whole.nodes, *inner, node))
        if _replace(stored, node, whole, rest[0] if rest else None) == "":
            return ""
    return None


def _first_conv(stored: Stored, node: onnx.NodeProto, left: int) -> onnx.NodeProto | None:
    """A convolution behind linear ops."""
    if node.op_type == "Conv":
        return node
    if node.op_type not in LINEAR or not left:
        return None
    for name in node.input[: 1 if node.op_type == "BatchNormalization" else None]:
        maker = stored.maker(name) if stored.readers(name) == 1 else None
        found = None if maker is None else _first_conv(stored, maker, left - 1)
        if found is not None:
            return found
    return None


def _summands(
    stored: Stored, node: onnx.NodeProto, left: int
) -> tuple[list[str], list[onnx.NodeProto]]:
    """What a tree of sums adds up, and its inner sums."""
    names: list[str] = []
    inner: list[onnx.NodeProto] = []
    for name in node.input:
        maker = stored.maker(name)
        is_sum = maker is not None and maker.op_type in SUMS and stored.readers(name) == 1
        if maker is not None and is_sum and left:
            below, more = _summands(stored, maker, left - 1)
            names += below
            inner += [maker, *more]
        else:
            names.append(name)
    return names, inner


def _replace(stored: Stored, node: onnx.NodeProto, form: Form, rest: str | None) -> str | None:
    """Put one convolution, with `rest` added behind, in the place of all nodes of `form`."""
    merged = _merged(form.filters)
    if merged is None or merged.node is None:
        return None
    target, dtype = node.output[0], stored.tensors[merged.node.input[1]].data_type
    conv = onnx.NodeProto()
    conv.CopyFrom(merged.node)
    conv.input[:] = [form.source]
    conv.output[:] = [target if rest is None else f"{target}.merged"]
    placed = stored.insert(conv, before=target)
    kind = onnx.helper.tensor_dtype_to_np_dtype(dtype)
    stored.replace_weights(placed, merged.weight.astype(kind), form.shift.astype(kind))
    new = [placed]
    if rest is not None:
        behind = onnx.helper.make_node("Add", [placed.output[0], rest], [target], name=node.name)
        new.append(stored.insert(behind, before=target))
    for old in form.nodes:
        stored.remove(old)
    stored.makers.update({made.output[0]: made for made in new})
    return ""


def _merged(filters: Sequence[Filter]) -> Filter | None:
    """The filters in the widest one, None where none of them holds the others."""
    if len(filters) < 2 or len({f.weight.shape[1] * f.groups for f in filters}) > 1:
        return None  # the input itself has fewer channels than the output, or more
    for outer in filters:
        places = [tap_slices(outer.window, f.window) for f in filters]
        found = [place for place in places if place is not None]
        nested = all(f.groups % outer.groups == 0 for f in filters)
        if outer.node is None or len(found) < len(filters) or not nested:
            continue
        weight = np.zeros_like(outer.weight)
        for f, place in zip(filters, found, strict=True):
            _add(weight[(slice(None), slice(None), *place)], f)
        return replace(outer, weight=weight)
    return None


def _add(weight: np.ndarray, one: Filter) -> None:
    """Add a filter to `weight`, which has its taps and as many groups or fewer."""
    rows, depth = one.weight.shape[0] // one.groups, one.weight.shape[1]
    for group in range(one.groups):
        mine = slice(group * rows, (group + 1) * rows)
        first = group * depth % weight.shape[1]
        weight[mine, first : first + depth] += one.weight[mine]
