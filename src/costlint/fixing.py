"""Apply the edits that keep the function to a model file, and prove that they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costlint.costmodel.devices import DEFAULT_DEVICE, Device
from costlint.costmodel.estimate import estimate
from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.ir.errors import CostlintError, ModelError, OptionError
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.latency.estimate import Estimate
from costlint.costmodel.load import load_bound
from costlint.rounding import tolerances

if TYPE_CHECKING:
    import numpy as np


class ProofError(CostlintError):
    """The changed model does not compute the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What was done.

    `max_difference` and `largest` (value) are of the output that differs most for its size.
    """

    output: str
    folded: tuple[str, ...]
    max_difference: float
    largest: float
    before: Estimate
    after: Estimate


def fix(  # noqa: PLR0913 - what a run can be told
    model: str,
    output: str,
    *,
    device: Device | None = None,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    seed: int = 0,
) -> Fixed:
    """Fold and merge what keeps the function in `model`; write `output` once both compute the same.

    The proof runs both with onnxruntime, without its own optimisations, on random inputs.

    Raises:
        ModelError: the model or its weights cannot be read. ProofError: the outputs differ;
        nothing is written. OptionError: onnxruntime is not installed, or nothing folds.
    """
    from costlint.costmodel.models.files import has_external_data, read_with_weights, write_model
    from costlint.costmodel.models.validity import refuse_invalid, why_invalid
    from costlint.measuring.inputs import random_inputs

    graph = load_bound(model, shapes=shapes, batch=batch, values=values)
    changed = read_with_weights(model)
    folded = fold(changed, shapes=shapes, batch=batch, values=values, graph=graph)
    if not folded:
        raise OptionError(f"nothing in {model!r} folds away")
    original = read_with_weights(model)
    if not why_invalid(original):
        refuse_invalid(changed)
    inputs = random_inputs(graph, seed=seed)
    difference, largest = _proven(
        run(original, inputs), run(changed, inputs), tolerances(graph), len(folded)
    )
    write_model(changed, output, external=has_external_data(model))
    where = DEFAULT_DEVICE if device is None else device
    return Fixed(
        output=output,
        folded=folded,
        max_difference=difference,
        largest=largest,
        before=estimate(graph, where),
        after=estimate(output, where, shapes=shapes, batch=batch, values=values),
    )


def fold(
    model: Any,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
    graph: OpGraph | None = None,
) -> tuple[str, ...]:
    """Fold and merge in `model` (a ModelProto), in place, until nothing is left.

    The names of the nodes that went or merged. Local functions are inlined. `graph` is that of
    `model` as it comes, where it was read already.

    Raises:
        CostlintError: the model cannot be read, or a weight that is needed is no plain numbers.
    """
    from costlint.costmodel.models.rewrite.fold import carry_out, inline

    now = None if model.functions else graph
    inline(model)
    done: list[str] = []
    while True:
        now = now or load_bound(model, shapes=shapes, batch=batch, values=values)
        found = carry_out(model, now)
        if not found:
            return tuple(done)
        done += found
        now = None


def run(model: Any, inputs: Mapping[str, Any]) -> list[np.ndarray]:
    """The outputs of `model` (a ModelProto) with onnxruntime's own optimisations off.

    Raises:
        OptionError: onnxruntime is not installed, or cannot run the model.
    """
    from costlint.measuring.trial import Trial

    runtime = onnxruntime()
    feeds = {i.name: inputs[i.name] for i in model.graph.input if i.name in inputs}
    trial = Trial(ort=runtime, data=model.SerializeToString(), feeds=feeds, threads=0)
    unoptimised = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return trial.run(trial.session(graph_optimization_level=unoptimised))
    except ModelError as error:
        raise OptionError(error.what, facts=(error.facts[0][:200],)) from error


def onnxruntime() -> Any:
    """The library, imported where it is used.

    Raises:
        OptionError: it is not installed.
    """
    try:
        import onnxruntime as library
    except ImportError as error:
        raise OptionError(
            "onnxruntime is not installed", fix="pip install 'costlint[measure]'"
        ) from error
    return library


def _proven(
    one: list[np.ndarray], other: list[np.ndarray], allowed: Sequence[float], folded: int
) -> tuple[float, float]:
    """The largest difference and the largest value of the output that differs most for its size.

    `allowed` is the largest share for each output that is rounding.

    Raises:
        ProofError: an output differs by more, or `one` is not finite.
    """
    import numpy as np

    worst, found = 0.0, (0.0, 0.0)
    for a, b, share in zip(one, other, allowed, strict=True):
        if not isinstance(a, np.ndarray) or not _is_number(a) or not a.size:
            continue
        wide, narrow = a.astype(np.float64), b.astype(np.float64)
        largest = float(np.abs(wide).max())
        if not np.isfinite(largest):
            raise ProofError(
                "the model gives no finite outputs on random inputs: nothing can be proven",
                facts=("nothing is written",),
            )
        finite = bool(np.isfinite(narrow).all())
        difference = float(np.abs(wide - narrow).max()) if finite else float("inf")
        if not difference <= share * largest:
            raise ProofError(
                f"the changed model differs by {difference:.3g} where outputs reach {largest:.3g}",
                facts=(f"{folded} nodes were folded; nothing is written",),
            )
        if difference >= worst * largest:
            worst, found = difference / largest if largest else 0.0, (difference, largest)
    return found


def _is_number(array: np.ndarray) -> bool:
    """Whether the elements are numbers, those of types that numpy lacks (bfloat16) among them."""
    return array.dtype.kind in "fiub" or array.dtype.name.startswith(("bfloat", "float"))
