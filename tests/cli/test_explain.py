"""`costlint explain` and `costlint devices`."""

from __future__ import annotations

import pytest

from costlint.analyzers.finding import GUIDELINES
from costlint.analyzers.rules import RULES
from costlint.costmodel.devices import DEFAULT_DEVICE, devices
from costlint.explain import names, page


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_whole_page(rule):
    text = page(rule.id)
    assert text.startswith(f"{rule.id} {rule.name}: {rule.title}")
    for head in ("What it finds", "Why it costs time", "Found in", "Not found in", "Source"):
        assert f"\n{head}" in text
    assert page(rule.id.lower()) == page(rule.name) == text


@pytest.mark.parametrize("family", GUIDELINES)
def test_a_family_lists_its_rules(family):
    text = page(family)
    assert text.startswith(f"{family} {GUIDELINES[family]}")
    for rule in RULES:
        assert (f"  {rule.id}  " in text) is (rule.guideline == family)


def test_nothing_named_lists_every_rule(costlint, capsys):
    assert costlint("explain") == 0
    out = capsys.readouterr().out
    assert all(rule.id in out for rule in RULES)


def test_an_operator_shows_formula_and_specification(costlint, capsys):
    assert costlint("explain", "conv") == 0
    out = capsys.readouterr().out
    assert "onnx__Conv.html" in out
    assert "macs" in out
    assert costlint("explain", "Loop") == 0
    assert "trip count" in capsys.readouterr().out
    assert costlint("explain", "com.microsoft::FusedConv") == 0


def test_every_name_that_completion_offers_has_a_page():
    offered = [name for name, _ in names()]
    assert {"G1", "G101", "Conv", DEFAULT_DEVICE} <= set(offered)
    for name in offered[:: len(offered) // 60]:
        assert page(name)


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        ("Konv", "did you mean Conv"),
        ("G9", "nothing is called 'G9'"),
        ("wasteful.onnx", "--op NAME"),
        ("nothing at all", "operators, rules G101 to G404"),
    ],
)
def test_what_is_unknown_is_refused(thing, says, costlint, capsys):
    assert costlint("explain", thing) == 2
    assert says in capsys.readouterr().err


def test_a_kernel_of_a_model(costlint, wasteful, capsys):
    assert costlint("explain", wasteful, "--op", "relu", "-d", "toy.toml") == 0
    out = capsys.readouterr().out
    assert "relu (Relu)" in out
    assert "on toy, one kernel of 4" in out
    assert "bound by memory" in out
    assert "activation" in out
    assert "401 kB" in out  # read and written: 2 * 64 * 28 * 28 * 4 B
    assert "0.00000 ms" not in out


def test_an_op_that_is_not_there(costlint, wasteful, capsys):
    assert costlint("explain", wasteful, "--op", "rellu") == 2
    assert "did you mean 'relu'" in capsys.readouterr().err
    assert costlint("explain", "--op", "relu") == 2
    assert "in which model" in capsys.readouterr().err


def test_a_device_file_and_a_device_that_comes_along(costlint, capsys):
    assert costlint("explain", "toy.toml") == 0
    assert "a made-up phone" in capsys.readouterr().out
    assert costlint("explain", DEFAULT_DEVICE) == 0
    assert DEFAULT_DEVICE in capsys.readouterr().out


def test_devices_are_listed_by_words(costlint, capsys):
    assert costlint("devices", "snapdragon", "neon") == 0
    assert DEFAULT_DEVICE in capsys.readouterr().out
    assert costlint("devices") == 0
    assert all(row.name in capsys.readouterr().out for row in devices()[:1])
    assert costlint("devices", "no such thing") == 2


def test_an_uncalibrated_machine_is_told_how(costlint, place, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place))
    assert costlint("explain", "host") == 2
    told = capsys.readouterr().err
    assert "costlint measure" in told
    assert "-o host" in told


def test_a_device_shows_what_its_runtime_reaches():
    text = page("rtx3090-torch2.4-amp-nhwc")
    assert "\n   dense_1x1" in text  # measured
    assert "\n ~ launch_product" in text  # its spread is 0.78
    assert "\n   elementwise" in text
    for name in ("crossing", "reorder", "spill"):  # no host's ops, no blocks; 64.5 TB/s
        assert f"\n ~ {name} " not in text
    assert "takes no time here: spill\n" in text
    assert "not of this runtime: reorder, crossing, " in text
