"""A profile outlives the terms: files of every version read, and say what became of their keys."""

import tomllib
from dataclasses import replace
from itertools import chain
from math import hypot
from pathlib import Path

import pytest

from costlint.costmodel.count import count
from costlint.costmodel.devices import device, rates
from costlint.costmodel.devices.checks import ProfileError
from costlint.costmodel.devices.reading import profile_from
from costlint.costmodel.devices.terms import FREE, INDEX, NEEDED, TERMS
from costlint.costmodel.devices.versions import FORMER, VERSION, Former
from costlint.costmodel.estimate import estimate
from costlint.costmodel.latency.kernel_amounts import kernel_amounts
from tests.device import toy_device
from tests.models import model

STORED = {
    int(file.stem.removeprefix("version")): file
    for file in (Path(__file__).parent / "stored").glob("version*.toml")
}
"""A profile as each version wrote it, of one device. These files never change."""
UNITS = {term.name: term.unit for term in TERMS} | {n: t.unit for n, t in FORMER.items()}


def toy(**terms):
    """The table of the toy device's file; a term is replaced, or taken out with None."""
    table = tomllib.loads(toy_device().to_toml())
    for name, pair in terms.items():
        key = f"{name}_{UNITS.get(name, 'mac_per_s')}"
        table["terms"].pop(key, None)
        if pair is not None:
            table["terms"][key] = pair
    return table


def given(profile, name):
    """Seconds for each unit, and standard deviation."""
    return profile.seconds_per_unit[INDEX[name]], profile.term_sd[INDEX[name]]


def test_a_profile_of_every_version_is_stored():
    assert sorted(STORED) == list(range(1, VERSION + 1))


def test_the_version_goes_up_with_the_terms():
    """Where this fails: raise VERSION, and store a profile of it."""
    stored = tomllib.loads(STORED[VERSION].read_text(encoding="utf-8"))
    assert stored["version"] == VERSION
    assert list(stored["terms"]) == [term.key for term in TERMS]


@pytest.mark.parametrize("version", STORED)
def test_every_version_reads_the_same(version):
    read, newest = device(STORED[version]), device(STORED[VERSION])
    assert replace(read, notes=()) == replace(newest, notes=())


def test_a_stored_profile_predicts_by_the_rates_in_its_file():
    net = model(
        """g (float[1, 8, 9, 9] x) => (float[1, 4] y)
        { c = Conv(x, w) r = Relu(c) p = GlobalAveragePool(r) f = Flatten(p) y = MatMul(f, v) }""",
        weights={"w": (16, 8, 1, 1), "v": (16, 4)},
    )
    table = tomllib.loads(STORED[1].read_text(encoding="utf-8"))
    profile = device(STORED[1])

    def rate(name):
        term = TERMS[INDEX[name]]
        found = table["rates"].get(term.key)
        return rate(term.default) if found is None else found

    expected = table["overhead_s"]
    for amounts in kernel_amounts(count(net), profile.rules, profile.settings).amounts:
        seconds = {"launch": 0.0, "compute": 0.0, "memory": 0.0}
        for name, amount in amounts.items():
            term = TERMS[INDEX[name]]
            seconds[term.part] += amount / rate(name) if term.is_rate else amount * rate(name)
        shorter, longer = sorted((seconds["compute"], seconds["memory"]))
        expected += seconds["launch"] + longer + (1 - table["overlap"]) * shorter
    assert estimate(net, profile).latency_s == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("version", STORED)
def test_a_stored_profile_outlives_a_term(version, monkeypatch):
    gone = Former(unit="s", gone=VERSION + 1, by=None, reason="a resize is like any other")
    before = device(STORED[version])
    left = tuple(term for term in TERMS if term.name != "resize_chain")
    monkeypatch.setattr(rates, "TERMS", left)
    monkeypatch.setattr(rates, "FORMER", {**FORMER, "resize_chain": gone})

    after = device(STORED[version])

    place = INDEX["resize_chain"]
    assert after.seconds_per_unit == (
        *before.seconds_per_unit[:place],
        *before.seconds_per_unit[place + 1 :],
    )
    assert (
        "profile snapdragon810-neon-1t: term resize_chain is no longer used (a resize is like any "
        "other)"
    ) in after.notes


