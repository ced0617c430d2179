"""The small network on two devices: kernels, times, verdicts, all by simple arithmetic."""

from __future__ import annotations

from dataclasses import replace

from costlint.analyzers.finding import Verdict
from costlint.reports.report import CLASSES, ModelReport, Totals
from costlint.reports.rows import DeviceReport, KernelRow, OpRow
from tests.reports.found import findings
from tests.reports.network import op_rows

ARM = DeviceReport(
    name="pixel4-cortexa76-tflite",
    hardware="Cortex-A76",
    runtime="tflite",
    precision="fp32",
    threads=1,
    fit={
        "networks": 40,
        "mape": 0.074,
        "p90": 0.21,
        "borrowed": False,
        "timings": 412,
        "source": "published measurements",
    },
    flop_per_s=33e9,
    bandwidth_byte_per_s=11e9,
)
GPU = DeviceReport(
    name="rtx3090-torch2.4-amp-nhwc",
    hardware="RTX 3090",
    runtime="torch",
    precision="amp",
    calibrated=False,
    flop_per_s=71e12,
    bandwidth_byte_per_s=900e9,
)


def totals(ops) -> Totals:
    read, written = sum(op.bytes_read for op in ops), sum(op.bytes_written for op in ops)
    moved = sum(op.bytes_accessed for op in ops if op.op_class == "elementwise")
    known = [op for op in ops if not op.is_free]
    return Totals(
        macs=sum(op.macs for op in ops),
        flop=sum(op.flop for op in ops),
        bytes_read=read,
        bytes_written=written,
        bytes_accessed=read + written,
        parameters=3_504_872,
        weight_bytes=14_019_488,
        peak_activation_bytes=max(op.live_bytes or 0 for op in ops),
        elementwise_share_bytes=moved / (read + written),
        elementwise_share_ops=sum(op.op_class == "elementwise" for op in known) / len(known),
        coverage=sum(not op.why_uncosted for op in known) / len(known),
    )


def estimated(
    device=ARM, *, path="models/mobile.onnx", ops=None, with_findings=True
) -> ModelReport:
    """The same network on a device: a kernel for each op, element-wise ones fused after a Conv."""
    kernels: list[KernelRow] = []
    rows: list[OpRow] = []
    for op in ops or op_rows():
        if op.is_free or (op.op_type == "Clip" and kernels):
            last = kernels[-1]
            kernels[-1] = replace(last, ops=(*last.ops, op.name))
            rows.append(replace(op, kernel=last.id, latency_s=0.0, fused_into=last.ops[0]))
            continue
        kernel = _kernel(op, device, len(kernels))
        kernels.append(kernel)
        source = ("net.py", 42) if op.name.endswith("conv.1/Conv") else None
        rows.append(
            replace(
                op,
                kernel=kernel.id,
                latency_s=kernel.latency_s,
                verdicts=_verdicts(op),
                source=source,
            )
        )
    overhead = 20e-6
    latency = overhead + sum(kernel.latency_s for kernel in kernels)
    by_class = dict.fromkeys(CLASSES, 0.0)
    for kernel in kernels:
        by_class[kernel.kernel_class] += kernel.latency_s
    return ModelReport(
        path=path,
        sha256="5f" * 32,
        device=device,
        batch=1,
        ops=tuple(rows),
        totals=replace(
            totals(rows),
            bytes_accessed_fused=sum(op.bytes_accessed for op in rows if not op.fused_into),
            fragmentation=3,
            launch_share=0.04,
            overhead_s=overhead,
            latency_s=latency,
            latency_low_s=0.88 * latency,
            latency_high_s=1.14 * latency,
            latency_after_fixes_s=0.81 * latency if with_findings else latency,
        ),
        class_latency_s=by_class,
        class_latency_after_fixes_s={name: 0.8 * seconds for name, seconds in by_class.items()},
        kernels=tuple(kernels),
        analyzed=True,
        findings=findings(rows, latency) if with_findings else (),
        notes=("the runtime's fusion rules are those of tflite 2.1",),
    )


def _verdicts(op) -> tuple[Verdict, ...]:
    if op.op_type != "Conv":
        return tuple(Verdict(guideline=f"G{n}", state="not applicable") for n in (1, 2, 3, 4))
    return (
        Verdict(guideline="G1", state="violated", number=0.4, meaning="1:6"),
        Verdict(guideline="G2", state="fine", number=1.0, meaning="1 group"),
        Verdict(guideline="G3", state="fine", number=1.0, meaning="fan-out 1"),
        Verdict(guideline="G4", state="not applicable"),
    )


def _kernel(op, device, index) -> KernelRow:
    compute, memory = op.flop / device.flop_per_s, op.bytes_accessed / device.bandwidth_byte_per_s
    launch = 4e-6
    latency = max(compute, memory) / 0.7 + launch
    bound = "compute" if compute > memory else "memory"
    return KernelRow(
        id=f"k{index}",
        ops=(op.name,),
        kernel_class=op.op_class,
        latency_s=latency,
        low_s=0.8 * latency,
        high_s=1.3 * latency,
        compute_s=compute,
        memory_s=memory,
        launch_s=launch,
        bound=bound if latency > 2 * launch else "launch",
    )
