"""A bounded run of what `tests.generated.fuzz` does for long, and what its recipes must cover."""

from __future__ import annotations

import random

import pytest

from costlint.costmodel.formulas import all_formulas, all_free
from costlint.costmodel.shapes import all_shape_rules
from tests.generated.fuzz import KINDS, kind_of
from tests.generated.maker import OPSETS, Maker
from tests.generated.random_graphs import made
from tests.generated.recipes import RECIPES, exists
from tests.generated.recipes_further import FURTHER, KNOWN
from tests.generated.recipes_networks import NETWORKS
from tests.generated.workers import outcomes

STANDARD = {o for d, o in all_shape_rules() if not d}
STANDARD |= {f.op_type for f in all_formulas() if not f.domain}
STANDARD |= {o for d, o, _ in all_free() if not d}


def test_every_operator_of_the_standard_has_a_recipe():
    assert STANDARD - set(RECIPES) == set()
    assert len(FURTHER) == len(KNOWN)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_recipe_makes_calls_that_run(name):
    opsets = [opset for opset in OPSETS if exists(name, opset)] or [9]
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - chance, not secrets
        maker = Maker(chance, chance.choice(opsets))
        if RECIPES[name](maker):
            return
    pytest.fail(f"no call of {name} in 60 runs anywhere")


def test_the_same_seed_is_the_same_model():
    assert made(7).data == made(7).data
    assert made(7).data != made(8).data


def test_networks_have_widths_and_weights():
    for name, recipe in NETWORKS.items():
        maker = Maker(random.Random(1), 17)  # noqa: S311
        recipe(maker)
        assert len(maker.nodes) > 3, name


def found(jobs, *, oracle_only: bool) -> dict[str, list[str]]:
    finds: dict[str, list[str]] = {}
    for outcome in outcomes(jobs, oracle_only=oracle_only):
        for find in outcome.finds:
            finds.setdefault(kind_of(find), []).append(outcome.name)
    return finds


def test_shapes_types_and_macs_are_those_of_the_runtime():
    jobs = [(str(seed), None, seed) for seed in SHAPES]
    assert found(jobs, oracle_only=True) == {}


def test_everything_can_be_done_with_any_model():
    jobs = [(str(seed), None, seed) for seed in EVERYTHING]
    assert found(jobs, oracle_only=False) == {}


def test_a_find_is_named_by_its_kind():
    one = "check on tflite: KeyError: 't12' at latency/amounts.py:123"
    other = "check on none: KeyError: 'x' at latency/amounts.py:123"
    assert kind_of(one) == kind_of(other)
    assert set(KINDS) == {"random", "mutants", "onnx", "real"}


SHAPES = range(10_000, 10_300)
EVERYTHING = range(20_000, 20_030)
