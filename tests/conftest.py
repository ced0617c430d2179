"""The corpus of real networks that lies beside the clone, where there is one."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The corpus folder; without it a test is skipped, but fails where CI=true."""
    if CORPUS.is_dir():
        return CORPUS
    reason = "the corpus (../shared/corpus) is not here"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def corpus_graph(corpus: Path) -> Iterator[Callable[[str, str], bytes]]:
    """`corpus_graph("gpu-graphs.zip", name)` is the ONNX file `name` of that archive."""
    with ExitStack() as stack:

        @cache
        def archive(name: str) -> zipfile.ZipFile:
            return stack.enter_context(zipfile.ZipFile(corpus / name))

        yield lambda zip_name, name: archive(zip_name).read(name)
