"""What an op costs: counts and traffic, in any of the three number systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from costlint.costmodel.ir.dims import Dim


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a formula states.

    `read[i]` is the number of elements read of input `i`, `written[i]` the number written of
    output `i`; None (for all, or at one place) means each element once, the common case.
    `special` is how many functions that a processor has no single instruction for are evaluated on
    elements: roots, powers, exponentials, logarithms, tanh, erf, sines. Those of a whole row,
    group or window are left out, because they are few.
    """

    macs: Dim = 0
    other_flop: Dim = 0
    special: Dim = 0
    read: Sequence[Dim | None] | None = None
    written: Sequence[Dim | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Counts of one op or of a sum of ops.

    `bytes_read` holds the weights' bytes too; `weight_bytes_read` is that part alone.
    `memory_access_elements` is the paper's memory access cost (Ma et al. 2018, section 2):
    elements of activations read and written, and of weights of rank 2 and more (no biases).
    """

    macs: Dim = 0
    other_flop: Dim = 0
    bytes_read: Dim = 0
    bytes_written: Dim = 0
    weight_bytes_read: Dim = 0
    memory_access_elements: Dim = 0

    @property
    def flop(self) -> Dim:
        """Floating operations: a multiply-accumulate is two."""
        return 2 * self.macs + self.other_flop

    @property
    def bytes_accessed(self) -> Dim:
        """Bytes read and written."""
        return self.bytes_read + self.bytes_written

    def __mul__(self, times: Dim) -> Cost:
        return Cost(**{part.name: getattr(self, part.name) * times for part in fields(Cost)})
