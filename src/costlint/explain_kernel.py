"""How the latency of one kernel comes about: each term with its numbers."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.inference.contents import ValueOption
from costlint.costmodel.ir.errors import OptionError
from costlint.reports import numbers
from costlint.reports.caveats import sizes_taken
from costlint.reports.text import visible

if TYPE_CHECKING:
    from costlint.costmodel.devices import DeviceProfile
    from costlint.costmodel.latency.estimate import Estimate, KernelEstimate

NOTHING_S: Final = 5e-9
"""A term that takes less is not shown: it would be 0.00000 ms."""


def kernel_page(  # noqa: PLR0913 - what a count can be told
    model: str,
    op_name: str,
    device_name: str | None,
    *,
    shapes: ShapeOption | None = None,
    batch: int | None = None,
    values: ValueOption | None = None,
) -> str:
    """The kernel that runs `op_name` on a device: amounts, rates, seconds, and what binds it.

    Raises:
        CostlintError: the model or the device cannot be used, or no op is called so.
    """
    from costlint.costmodel.devices import DEFAULT_DEVICE
    from costlint.costmodel.estimate import estimate

    found = estimate(
        model, device_name or DEFAULT_DEVICE, shapes=shapes, batch=batch, values=values
    )
    index, kernel = _kernel_of(found, op_name)
    names = ", ".join(f"{row.op.name} ({row.op.identifier})" for row in kernel.ops)
    share = numbers.share(kernel.latency_s / found.latency_s)
    between = numbers.interval(*found.kernel_intervals_s[index], like=kernel.latency_s)
    moved = kernel.transfer_s
    transfers = f" ({numbers.milliseconds(moved)} of it transfers)" if moved else ""
    lines = [
        f"{names}",
        f"  on {found.device.name}, one kernel of {len(found.kernels)}",
        (
            f"  {numbers.milliseconds(kernel.latency_s)} ({between}), {share} of the model, "
            f"bound by {kernel.bound}"
        ),
        *(f"  {visible(one.text)}" for one in sizes_taken(found.counts.graph)),
        "",
        *_terms(kernel, found.device),
        "",
        (
            f"  launch {numbers.milliseconds(kernel.launch_s)}{transfers}, "
            f"compute {numbers.milliseconds(kernel.compute_s)}, "
            f"memory {numbers.milliseconds(kernel.memory_s)}"
        ),
        (
            f"  latency = launch + max(compute, memory) + {1 - found.device.overlap:.2f} * "
            "min(compute, memory)"
        ),
    ]
    return "\n".join(lines)


def _kernel_of(found: Estimate, op_name: str) -> tuple[int, KernelEstimate]:
    for index, kernel in enumerate(found.kernels):
        if any(row.op.name == op_name for row in kernel.ops):
            return index, kernel
    known = [row.op.name for row in found.counts.ops]
    if op_name in known:
        raise OptionError(
            f"the op {op_name!r} is free on {found.device.name}: it runs in no kernel"
        )
    near = difflib.get_close_matches(op_name, known, 3, 0.4)
    hint = (f"did you mean {' or '.join(map(repr, near))}?",) if near else ()
    raise OptionError(f"no op is called {op_name!r}", facts=hint, fix="costlint MODEL --per-layer")


def _terms(kernel: KernelEstimate, profile: DeviceProfile) -> list[str]:
    """Two lines for each term that takes time in the kernel: its numbers, and what it counts."""
    from costlint.costmodel.devices.terms import TERMS
    from costlint.device_page import ASSUMED, ASSUMED_SD, UNITS, mark, rate

    counted = [float(kernel.amounts.get(term.name, 0)) for term in TERMS]
    rows = zip(TERMS, counted, profile.seconds_per_unit, profile.term_sd, strict=True)
    taking_time = [row for row in rows if row[1] * row[2] >= NOTHING_S]
    lines = []
    for term, amount, seconds, sd in taking_time:
        many = numbers.quantity(amount, UNITS.get(term.unit, "times"))
        at = f"{'each' if term.unit == 's' else 'at':>4} {rate(seconds, term.unit):>14}"
        took = numbers.milliseconds(amount * seconds)
        lines.append(f"{mark(sd)} {term.part:<8} {term.name:<18} {many:>14} {at} = {took}")
        lines.append(f"   {'':<8} {term.doc}")
    return [*lines, *["", ASSUMED] * any(sd > ASSUMED_SD for *_, sd in taking_time)]
