"""What a worker does with one model, on this machine or another: plain data in, plain data out."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from costlint.costmodel.ir.errors import CostlintError, OptionError
from costlint.settings.options import Options

if TYPE_CHECKING:
    from costlint.costmodel.devices import Device
    from costlint.reports.report import ModelReport

BUG: Final = "bug"
DIED: Final = "died"
_LASTING: Final = frozenset({"ModelError", "ShapeError", "UnboundDimensionError", "UncostedError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a model has no result. `kind` is the error's class, `bug` or `died`."""

    kind: str
    what: str
    facts: tuple[str, ...] = ()
    fix: str = ""

    @classmethod
    def of(cls, error: CostlintError) -> Failure:
        """What an error says."""
        return cls(kind=type(error).__name__, what=error.what, facts=error.facts, fix=error.fix)

    @property
    def is_lasting(self) -> bool:
        """Whether the same bytes and options give it again, whatever the machine does."""
        return self.kind in _LASTING

    def renamed(self, path: str, name: str) -> Failure:
        """The same, with the file at `path` called `name`, as its user calls it."""
        return replace(
            self,
            what=self.what.replace(path, name),
            facts=tuple(fact.replace(path, name) for fact in self.facts),
            fix=self.fix.replace(path, name),
        )

    def error(self) -> CostlintError:
        """The failure as an error, to be told."""
        return CostlintError(self.what, facts=self.facts, fix=self.fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One model on devices, by the options that hold for it.

    For a worker `path` is absolute, because it may stand in another folder. `hashed` asks for the
    file's digest in the result; `code` is the asking code's stamp.
    """

    index: int
    path: str
    devices: tuple[Device, ...]
    options: Options
    hashed: bool
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A record for each device of the task, or the failure."""

    index: int
    records: tuple[dict[str, Any], ...] = ()
    failure: Failure | None = None


def work(task: Task) -> Done:
    """Check one model; whatever goes wrong with it is its own result, never the run's end."""
    try:
        with _fewer_collections():
            return Done(index=task.index, records=_records(task))
    except CostlintError as error:
        failure = Failure.of(error)
    except Exception as error:  # noqa: BLE001 - one of a thousand must not end the others
        what = f"internal error at {task.path!r}: {type(error).__name__}: {error}"
        failure = Failure(
            kind=BUG,
            what=what,
            facts=("this is a bug in costlint, not in your model",),
            fix=f"report it with the output of: costlint {task.path} --traceback",
        )
    return Done(index=task.index, failure=failure)


def died(task: Task) -> Done:
    """What is said of a model whose worker ended, every time."""
    failure = Failure(
        kind=DIED,
        what=f"the process that analysed {task.path!r} died",
        facts=("it ran out of memory, crashed or was killed, alone as well",),
        fix=f"costlint {task.path} --no-cache",
    )
    return Done(index=task.index, failure=failure)


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """A graph is many small objects that live on: looking for garbage among them is a fifth."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _records(task: Task) -> tuple[dict[str, Any], ...]:
    from costlint.many.identity import code_stamp
    from costlint.many.record import to_record

    if task.code not in {"", code_stamp()}:
        raise OptionError(
            f"the worker for {task.path!r} has another costlint, onnx, numpy or Python",
            fix="install the same versions on every machine",
        )
    entries = entries_of(task.path, task.devices, task.options, hashed=task.hashed)
    return tuple(map(to_record, entries))


def entries_of(
    path: str, devices: Sequence[Device], options: Options, *, hashed: bool
) -> Iterator[ModelReport]:
    """The entries of one model: of its counts alone, or on each device.

    Sizes that it has no name for are other models'.
    """
    from costlint.many.names import for_model
    from costlint.pipeline import counted, entries

    options = for_model(path, options)
    if options.symbolic:
        yield counted(path, options)
    else:
        yield from entries(path, devices, options, hashed=hashed)
