"""The command that a refusal prints, run as it stands."""

from __future__ import annotations

import shlex
import zipfile
from pathlib import Path

import pytest

from costlint.costmodel.ir.errors import CostlintError, UnboundDimensionError
from costlint.costmodel.load import load_bound
from costlint.settings.readers import shapes
from tests.conftest import CORPUS
from tests.models import model


def real_graphs() -> list[str]:
    """Models of the corpus; of its other archives none has an open size besides the batch."""
    archive = CORPUS / "real-graphs.zip"
    if not archive.is_file():
        return []
    return [name for name in zipfile.ZipFile(archive).namelist() if name.endswith(".onnx")]


def check_the_command(data: bytes, folder: Path, costlint) -> bool:
    """Whether sizes of the model are open; if so, that its refusal ends in a line that works."""
    graph = load_bound(data)
    if not graph.assumed:
        return False
    assert len({a.name for a in graph.assumed}) == len(graph.assumed)
    path = folder / "it's a model.onnx"
    path.write_bytes(data)
    with pytest.raises(UnboundDimensionError) as caught:
        load_bound(path, assume=False)
    program, *arguments = shlex.split(caught.value.fix)
    assert program == "costlint"
    given = [a.removeprefix("--shape=") for a in arguments if "=" in a]
    stated = load_bound(path, shapes=shapes(given), assume=False)
    assert [t.shape for t in stated.tensors.values()] == [t.shape for t in graph.tensors.values()]
    assert costlint(*arguments, "-q", "-o", folder / "report.txt") in (0, 1)
    return True


def test_the_command_works_for_every_real_model(corpus_graph, place, costlint) -> None:
    names = real_graphs()
    done, refused = 0, []
    for name in names:
        try:
            done += check_the_command(corpus_graph("real-graphs.zip", name), place, costlint)
        except CostlintError:
            refused.append(name)
    assert done >= 25
    assert len(refused) <= 4


ODD = [
    "a b",
    "x/1:0",
    "x::y",
    "größe",
    "it's",
    '"q"',
    "$HOME",
    "-n",
    "a=b",
    "#1",
    "*",
    "p2o.Dim.0",
    "N;ls",
    "4",
]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("symbols", [("one", "two"), ("one", "one"), ("{}", "two"), (None, "two")])
def test_the_command_works_for_odd_names(name, symbols, place, costlint) -> None:
    made = model("g (float[N, 3, A, B] x) => (float[N, 3, A, B] y) { y = Relu(x) }")
    made.graph.input[0].name = made.graph.node[0].input[0] = name
    first, second = made.graph.input[0].type.tensor_type.shape.dim[2:]
    for dim, symbol in zip((first, second), symbols, strict=True):
        if symbol is None:
            dim.Clear()
        else:
            dim.dim_param = symbol.format(name)
    assert check_the_command(made.SerializeToString(), place, costlint)
