"""A graph bound anew is its file with all that was said of it, and with what is said now."""

from __future__ import annotations

import itertools

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.load import load, load_bound
from tests.models import model

CACHE = """
g (int64[N, S] ids, float[N, past, 8] cache, float[N, total] mask, int64 sr)
=> (float[N, total, 8] y, float[N, total] z)
{ e = Gather(w, ids)  y = Concat <axis = 1> (cache, e)
  r = ReduceMean <axes = [2], keepdims = 0> (y)
  z = Add(r, mask) }
"""
SAID = [
    {"batch": 4},
    {"shapes": {"S": 5}},
    {"shapes": {"past": 0}},
    {"shapes": {"N": 2}},
    {"values": {"sr": 16_000}},
]


def proto():
    return model(CACHE, weights={"w": (100, 8)}, opset=13)


def together(first, second):
    """What both say, the later over the earlier; the batch is N."""
    found = {**first, **second}
    shapes = {**first.get("shapes", {}), **second.get("shapes", {})}
    if "batch" in second:
        shapes.pop("N", None)
    elif "N" in second.get("shapes", {}):
        found.pop("batch", None)
    return {**found, "shapes": shapes}


@pytest.mark.parametrize(("first", "second"), list(itertools.product(SAID, SAID)))
@pytest.mark.parametrize("opened", [load, load_bound])
def test_what_is_said_later_is_as_if_said_at_once(first, second, opened) -> None:
    twice = load_bound(load(opened(proto(), **first), **second))
    once = load_bound(proto(), **together(first, second))
    assert {n: t.shape for n, t in twice.tensors.items()} == {
        n: t.shape for n, t in once.tensors.items()
    }
    assert twice.assumed == once.assumed
    assert twice.batch_assumed == once.batch_assumed
    assert count(twice).cost == count(once).cost


def test_what_is_stated_is_no_longer_assumed() -> None:
    graph = load_bound(proto())
    assert {a.name: a.size for a in graph.assumed} == {"S": 128, "past": 128, "total": 256}
    assert graph.batch_assumed == ("N",)
    again = load(graph, shapes={"S": 1})
    assert {a.name: a.size for a in again.assumed} == {"past": 128, "total": 129}
    assert again.batch_assumed == ("N",)
    assert load(again, batch=2).batch_assumed == ()


def test_a_name_within_the_shape_of_an_input_is_said_anew() -> None:
    graph = load_bound(proto(), shapes={"cache": (3, 6, 8)})
    assert [t.shape for t in graph.inputs[:3]] == [(3, 128), (3, 6, 8), (3, 134)]
    assert load(graph, batch=2).inputs[1].shape == (2, 6, 8)
    assert load(graph, shapes={"past": 0}).inputs[1].shape == (3, 0, 8)
    assert load(graph, shapes={"cache": (1, 2, 8)}).inputs[2].shape == (1, 130)


def test_a_symbol_may_take_the_place_of_a_number() -> None:
    graph = load(load_bound(proto()), shapes={"ids": ("N", "S")})
    assert graph.symbols == ("S",)
    assert {a.name for a in graph.assumed} == {"past", "total"}
