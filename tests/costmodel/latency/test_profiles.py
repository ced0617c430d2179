"""Profiles: reading, refusing, finding; and the shipped ones."""

import re
import tomllib
from dataclasses import replace

import pytest

from costlint.costmodel.devices import DEFAULT_DEVICE, device, devices
from costlint.costmodel.devices.checks import ProfileError
from costlint.costmodel.devices.reading import profile_from
from tests.device import toy_device


def table():
    return tomllib.loads(toy_device().to_toml())


def test_a_profile_survives_its_file(tmp_path):
    path = tmp_path / "toy.toml"
    toy_device().save(path)
    read = device(path)
    assert read.seconds_per_unit == pytest.approx(toy_device().seconds_per_unit, rel=1e-3)
    assert replace(read, seconds_per_unit=toy_device().seconds_per_unit) == toy_device()


def test_a_profile_may_know_its_cores():
    assert profile_from({**table(), "cores": 80}, "toy.toml").settings.cores == 80
    assert toy_device().settings.cores == 0
    assert "cores = 80" in replace(toy_device(), cores=80).to_toml()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "colour"),
        ({"fusion": "tensorrt"}, "tensorrt"),
        ({"overlap": 1.5}, "overlap"),
        ({"lanes_out": 0}, "lanes_out"),
        ({"overhead_s": float("inf")}, "overhead_s"),
        ({"cache_bytes": "1 MB"}, "cache_bytes"),
        ({"overlap": float("nan")}, "overlap"),
        ({"precision": "fp12"}, "fp12"),
    ],
)
def test_a_wrong_value_is_refused_by_name(change, said):
    with pytest.raises(ProfileError, match=said):
        profile_from({**table(), **change}, "toy.toml")


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("", "threads", "x"),
        ("", "threads", -4),
        ("", "cores", 0),
        ("", "hardware", 3),
        ("", "overhead_sd", "a"),
        ("", "memory_bytes", -1.0),
        ("range", "batch", "ab"),
        ("range", "macs", [9, 1]),
        ("fit", "mape", "a"),
        ("fit", "networks", 1.5),
        ("interval", "low", "a"),
        ("interval", "base_sd", -3),
        ("provenance", "borrowed", "no"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_key(part, key, value):
    changed = table()
    (changed[part] if part else changed)[key] = value
    with pytest.raises(ProfileError, match=f"{key} = {re.escape(repr(value))} in .*{part}"):
        profile_from(changed, "toy.toml")


def test_a_missing_key_and_a_rate_that_is_none_are_refused():
    whole = table()
    lacking = {k: v for k, v in whole.items() if k != "overhead_s"}
    with pytest.raises(ProfileError, match="overhead_s"):
        profile_from(lacking, "toy.toml")
    for rate in (-1.0, 0, float("inf")):
        whole["terms"]["dense_1x1_mac_per_s"] = [rate, 0.1]
        with pytest.raises(ProfileError, match="dense_1x1_mac_per_s"):
            profile_from(whole, "toy.toml")


def test_every_shipped_profile_reads_and_has_a_held_out_error():
    rows = devices()
    assert len(rows) > 300
    for row in rows:
        profile = device(row.name)
        assert profile.name == row.name
        assert 0 < profile.fit.mape < 2
        assert profile.interval.low < 0 < profile.interval.high


def test_the_default_device_and_the_papers_are_there():
    assert device(DEFAULT_DEVICE).provenance.timings == 51
    assert device("gtx1080ti").name == "gtx1080ti-cudnn7"


def test_a_prefix_that_fits_several_lists_them():
    with pytest.raises(ProfileError, match="rtx4090") as caught:
        device("rtx4090")
    assert "rtx4090-torch2.4-amp-nhwc" in str(caught.value)


def test_a_typing_slip_gets_the_close_name():
    with pytest.raises(ProfileError) as caught:
        device("pixel4-tflite-1lrge")
    assert "pixel4-tflite-1large" in str(caught.value)


def test_devices_filter_by_words():
    assert {row.name for row in devices("snapdragon810 ncnn")} == {
        row.name for row in devices() if row.name.startswith("snapdragon810-ncnn")
    }
