"""Models with numbers, some of them taken away: what is assumed infers, and says so."""

from __future__ import annotations

import random
import subprocess
import sys
import zipfile

import onnx
import pytest

from costlint.costmodel.ir.errors import CostlintError
from costlint.costmodel.load import load_bound
from costlint.examples import example
from tests.conftest import CORPUS


def opened(proto: onnx.ModelProto, rng: random.Random) -> dict[str, int]:
    """Give names to some dimensions besides the first, equal ones at times the same; the sizes."""
    true: dict[str, int] = {}
    stored = {i.name for i in proto.graph.initializer}
    for item in proto.graph.input:
        dims = item.type.tensor_type.shape.dim
        for axis, dim in enumerate(dims):
            if item.name in stored or not axis or dim.dim_value < 2 or rng.random() < 0.4:
                continue
            same = [name for name, size in true.items() if size == dim.dim_value]
            name = same[0] if same and rng.random() < 0.3 else f"{item.name} {axis}"
            true[name] = dim.dim_value
            dim.dim_param = name
    for item in proto.graph.output:
        item.type.tensor_type.ClearField("shape")
    del proto.graph.value_info[:]
    return true


def check(proto: onnx.ModelProto, true: dict[str, int]) -> bool:
    """Whether the assumed sizes are those that were taken away; at any rate they are consistent."""
    graph = load_bound(proto)
    sizes = {a.name: a.size for a in graph.assumed}
    assert len(sizes) == len(graph.assumed)
    assert not graph.symbols
    again = load_bound(proto, shapes=sizes)
    shapes = {name: t.shape for name, t in graph.tensors.items()}
    assert not again.assumed
    assert {name: t.shape for name, t in again.tensors.items()} == shapes
    return all(sizes[name] == size for name, size in true.items() if name in sizes)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["mobilenet_v2_1.0", "shufflenet_v2_1.0x", "densenet_0.5x"])
def test_examples_without_their_sizes(name, seed) -> None:
    proto = example(name, batch=1)
    true = opened(proto, random.Random(seed))  # noqa: S311 - chance, not secrets
    assert check(proto, true)


@pytest.mark.parametrize(
    ("archive", "count", "share"), [("real-graphs.zip", 80, 0.3), ("phone-graphs.zip", 20, 0.9)]
)
def test_real_models_without_their_sizes(archive, count, share, corpus_graph) -> None:
    """Of small graphs that test tools few sizes can be told, of networks on images nearly all."""
    rng = random.Random(1)  # noqa: S311 - chance, not secrets
    names = zipfile.ZipFile(CORPUS / archive).namelist()
    right = []
    for name in rng.sample([n for n in names if n.endswith(".onnx")], count):
        data = corpus_graph(archive, name)
        try:
            if load_bound(data).assumed:
                continue
        except CostlintError:
            continue
        proto = onnx.load_from_string(data)
        true = opened(proto, rng)
        if true:
            right.append(check(proto, true))
    assert len(right) >= count // 2
    assert sum(right) >= share * len(right)


def test_numbers_need_no_sympy(tmp_path) -> None:
    code = (
        "import sys, onnx.parser; from costlint.costmodel.load import load_bound; "
        'm = onnx.parser.parse_model(\'<ir_version: 10, opset_import: ["" : 22]> '
        "g (float[N, 3, H, W] x) => (float[N, 3, H, W] y) { y = Relu(x) }'); "
        "assert load_bound(m).assumed; assert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
