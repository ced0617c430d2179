"""Evaluation of operators that pick elements of small known tensors, or replace some."""

from __future__ import annotations

from typing import Any

import numpy as np

from costlint.costmodel.shapes.arguments import axis_attribute, integer, text
from costlint.costmodel.shapes.evaluation import (
    MAX_ELEMENTS,
    evaluates,
    index_array,
    small_array,
)
from costlint.costmodel.shapes.registry import Call


@evaluates("Gather")
def gather(call: Call) -> Any:
    """Y = X[..., indices, ...]."""
    x, indices = call.value(0), index_array(call.value(1))
    axis = axis_attribute(call, 0, x.ndim)
    if x.size // max(1, x.shape[axis]) * indices.size > MAX_ELEMENTS:
        return None
    found = np.take(x, indices, axis=axis)
    return found if isinstance(found, np.ndarray) else small_array([found], ())


@evaluates("GatherElements")
def gather_elements(call: Call) -> Any:
    """Y = one element of X per index."""
    x, indices = call.value(0), index_array(call.value(1))
    axis = axis_attribute(call, 0, x.ndim)
    items = [
        x[(*place[:axis], int(index), *place[axis + 1 :])]
        for place, index in np.ndenumerate(indices)
    ]
    return small_array(items, indices.shape)


@evaluates("GatherND")
def gather_nd(call: Call) -> Any:
    """Y = X[tuple] for each index tuple."""
    x, indices = call.value(0), index_array(call.value(1))
    if integer(call, "batch_dims", 0) or indices.ndim == 0:
        return None
    depth = indices.shape[-1]
    shape = (*indices.shape[:-1], *x.shape[depth:])
    if depth > x.ndim or np.prod(shape, dtype=object) > MAX_ELEMENTS:
        return None
    items: list[Any] = []
    for row in indices.reshape(-1, depth):
        part = x[tuple(row)]
        items += part.reshape(-1).tolist() if isinstance(part, np.ndarray) else [part]
    return small_array(items, shape)


@evaluates("ScatterND")
def scatter_nd(call: Call) -> Any:
    """Y = X with the slices at the index tuples replaced."""
    found, indices = call.value(0).copy(), index_array(call.value(1))
    if text(call, "reduction", "none") != "none":
        return None
    depth = indices.shape[-1]
    updates = call.value(2)
    if updates is None:
        return None
    rows = updates.reshape(-1, *found.shape[depth:])
    for row, update in zip(indices.reshape(-1, depth), rows, strict=True):
        found[tuple(row)] = update
    return found


@evaluates("ScatterElements", "Scatter")
def scatter_elements(call: Call) -> Any:
    """Y = X with one element replaced per index."""
    found, indices = call.value(0).copy(), index_array(call.value(1))
    axis = axis_attribute(call, 0, found.ndim)
    updates = call.value(2)
    if updates is None or text(call, "reduction", "none") != "none":
        return None
    for place, index in np.ndenumerate(indices):
        found[(*place[:axis], int(index), *place[axis + 1 :])] = updates[place]
    return found
