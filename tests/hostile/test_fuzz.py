"""A bounded run of the fuzzer: what is neither counted nor refused is a bug."""

from __future__ import annotations

import pytest

from tests.hostile.fuzz import fuzz


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("seed", range(4))
def test_mutants_are_counted_or_refused(seed) -> None:
    outcomes = fuzz(runs=150, seed=seed)
    assert set(outcomes) <= {"counted", "refused"}, dict(outcomes)
    assert outcomes["counted"]
