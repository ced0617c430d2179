"""The hook, the action and the recipes: parsed, and what they run is run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from costlint.reports import RENDERERS, render
from tests.reports.sample import sample

ROOT = Path(__file__).resolve().parents[2]
MODEL = "wasteful.onnx"

pytestmark = pytest.mark.usefixtures("wasteful")


def parsed(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_the_hook_runs_on_the_models_of_a_commit(costlint):
    (hook,) = parsed(".pre-commit-hooks.yaml")
    assert {"id", "name", "entry", "language"} <= hook.keys()
    assert hook["id"] == "costlint"
    assert re.search(hook["files"], "models/a.onnx")
    assert not re.search(hook["files"], "models/a.onnx.data")
    program, *arguments = shlex.split(hook["entry"])
    assert program == "costlint"
    assert costlint(*arguments, "--device", "toy.toml", MODEL) == 1
    assert costlint(*arguments, "--fail-on", "never", MODEL, MODEL) == 0


def test_an_lfs_pointer_is_not_passed(costlint, place, capsys):
    text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 102400000\n"
    (place / "pointer.onnx").write_text(text)
    assert costlint("pointer.onnx", "-f", "github") == 2
    assert "git lfs pull" in capsys.readouterr().err


def test_every_input_of_the_action_is_a_variable_and_no_script():
    action = parsed("action.yml")
    assert action["runs"]["using"] == "composite"
    used = set()
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        values = step.get("env", {}).values()
        used |= set(re.findall(r"^\$\{\{ inputs\.([\w-]+) \}\}$", "\n".join(values), re.MULTILINE))
    assert used == action["inputs"].keys()
    for text in action["inputs"].values():
        assert text["description"]
        assert text.get("required") or text["default"] == ""


def run_action(place, **inputs):
    """The action's last step as GitHub runs it, with this very costlint."""
    program = place / "temp" / "costlint" / "bin" / "costlint"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m costlint "$@"\n')
    program.chmod(0o755)
    step = parsed("action.yml")["runs"]["steps"][-1]
    names = {name: value[len("${{ inputs.") : -len(" }}")] for name, value in step["env"].items()}
    given = {name: inputs.get(key.replace("-", "_"), "") for name, key in names.items()}
    environment = {**os.environ, **given, "RUNNER_TEMP": str(place / "temp")}
    environment["GITHUB_STEP_SUMMARY"] = str(place / "summary.md")
    script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(script, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.name == "nt", reason="GitHub's Windows runners have a bash; others may not")
def test_the_action_checks_and_writes_what_is_asked(place):
    done = run_action(
        place,
        models="*.onnx",
        device="toy.toml",
        fail_on="warning",
        sarif_file="out.sarif",
        arguments="--select G4",
    )
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=wasteful.onnx")
    assert json.loads((place / "out.sarif").read_text())["version"] == "2.1.0"
    assert (place / "summary.md").read_text().startswith("###")
    calm = run_action(place, models=f"{MODEL} {MODEL}", device="toy.toml", fail_on="never")
    assert calm.returncode == 0
    assert run_action(place, models="none.onnx", device="toy.toml").returncode == 2
    hostile = run_action(place, models="$(touch owned) ;touch owned", device="toy.toml")
    assert hostile.returncode == 2
    assert not (place / "owned").exists()


def recipes():
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


@pytest.mark.skipif(shutil.which("jq") is None, reason="no jq here; GitHub's machines have it")
def test_what_is_accepted_is_not_uploaded(tmp_path):
    steps = recipes()[0]["jobs"]["costlint"]["steps"]
    (keep_open,) = [step["run"] for step in steps if "jq" in step.get("run", "")]
    (upload,) = [step["with"] for step in steps if "upload-sarif" in step.get("uses", "")]
    (tmp_path / "costlint.sarif").write_text(render(sample(), "sarif"))
    script = ["bash", "-c", keep_open]
    subprocess.run(script, cwd=tmp_path, check=True)
    runs = json.loads((tmp_path / upload["sarif_file"]).read_text())["runs"]
    wanted = [len(model.open_findings) for model in sample().models]
    assert [len(run["results"]) for run in runs] == wanted == [0, 4, 0]


def test_the_recipes_name_what_there_is():
    github, gitlab, pre_commit = recipes()
    (step,) = [s for s in github["jobs"]["costlint"]["steps"] if "/costlint@" in s.get("uses", "")]
    assert step["with"].keys() <= parsed("action.yml")["inputs"].keys()
    for command in gitlab["costlint"]["script"][1:]:
        words = shlex.split(command)
        assert words[words.index("-f") + 1] in RENDERERS
    hooks = {hook["id"] for hook in parsed(".pre-commit-hooks.yaml")}
    assert {hook["id"] for repo in pre_commit["repos"] for hook in repo["hooks"]} <= hooks


def test_the_gitlab_recipe_writes_its_reports(costlint, place):
    for command in recipes()[1]["costlint"]["script"][1:]:
        words = shlex.split(command.replace("models/", MODEL))
        assert costlint(*words[1:], "--fail-on", "never") == 0
        assert (place / words[words.index("-o") + 1]).stat().st_size


@pytest.mark.parametrize("page", ["formats.md", "ci.md"])
def test_pages_name_every_format(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in RENDERERS)


def test_options_in_the_pages_exist(costlint, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    known = set()
    for command in ("check", "compare", "report", "config"):
        assert costlint(command, "--help") == 0
        known |= set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    known |= {"--install-completion", "--dev"}
    for page in ("formats.md", "ci.md", "configuration.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known
