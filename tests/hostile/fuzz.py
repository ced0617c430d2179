"""A mutation fuzzer over real models: bytes and protobuf fields. `make fuzz` runs it for long.

Every mutant must be counted or refused with a CostlintError, and soon.
"""

from __future__ import annotations

import argparse
import random
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import onnx

from costlint.costmodel.count import count
from costlint.costmodel.ir.errors import CostlintError
from tests.conftest import CORPUS

ODD_INTEGERS = (0, 1, -1, 2, 3, 7, 255, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63))
ODD_STRINGS = ("", "x", "same", "\u202e", "../../etc/passwd", "a" * 300, "......ij->ij")
SLOW_S = 10


def mutant(data: bytes, random_source: random.Random) -> bytes:
    """`data` with a few changes; half of them keep the file a valid protobuf."""
    if random_source.random() < 0.4:
        return _changed_bytes(data, random_source)
    proto = onnx.load_from_string(data)
    for _ in range(random_source.randint(1, 3) if proto.graph.node else 0):
        random_source.choice(_FIELD_CHANGES)(proto.graph, random_source)
    return proto.SerializeToString()


def _changed_bytes(data: bytes, random_source: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random_source.randint(1, 8)):
        at = random_source.randrange(len(changed))
        kind = random_source.random()
        if kind < 0.6:
            changed[at] = random_source.randrange(256)
        elif kind < 0.8:
            del changed[at : at + random_source.randint(1, 16)]
        else:
            changed[at:at] = random_source.randbytes(random_source.randint(1, 16))
        if not changed:
            return b""
    return bytes(changed)


def _change_attribute(graph: onnx.GraphProto, random_source: random.Random) -> None:
    node = random_source.choice(graph.node)
    if not node.attribute:
        return
    attribute: Any = random_source.choice(node.attribute)
    attribute.i = random_source.choice(ODD_INTEGERS)
    if attribute.ints:
        attribute.ints[random_source.randrange(len(attribute.ints))] = attribute.i
    if attribute.s:
        attribute.s = random_source.choice(ODD_STRINGS).encode()
    if random_source.random() < 0.1:
        attribute.type = random_source.choice(onnx.AttributeProto.AttributeType.values())


def _change_wiring(graph: onnx.GraphProto, random_source: random.Random) -> None:
    node, other = random_source.choice(graph.node), random_source.choice(graph.node)
    if node.input and other.output:
        name = random_source.choice([*other.output, "", "nowhere"])
        node.input[random_source.randrange(len(node.input))] = name


def _change_dims(graph: onnx.GraphProto, random_source: random.Random) -> None:
    if graph.initializer:
        tensor = random_source.choice(graph.initializer)
        if tensor.dims and random_source.random() < 0.8:
            tensor.dims[random_source.randrange(len(tensor.dims))] = random_source.choice(
                ODD_INTEGERS
            )
        else:
            tensor.dims.append(random_source.choice(ODD_INTEGERS))
        tensor.data_type = random_source.choice((tensor.data_type, 1, 7, 22, 99))


def _change_input(graph: onnx.GraphProto, random_source: random.Random) -> None:
    value = random_source.choice(graph.input) if graph.input else None
    if value is not None and value.type.tensor_type.shape.dim:
        dim = random_source.choice(value.type.tensor_type.shape.dim)
        dim.dim_value = random_source.choice(ODD_INTEGERS)


def _change_nodes(graph: onnx.GraphProto, random_source: random.Random) -> None:
    node = random_source.choice(graph.node)
    kind = random_source.randrange(4)
    if kind == 0 and len(graph.node) > 1:
        graph.node.remove(node)
    elif kind == 1:
        graph.node.append(node)
    elif kind == 2:
        node.op_type = random_source.choice(graph.node).op_type
    else:
        del node.input[random_source.randint(0, len(node.input)) :]


_FIELD_CHANGES: tuple[Any, ...] = (
    _change_attribute,
    _change_wiring,
    _change_dims,
    _change_input,
    _change_nodes,
)


def outcome(data: bytes) -> str:
    """How a file ends: "counted", "refused", or the crash as `ErrorType: text at file:line`."""
    start = time.perf_counter()
    try:
        count(data)
        result = "counted"
    except CostlintError:
        result = "refused"
    except Exception as error:  # noqa: BLE001 - finding these is the purpose
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        result = f"{type(error).__name__}: {str(error)[:80]} at {where}"
    seconds = time.perf_counter() - start
    return result if seconds < SLOW_S else f"slow: {seconds:.0f} s"


def seeds(limit_bytes: int = 200_000) -> list[bytes]:
    """Real models that are small enough to mutate quickly."""
    found = []
    for name in ("arm-graphs.zip", "phone-graphs.zip", "real-graphs.zip"):
        with zipfile.ZipFile(CORPUS / name) as archive:
            found += [
                archive.read(item)
                for item in archive.infolist()
                if item.filename.endswith(".onnx") and 100 < item.file_size < limit_bytes
            ]
    return found


def fuzz(runs: int, seed: int) -> Counter[str]:
    """Outcomes of `runs` mutants."""
    models = seeds()
    outcomes: Counter[str] = Counter()
    for run in range(runs):
        random_source = random.Random(seed * 1_000_003 + run)  # noqa: S311 - chance, not secrets
        data = mutant(random_source.choice(models), random_source)
        result = outcome(data)
        outcomes[result] += 1
        if result not in ("counted", "refused"):
            outcomes[f"  run {run} of seed {seed}: {result}"] += 1
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    for result, times in fuzz(asked.runs, asked.seed).most_common():
        print(f"{times:6}  {result}")  # noqa: T201 - what a script is for


if __name__ == "__main__":
    main()
