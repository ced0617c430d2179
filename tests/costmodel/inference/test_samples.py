"""Of networks at random: what `--batch` makes of a file is what the file is at that batch."""

from __future__ import annotations

import random

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.load import load, load_bound
from tests.costmodel.inference.samples import network
from tests.models import model

SEEDS = range(30)


def shapes(graph: OpGraph) -> dict[str, object]:
    return {name: tensor.shape for name, tensor in graph.tensors.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_batch_asked_for_is_the_file_at_that_batch(seed) -> None:
    baked = seed % 2 == 1
    net = network(random.Random(seed), baked=baked)  # noqa: S311 - chance, not secrets
    one = count(net(1)).macs
    asked: list[tuple[int | str, int]] = [(1, 3), (4, 1), (4, 8), (3, 2)]
    for of, to in asked if baked else [*asked, ("N", 4)]:
        right = load(net(to))
        assert count(right).macs == to * one
        try:
            found = load(net(of), batch=to)
        except OptionError:
            assert of == 1
            assert right.inputs[0].shape == (7, to, 6)  # time first, and nothing that says so
            continue
        assert shapes(found) == shapes(right)


@pytest.mark.parametrize("seed", [s for s in SEEDS if s % 2 == 0])
def test_a_batch_that_nobody_bound_is_bound_anew(seed) -> None:
    net = network(random.Random(seed), baked=False)  # noqa: S311
    bound = load_bound(net("N"))
    assert (bound.batch_assumed, bound.assumed) == (("N",), ())
    again = load(bound, batch=4)
    assert shapes(again) == shapes(load(net(4)))
    assert again.batch_assumed == ()
    assert shapes(load(again, batch=2)) == shapes(load(net(2)))


def test_a_batch_of_one_where_none_is_known_is_refused_too() -> None:
    """Four rows that are summed up, and no size of 1 that could be a batch."""
    text = "g (float[4, 8] x) => (float[1, 8] y) <int64[1] a = {0}> { y = ReduceSum(x, a) }"
    with pytest.raises(OptionError, match="no input of the model has a batch"):
        load(model(text), batch=1)
    assert load(model(text.replace("4, 8", "1, 8")), batch=1).outputs[0].shape == (1, 8)
