"""From amounts to seconds: one formula for a kernel, a graph, a fit or many designs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from costlint.costmodel.devices.terms import INDEX, PARTS, TERMS, TRANSFERS
from costlint.costmodel.ir.dims import Dim, maximum, minimum

if TYPE_CHECKING:
    import numpy as np

_COLUMNS: Final = {part: [i for i, p in enumerate(PARTS) if p == part] for part in set(PARTS)}

Part = TypeVar("Part")
"""A number of one kernel, or an array of many kernels or designs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds(Generic[Part]):
    """The three parts of a kernel's latency and their combination, in seconds.

    `transfer_s` is what of `launch_s` are copies before and after the kernel: of the network's
    inputs and outputs, between memory orders, to the host and back.
    """

    launch_s: Part
    transfer_s: Part
    compute_s: Part
    memory_s: Part
    latency_s: Part

    def parts(self) -> dict[str, Part]:
        """All of them by name."""
        return {field.name: getattr(self, field.name) for field in fields(Seconds)}


def combined(launch_s: Dim, compute_s: Dim, memory_s: Dim, overlap: Dim) -> Dim:
    """Launch + max(compute, memory) + (1 - overlap) * min(compute, memory).

    Overlap 1 is the roofline, 0 the plain sum; devices lie between, because a kernel loads and
    computes at once only as far as its pipeline is full.
    """
    longer = maximum(compute_s, memory_s)
    return launch_s + longer + (1.0 - overlap) * minimum(compute_s, memory_s)


def kernel_seconds(
    amounts: Mapping[str, Dim], seconds_per_unit: Sequence[float], overlap: float
) -> Seconds[Dim]:
    """One kernel from its amounts, which may be numbers or arrays of designs."""
    parts: dict[str, Dim] = {"launch": 0.0, "compute": 0.0, "memory": 0.0}
    transfer: Dim = 0.0
    for name, amount in amounts.items():
        index = INDEX[name]
        spent = amount * seconds_per_unit[index]
        parts[PARTS[index]] = parts[PARTS[index]] + spent
        if index in TRANSFERS:
            transfer = transfer + spent
    launch, compute, memory = parts["launch"], parts["compute"], parts["memory"]
    return Seconds(
        launch_s=launch,
        transfer_s=transfer,
        compute_s=compute,
        memory_s=memory,
        latency_s=combined(launch, compute, memory, overlap),
    )


def matrix(rows: Sequence[Mapping[str, Dim]]) -> np.ndarray:
    """Amounts of many kernels as an array, kernels by terms."""
    import numpy as np

    filled = np.zeros((len(rows), len(TERMS)))
    for row, amounts in enumerate(rows):
        for name, amount in amounts.items():
            filled[row, INDEX[name]] = amount
    return filled


def matrix_seconds(
    amounts: np.ndarray, seconds_per_unit: np.ndarray, overlap: float
) -> Seconds[np.ndarray]:
    """Many kernels (k, terms) on one device (terms,): arrays of k."""
    launch, compute, memory, transfer = (
        amounts[:, columns] @ seconds_per_unit[columns]
        for columns in (_COLUMNS["launch"], _COLUMNS["compute"], _COLUMNS["memory"], [*TRANSFERS])
    )
    return Seconds(
        launch_s=launch,
        transfer_s=transfer,
        compute_s=compute,
        memory_s=memory,
        latency_s=combined(launch, compute, memory, overlap),
    )


def term_seconds(
    amounts: np.ndarray, seconds_per_unit: np.ndarray, seconds: Seconds[np.ndarray], overlap: float
) -> np.ndarray:
    """Each kernel's `seconds` by term (k, terms): of what is overlapped only the rest counts."""
    import numpy as np

    parts = np.array(PARTS)
    spent: np.ndarray = amounts * seconds_per_unit
    is_compute_bound = (seconds.compute_s >= seconds.memory_s)[:, None]
    spent[:, parts == "compute"] *= np.where(is_compute_bound, 1.0, 1.0 - overlap)
    spent[:, parts == "memory"] *= np.where(is_compute_bound, 1.0 - overlap, 1.0)
    return spent
