"""What a machine may lack: the tests that need it are skipped, unless it was asked for.

`COSTLINT_REQUIRE=corpus,chromium` asks for both; .ci/run does for what it installs.
"""

from __future__ import annotations

import os
from typing import Final, NoReturn

import pytest

REQUIRED: Final = frozenset(os.environ.get("COSTLINT_REQUIRE", "").split(","))


def lacking(what: str, reason: str) -> NoReturn:
    """Skip the test that needs `what`; fail it where COSTLINT_REQUIRE names it."""
    if what in REQUIRED:
        pytest.fail(f"{reason}, and COSTLINT_REQUIRE asks for it")
    pytest.skip(reason)