def test_a_term_that_another_took_over_gives_it_its_rate(monkeypatch):
    gone = Former(unit="mac_per_s", gone=2, by="dense_other", reason="they are alike")
    monkeypatch.setattr(rates, "FORMER", {"dense_7x7": gone})

    mapped = profile_from(toy(dense_other=None, dense_7x7=[4e9, 0.3]), "toy.toml")
    assert given(mapped, "dense_other") == (1 / 4e9, 0.3)
    assert mapped.notes == ("profile toy: term dense_7x7 is now dense_other (they are alike)",)

    both = profile_from(toy(dense_other=[2e9, 0.2], dense_7x7=[4e9, 0.3]), "toy.toml")
    assert given(both, "dense_other") == (1 / 2e9, 0.2)
    assert both.notes == ("profile toy: term dense_7x7 is no longer used (they are alike)",)


def test_a_missing_term_takes_its_default_and_is_not_sure():
    lacking = toy(depthwise=[2e9, 0.3], depthwise_5x5=None, depthwise_large=None, depth=None)
    profile = profile_from(lacking, "toy.toml")

    once = hypot(0.3, rates.UNKNOWN_SD)
    assert given(profile, "depthwise_5x5") == (1 / 2e9, once)
    assert given(profile, "depthwise_large") == (1 / 2e9, hypot(once, rates.UNKNOWN_SD))
    assert given(profile, "depth") == (0.0, rates.UNKNOWN_SD)
    assert profile.notes == (
        "profile toy: term depth, which it does not have, is free",
        "profile toy: term depthwise_5x5, which it does not have, is as depthwise",
        "profile toy: term depthwise_large, which it does not have, is as depthwise_5x5",
    )
    relu = model("g (float[1, 2, 3, 4] x) => (float[1, 2, 3, 4] y) { y = Relu(x) }")
    assert set(profile.notes) <= set(estimate(relu, profile).notes)


def test_a_free_term_stays_free_when_it_is_written():
    profile = profile_from(toy(depth=None), "toy.toml")
    again = tomllib.loads(profile.to_toml())
    assert "depth_s" not in again["terms"]
    assert profile_from(again, "toy.toml") == profile


@pytest.mark.parametrize("name", [term.name for term in TERMS if term.default == NEEDED])
def test_a_term_that_every_device_has_is_needed(name):
    with pytest.raises(ProfileError, match=f"key '{TERMS[INDEX[name]].key}' is missing"):
        profile_from(toy(**{name: None}), "toy.toml")


def test_a_key_that_no_version_had_is_refused_with_the_nearest():
    table = toy()
    table["terms"]["dense_1x1_macs_per_s"] = [1e9, 0.1]
    with pytest.raises(ProfileError, match="unknown key 'dense_1x1_macs_per_s'") as caught:
        profile_from(table, "toy.toml")
    assert "the nearest known key is 'dense_1x1_mac_per_s'" in str(caught.value)


def test_a_rate_without_its_uncertainty_is_refused():
    with pytest.raises(ProfileError, match="two positive numbers"):
        profile_from(toy(dense_other=2e9), "toy.toml")


def test_a_later_version_is_refused():
    with pytest.raises(ProfileError) as caught:
        profile_from({**toy(), "version": VERSION + 1, "colour": "red"}, "toy.toml")
    assert str(caught.value).splitlines() == [
        f"toy.toml is a device profile of version {VERSION + 1}",
        f"  this costlint reads versions 1 to {VERSION}",
        "  fix: pip install --upgrade costlint",
    ]


@pytest.mark.parametrize("version", [0, "2", 2.0, True])
def test_a_version_is_a_whole_number(version):
    with pytest.raises(ProfileError, match="version"):
        profile_from({**toy(), "version": version}, "toy.toml")


def test_every_default_is_a_term_of_the_same_unit_and_leads_to_an_end():
    for term in TERMS:
        seen = [term]
        while seen[-1].default not in {FREE, NEEDED}:
            like = TERMS[INDEX[seen[-1].default]]
            assert like.unit == term.unit
            assert like not in seen
            seen.append(like)


def test_a_former_term_is_no_term_of_today_and_its_heir_has_its_unit():
    for name, former in FORMER.items():
        assert name not in INDEX
        assert 1 < former.gone <= VERSION
        assert former.by is None or UNITS[former.by] == former.unit
    order = list(chain(FORMER, INDEX))
    assert all(f.by is None or order.index(n) < order.index(f.by) for n, f in FORMER.items())
