"""A sample of the hostile files through the real command line; the whole is `make fuzz`."""

from __future__ import annotations

import pytest

from tests.hostile.sweep import every_case, runs

SAMPLE = (
    "a name of 10**4 letters",
    "file: new line",
    "names: rich markup",
    "sizes: a power",
    "Loop: lost output",
    "two models in one file",
)


@pytest.mark.parametrize("name", SAMPLE)
def test_no_command_ends_as_a_bug(name):
    found = list(runs(name, dict(every_case())[name]))
    assert [fault for ran in found for fault in ran.faults] == []
