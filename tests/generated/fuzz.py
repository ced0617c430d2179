"""Runs models of every kind through everything, for a number of models or of minutes.

`make fuzz` calls it: random graphs, mutants of real models, onnx's own test models, real graphs.
It prints how many models went through what, and each distinct find with the models that show it.
"""

from __future__ import annotations

import argparse
import random
import re
import time
import warnings
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice
from pathlib import Path

from tests.conftest import CORPUS
from tests.generated.workers import Job, outcomes
from tests.hostile.fuzz import mutant, seeds

_PARTS = re.compile(r"'[^']*'|\d{2,}")


def random_graphs(seed: int) -> Iterator[Job]:
    return ((str(number), None, number) for number in count(seed))


def mutants(seed: int) -> Iterator[Job]:
    models = seeds()
    for number in count(seed):
        chance = random.Random(number)  # noqa: S311 - chance, not secrets
        yield f"mutant {number}", mutant(chance.choice(models), chance), number


def onnx_models(_: int) -> Iterator[Job]:
    """The node tests of onnx, and the models that lie in its package."""
    import onnx
    from onnx.backend.test.loader import load_model_tests

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = load_model_tests(kind="node")
    for number, case in enumerate(cases):
        assert case.model is not None
        yield case.name, case.model.SerializeToString(), number
    folder = Path(onnx.__file__).parent / "backend" / "test" / "data"
    for number, path in enumerate(sorted(folder.rglob("*.onnx"))):
        yield str(path.relative_to(folder)), path.read_bytes(), number


def real_graphs(_: int) -> Iterator[Job]:
    with zipfile.ZipFile(CORPUS / "real-graphs.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".onnx")]
        for number, name in enumerate(names):
            yield name, archive.read(name), number


KINDS: dict[str, Callable[[int], Iterator[Job]]] = {
    "random": random_graphs,
    "mutants": mutants,
    "onnx": onnx_models,
    "real": real_graphs,
}


def kind_of(find: str) -> str:
    """A find without what differs from model to model."""
    return _PARTS.sub("#", re.sub(r"^check on \w+", "check", find))


def report(jobs: Iterable[Job], *, minutes: float, oracle_only: bool) -> dict[str, list[str]]:
    """Run the jobs and print what comes; the models of each distinct find."""
    end = time.monotonic() + 60 * minutes
    found: dict[str, list[str]] = defaultdict(list)
    stages: Counter[str] = Counter()
    models = 0
    for outcome in outcomes(jobs, oracle_only=oracle_only):
        models += 1
        stages.update(stage.partition(":")[0] for stage in outcome.done)
        for find in outcome.finds:
            if not found[kind_of(find)]:
                print(f"  new: {outcome.name}: {find}", flush=True)  # noqa: T201 - a script's purpose
            found[kind_of(find)].append(outcome.name)
        if time.monotonic() > end:
            break
    print(f"{models:,} models; stages done: {dict(stages)}")  # noqa: T201
    for find, names in sorted(found.items(), key=lambda item: -len(item[1])):
        print(f"{len(names):6}  {find}  ({', '.join(dict.fromkeys(names[:3]))})")  # noqa: T201
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=list(KINDS), help=", ".join(KINDS))
    parser.add_argument("--runs", type=int, default=5000, help="models of each kind at most")
    parser.add_argument("--minutes", type=float, default=60, help="minutes for each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--oracle", action="store_true", help="load, counts and shapes alone")
    asked = parser.parse_args()
    finds = 0
    for kind in asked.kinds:
        print(f"{kind}:", flush=True)  # noqa: T201
        jobs = islice(KINDS[kind](asked.seed), asked.runs)
        finds += len(report(jobs, minutes=asked.minutes, oracle_only=asked.oracle))
    raise SystemExit(finds > 0)


if __name__ == "__main__":
    main()
