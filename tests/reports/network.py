"""A small mobile network as rows of a report, with exact counts: arithmetic, no model file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from costlint.reports.rows import OpRow


def op_rows(blocks: int = 2) -> tuple[OpRow, ...]:
    """A stem, `blocks` inverted bottlenecks of six ops and a classifier, with exact counts."""
    rows = [*_conv("/stem/conv", 3, 16, 112, filter_size=9)]
    for block in range(blocks):
        size, width = (56, 24) if block < blocks // 2 else (14, 96)
        scope = f"/features/features.{block}"
        rows += _conv(f"{scope}/conv.0", width, 6 * width, size)
        rows += _elementwise(f"{scope}/act.0", "Clip", 6 * width, size)
        rows += _conv(f"{scope}/conv.1", 6 * width, 6 * width, size, filter_size=9, group=6 * width)
        rows += _elementwise(f"{scope}/act.1", "Clip", 6 * width, size)
        rows += _conv(f"{scope}/conv.2", 6 * width, width, size)
        rows += _elementwise(f"{scope}/add", "Add", width, size, reads=2)
    rows.append(
        OpRow(name="/Flatten", op_type="Flatten", op_class="data", is_free=True, shape=(1, 96))
    )
    rows += _conv("/classifier", 96, 1000, 1, op_type="Gemm", op_class="other")
    return tuple(
        replace(row, live_bytes=row.bytes_accessed + 4096 * index) for index, row in enumerate(rows)
    )


def _conv(
    name, inputs, outputs, size, *, filter_size=1, group=1, op_type="Conv", op_class="conv"
) -> Iterator[OpRow]:
    macs = size * size * outputs * (inputs // group) * filter_size
    weights = outputs * (inputs // group) * filter_size
    yield OpRow(
        name=f"{name}/{op_type}",
        op_type=op_type,
        op_class=op_class,
        scope=name,
        outputs=(f"{name}_out",),
        shape=(1, outputs, size, size) if size > 1 else (1, outputs),
        macs=macs,
        flop=2 * macs,
        bytes_read=4 * (size * size * inputs + weights),
        bytes_written=4 * size * size * outputs,
        memory_access_elements=size * size * (inputs + outputs) + weights,
    )


def _elementwise(name, op_type, width, size, *, reads=1) -> Iterator[OpRow]:
    elements = width * size * size
    yield OpRow(
        name=f"{name}/{op_type}",
        op_type=op_type,
        op_class="elementwise",
        scope=name,
        outputs=(f"{name}_out",),
        shape=(1, width, size, size),
        flop=elements,
        bytes_read=4 * elements * reads,
        bytes_written=4 * elements,
        memory_access_elements=elements * (reads + 1),
    )
