"""Searches: the best design, the front, random designs and grids, what a channel costs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costlint.costmodel.estimate import estimate
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.load import load
from costlint.costmodel.space import parametrize
from costlint.costmodel.space.pareto import MOST, undominated
from costlint.examples import example

DEVICES = ("gtx1080ti-cudnn7", "snapdragon810-neon-1t", "pixel4-tflite-1large")
NETWORKS = ("mobilenet_v2_1.0", "shufflenet_v1_1.0x_g3", "resnet_50")


@pytest.fixture(scope="module")
def spaces():
    return {name: parametrize(example(name, weights=False), free=("widths",)) for name in NETWORKS}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", NETWORKS)
def test_equal_macs_in_less_time(name, device, spaces):
    best = spaces[name].optimize(device, time_limit_s=60.0)
    assert best.after.latency_s < 0.99 * best.before.latency_s
    assert best.before.macs <= best.after.macs <= 1.01 * best.before.macs
    one = estimate(best.graph, device)
    assert one.latency_s == pytest.approx(best.after.latency_s, rel=1e-9)
    assert one.macs == best.after.macs
    assert all(value % 8 == 0 for value in best.values.values())


def table_1(row):
    """Ten blocks of two 1x1 convolutions, all inner and all outer widths tied."""
    graph = load(example(f"paper_table1_{row}", weights=False))
    free = ("widths", "ends")
    current = parametrize(graph, free=free).current
    inner = [name for name, width in current.items() if width == max(current.values())]
    outer = [name for name in current if name not in inner]
    bounds = {"inner": (8, 2048), "outer": (8, 1024)}
    return parametrize(graph, free=free, ties={"inner": inner, "outer": outer}, bounds=bounds)


@pytest.mark.parametrize(
    ("device", "row"),
    [("gtx1080ti-cudnn7", f"gpu_1to{ratio}_x{width}") for ratio in (2, 6, 12) for width in (1, 4)]
    + [("snapdragon810-neon-1t", f"arm_1to{ratio}_x{width}")
       for ratio in (2, 6, 12) for width in (1, 4)]
    + [("snapdragon810-neon-1t", "arm_1to6_x2")],
)  # fmt: skip
def test_equal_widths_are_found_on_the_blocks_of_table_1(device, row):
    """G1: whatever row it starts from, the optimum is nearer to row 1:1 than to row 1:2."""
    space = table_1(row)
    assert space.current["inner"] > 1.9 * space.current["outer"]
    best = space.optimize(device, multiple_of=1)
    widths = {**space.current, **best.values}
    assert 0.5**0.5 < widths["inner"] / widths["outer"] < 2**0.5


def test_the_same_seed_finds_the_same(spaces):
    space = spaces["mobilenet_v2_1.0"]
    found = [space.optimize(DEVICES[0], seed=3, time_limit_s=60.0).values for _ in range(2)]
    assert found[0] == found[1]


def test_more_macs_in_the_same_time(spaces):
    best = spaces["mobilenet_v2_1.0"].optimize(DEVICES[0], keep="latency", time_limit_s=60.0)
    assert best.after.macs > best.before.macs
    assert best.after.latency_s <= best.before.latency_s


def test_parameters_can_be_kept(spaces):
    best = spaces["shufflenet_v1_1.0x_g3"].optimize(DEVICES[1], keep="parameters", multiple_of=3)
    assert best.before.parameters <= best.after.parameters <= 1.01 * best.before.parameters


def test_widths_stay_above_the_least(spaces):
    space = spaces["resnet_50"]
    best = space.optimize(DEVICES[2], min_width=48, free=space.variables[:6])
    assert min(best.values.values(), default=48) >= 48
    assert set(best.values) <= set(space.variables[:6])


def test_the_time_limit_holds_and_progress_is_told(spaces):
    told = []
    best = spaces["resnet_50"].optimize(
        DEVICES[0], time_limit_s=1e-3, progress=lambda share, score: told.append((share, score))
    )
    assert told
    assert told[-1][0] == 1.0
    assert best.after.latency_s <= best.before.latency_s


def test_wrong_options_are_named(spaces):
    space = spaces["resnet_50"]
    with pytest.raises(OptionError, match="macs, parameters, latency"):
        space.optimize(DEVICES[0], keep="energy")
    with pytest.raises(OptionError, match=r'parametrize\(model, free=\(..., "depth"\)\)'):
        space.optimize(DEVICES[0], free="depth")
    with pytest.raises(OptionError, match="no width of this graph is free"):
        parametrize(space.graph, free=()).optimize(DEVICES[0])


def test_nothing_beats_the_front(spaces):
    space = spaces["mobilenet_v2_1.0"]
    front = space.pareto(DEVICES[0], time_limit_s=0.0)
    figures = np.array([front.latency_s, -front.macs, front.parameters])
    assert figures.shape[1] <= MOST
    assert all((array % 8 == 0).all() for array in front.values.values())
    assert (np.diff(front.latency_s) >= 0).all()
    assert len(undominated(figures)) == figures.shape[1]
    sampled = space.compile(DEVICES[0])(space.sample(500, seed=99))
    others = np.array([sampled.latency_s, -sampled.macs, sampled.parameters])
    both = undominated(np.hstack([others, figures]))
    assert (both >= 500).sum() > 0


def test_undominated_by_hand():
    figures = np.array([[1.0, 2.0, 2.0, 3.0, np.nan], [3.0, 1.0, 2.0, 3.0, 0.0]])
    assert undominated(figures).tolist() == [0, 1]


@settings(deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=30, unique=True),
)
def test_undominated_is_what_no_other_one_beats(columns):
    kept = set(undominated(np.array(columns, float).T).tolist())
    for place, one in enumerate(columns):
        beaten = any(
            all(a <= b for a, b in zip(other, one, strict=True)) and other != one
            for other in columns
        )
        assert (place in kept) == (not beaten)


def test_samples_lie_on_the_steps(spaces):
    space = spaces["shufflenet_v1_1.0x_g3"]
    values = space.sample(100, seed=1)
    assert values.keys() == space.bounds.keys()
    for name, (low, high, step) in space.bounds.items():
        assert low <= values[name].min()
        assert values[name].max() <= high
        assert not ((values[name] - low) % step).any()
    again = space.sample(100, seed=1)
    assert all((values[name] == again[name]).all() for name in values)


def test_a_grid_has_every_combination(spaces):
    space = spaces["resnet_50"].narrowed({"/conv1.width": (32, 96, 32)})
    name = space.variables[1]
    found = space.grid({"/conv1.width": None, name: [64, 128]})
    pairs = set(zip(*(array.tolist() for array in found.values()), strict=True))
    assert pairs == {(a, b) for a in (32, 64, 96) for b in (64, 128)}
    with pytest.raises(OptionError, match="the grid has"):
        spaces["resnet_50"].grid(dict.fromkeys(spaces["resnet_50"].variables))


def test_a_channel_costs_what_the_difference_says(spaces):
    space = spaces["mobilenet_v2_1.0"]
    device = "snapdragon810-neon-1t"
    found = space.sensitivity(device)
    assert found.keys() == space.current.keys()
    name = max(found, key=found.__getitem__)
    evaluate = space.compile(device)
    lanes = max(evaluate.device.lanes_in, evaluate.device.lanes_out)
    today = space.current[name]
    low_s, high_s = evaluate({name: [today - lanes, today + lanes]}).latency_s
    assert found[name] == pytest.approx((high_s - low_s) / (2 * lanes))
    assert found[name] > 0
