"""Settings: where they come from, which wins, what is refused, and their forms."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date

import jsonschema
import pytest

from costlint.settings import settings_for
from costlint.settings.options import KEYS, schema
from costlint.starter import SETTINGS

pytestmark = pytest.mark.usefixtures("wasteful")

MODEL = "wasteful.onnx"


def plain(value):
    """TOML's dates as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("name", KEYS)
def test_each_example_is_valid(name):
    key = KEYS[name]
    written = tomllib.loads(key.example)
    assert written.keys() == {name}
    key.read(written[name])
    jsonschema.validate(plain(written), schema())
    assert key.meaning
    assert key.default_text


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_wrong_value_is_refused(name, costlint, place, capsys):
    (place / "costlint.toml").write_text(f"{name} = [[]]\n")
    assert costlint(MODEL) == 2
    assert f"{name} = [[]]" in capsys.readouterr().err


def test_option_then_environment_then_file_then_default(costlint, place, monkeypatch):
    assert costlint(MODEL) == 1  # the default: error
    (place / "costlint.toml").write_text('fail-on = "never"\n')
    assert costlint(MODEL) == 0
    monkeypatch.setenv("COSTLINT_FAIL_ON", "note")
    assert costlint(MODEL) == 1
    assert costlint(MODEL, "--fail-on", "never") == 0
    monkeypatch.delenv("COSTLINT_FAIL_ON")
    assert costlint(MODEL, "--isolated") == 1


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("EXIT_ZERO", "1", 0),
        ("IGNORE", "G4", 0),
        ("SELECT", "G1,G2", 0),
        ("MIN_SAVINGS", "1s", 0),
        ("MAX_LATENCY", "1us", 1),
        ("DEVICE", "no-such-device", 2),
        ("OUTPUT_FORMAT", "no-such-format", 2),
        ("CONFIG", "no-such-file.toml", 2),
    ],
)
def test_every_option_is_a_variable(variable, value, code, costlint, monkeypatch):
    monkeypatch.setenv(f"COSTLINT_{variable}", value)
    assert costlint(MODEL) == code


def test_two_devices_in_one_variable(costlint, monkeypatch, capsys):
    monkeypatch.setenv("COSTLINT_DEVICE", "toy.toml toy.toml")
    costlint(MODEL, "-f", "json")
    assert len(json.loads(capsys.readouterr().out)["models"]) == 2


def values(settings):
    return {key: setting.value for key, setting in settings.items()}


def test_the_nearest_file_holds_and_extend_adds(costlint, place):
    (place / "near").mkdir()
    (place / "near" / MODEL).write_bytes((place / MODEL).read_bytes())
    (place / "pyproject.toml").write_text('[tool.costlint]\nfail-on = "never"\nbatch = 2\n')
    (place / "near" / "costlint.toml").write_text("batch = 3\n")
    assert values(settings_for(f"near/{MODEL}")) == {"batch": 3}
    assert values(settings_for(MODEL)) == {"fail-on": "never", "batch": 2}
    (place / "near" / "costlint.toml").write_text('extend = "../pyproject.toml"\nbatch = 3\n')
    both = settings_for(f"near/{MODEL}")
    assert (both["fail-on"].value, both["batch"].value) == ("never", 3)
    assert both["fail-on"].origin.name == "pyproject.toml"
    (place / "pyproject.toml").write_text('[tool.costlint]\nextend = "near/costlint.toml"\n')
    assert costlint(f"near/{MODEL}") == 2


def test_a_device_file_lies_beside_the_settings(place):
    (place / "near").mkdir()
    (place / "near" / "costlint.toml").write_text('device = ["npu.toml", "rtx"]\n')
    assert settings_for("near/m.onnx")["device"].value == (str(place / "near" / "npu.toml"), "rtx")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("selct = 3", "did you mean 'select'?"),
        ("threads = 4", "a device is hardware, runtime, precision and threads"),
        ("x = ", "is not valid TOML"),
        ('required-version = ">=99.0"', "needs costlint >=99.0"),
        ('required-version = "newest"', "is not like '>=0.3'"),
        ('[[ignores]]\nnode = "x"', "an entry has rule"),
        ('[[ops]]\nop = "my.ops::X"', "an entry has op and like"),
        ('ops = "my.ops::X"', "an array of tables is needed"),
        ('ops = [{ op = "a::X", like = "Add" }, { op = "a::X", like = "Mul" }]', "there twice"),
        ('[[ops]]\nop = "my.ops::X"\nlike = "Convv"', "did you mean 'Conv'"),
        ('output-format = "yaml"', "one of full, concise"),
    ],
)
def test_what_is_wrong_is_said(text, says, costlint, place, capsys):
    (place / "costlint.toml").write_text(text)
    assert costlint(MODEL) == 2
    assert says in capsys.readouterr().err


def test_config_shows_where_each_value_came_from(costlint, place, monkeypatch, capsys):
    (place / "costlint.toml").write_text('max-latency = "8ms"\nfail-on = "note"\n')
    monkeypatch.setenv("COSTLINT_FAIL_ON", "never")
    assert costlint("config") == 0
    shown = dict(re.findall(r"(\S+) += (.*)", capsys.readouterr().out))
    assert shown["max-latency"] == f'"8ms"  # {place / "costlint.toml"}'
    assert shown["fail-on"] == '"never"  # COSTLINT_FAIL_ON'
    assert shown["strict"] == "false  # default"
    assert costlint("config", "max-latency") == 0
    assert capsys.readouterr().out.startswith("max-latency = ")
    assert costlint("config", "max-latncy") == 2
    assert "did you mean 'max-latency'?" in capsys.readouterr().err


def test_init_writes_settings_that_can_be_uncommented(costlint, place, capsys):
    assert costlint("init") == 0
    assert "pre-commit" in capsys.readouterr().out
    assert (place / "costlint.toml").read_text() == SETTINGS
    assert costlint(MODEL) == 1  # nothing is set
    bare = re.sub(r"^# (?=[\[a-z-]+.* =|\[)", "", SETTINGS, flags=re.MULTILINE)
    found = tomllib.loads(bare)
    assert len(found) > 8
    for name, value in found.items():
        KEYS[name].read(value)
    assert costlint("init") == 2
    assert "is there already" in capsys.readouterr().err


def test_the_schemas_are_schemas(costlint, capsys):
    for which in ("json", "config"):
        assert costlint("schema", which) == 0
        jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))
    assert costlint("schema", "yaml") == 2
    assert costlint(MODEL, "-f", "json") == 1
    document = json.loads(capsys.readouterr().out)
    costlint("schema")
    jsonschema.validate(document, json.loads(capsys.readouterr().out))
