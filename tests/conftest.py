"""The environment that every test means, and the corpus of real networks beside the clone."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from tests.lacking import lacking

# No test is timed: a busy machine is no fault of the code.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"

# What a shell or a CI says of the screen, the language and this very program. The time zone is
# left alone: nothing may depend on it, and CI runs in an odd one.
SHELL = {
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "LANG",
    "LANGUAGE",
    "LINES",
    "NO_COLOR",
    "TERM",
}
PREFIXES = ("COSTLINT_", "LC_")


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory) -> Iterator[None]:
    """Nothing of the shell that started the tests, and nobody's settings or cache."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name in SHELL or name.startswith(PREFIXES):
                patch.delenv(name)
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus folder; without it a test is skipped."""
    return CORPUS if CORPUS.is_dir() else lacking("corpus", "the corpus is not at ../shared/corpus")


@pytest.fixture(scope="session")
def corpus_graph(corpus: Path) -> Iterator[Callable[[str, str], bytes]]:
    """`corpus_graph("gpu-graphs.zip", name)` is the ONNX file `name` of that archive."""
    with ExitStack() as stack:

        @cache
        def archive(name: str) -> zipfile.ZipFile:
            return stack.enter_context(zipfile.ZipFile(corpus / name))

        yield lambda zip_name, name: archive(zip_name).read(name)
