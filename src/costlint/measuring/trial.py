"""onnxruntime, asked for one session at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlint.costmodel.ir.errors import CostlintError, ModelError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is run: a model file, its inputs, the runtime and its threads."""

    ort: Any
    data: bytes
    feeds: dict[str, np.ndarray]
    threads: int

    def session(self, *entries: tuple[str, str], **options: Any) -> Any:
        """A session of its own, with further entries and options of the runtime."""
        settings = self.ort.SessionOptions()
        settings.intra_op_num_threads = self.threads
        settings.inter_op_num_threads = 1
        settings.log_severity_level = 4  # its warnings are not about the model's user
        for name, value in options.items():
            setattr(settings, name, value)
        for entry in entries:
            settings.add_session_config_entry(*entry)
        try:
            return self.ort.InferenceSession(
                self.data, settings, providers=["CPUExecutionProvider"]
            )
        except _failures() as error:
            raise _cannot_run(error) from error

    def run(self, session: Any) -> list[Any]:
        """The outputs of one inference."""
        try:
            return list(session.run(None, self.feeds))
        except _failures() as error:
            raise _cannot_run(error) from error


def _failures() -> tuple[type[Exception], ...]:
    """What onnxruntime raises: one class for each status, without a common base."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = [c for c in vars(state).values() if isinstance(c, type) and issubclass(c, Exception)]
    return (*own, RuntimeError, ValueError)


def _cannot_run(error: Exception) -> ModelError:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return ModelError("onnxruntime cannot run the model", facts=(lines[0][:300] if lines else "",))


def onnxruntime_module() -> Any:
    """The library.

    Raises:
        CostlintError: it is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise CostlintError(
            "measuring needs onnxruntime, which is not installed",
            facts=(str(error),),
            fix="pip install costlint[measure]",
        ) from error
    return onnxruntime
