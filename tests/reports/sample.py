"""Reports made by arithmetic: a small mobile network on two devices, and a hostile one."""

from __future__ import annotations

from dataclasses import replace

from costlint.costmodel.ir.assumed import Assumed
from costlint.reports.report import Gate, ModelReport, Report
from costlint.reports.rows import OpRow, RuleRow, UncostedRow, uncosted_kinds
from tests.reports.network import op_rows
from tests.reports.on_device import ARM, GPU, estimated, totals

HOSTILE = (
    "=/a</script><script>alert(1)</script>\x1b[31m\n\r\u202eevil\u2066\x00|`=1+1`%0A::error::x]]>"
    "&\"'<img src=x onerror=alert(2)>"
)

NOTE = "/If: the branches of If differ in shape, the larger counts"


def counted(path="models/mobile.onnx") -> ModelReport:
    """Counted only: no device. Two sizes and the batch are assumed, one op is not costed."""
    odd = OpRow(
        name="/post/NonMaxSuppression",
        op_type="NonMaxSuppression",
        op_class="other",
        why_uncosted="no formula for NonMaxSuppression",
    )
    ops = (*op_rows(), odd)
    return ModelReport(
        path=path,
        sha256="5f" * 32,
        batch=1,
        ops=ops,
        totals=totals(ops),
        notes=(NOTE,),
        graph_notes=(NOTE,),
        assumed=tuple(
            Assumed(
                name=name,
                size=640,
                source="the model's metadata (imgsz)",
                option="--shape images=1x3x640x640",
            )
            for name in ("height", "width")
        ),
        batch_assumed=("N",),
        uncosted_kinds=uncosted_kinds(ops),
    )


def sample(*models: ModelReport) -> Report:
    """The fixed Report: counted, on an ARM core with findings, on a GPU without any."""
    gate = Gate(passed=False, reasons=("1 error in models/mobile.onnx on pixel4-cortexa76-tflite",))
    return Report(
        tool_version="1.2.3",
        models=models or (counted(), estimated(), estimated(GPU, with_findings=False)),
        gate=gate
        if any(model.findings for model in models or (estimated(),))
        else Gate(passed=True),
        rules=(
            RuleRow(
                id="G101",
                title="Unequal channel widths raise the memory access cost",
                help="At equal MACs a 1x1 convolution moves least when both widths are equal.",
            ),
        ),
        command="costlint report models/mobile.onnx -d pixel4-cortexa76-tflite",
        date="2026-11-24",
    )


def hostile() -> Report:
    """Every text from outside is an attack."""
    model = estimated(path=f"models/{HOSTILE}.onnx")
    ops = tuple(
        replace(
            op,
            name=HOSTILE + op.name,
            op_type=HOSTILE,
            domain=HOSTILE,
            outputs=(HOSTILE,),
            scope=HOSTILE,
        )
        for op in model.ops
    )
    findings_ = tuple(
        replace(
            f,
            name=HOSTILE,
            message=HOSTILE,
            fix=HOSTILE,
            ops=(ops[0].name, HOSTILE),
            evidence={HOSTILE: HOSTILE},
            suppressed_by=tuple(replace(one, reason=HOSTILE) for one in f.suppressed_by),
        )
        for f in model.findings
    )
    evil = Assumed(name=HOSTILE, size=7, source=HOSTILE, option=HOSTILE)
    return sample(
        replace(
            model,
            ops=ops,
            findings=findings_,
            notes=(HOSTILE,),
            graph_notes=(HOSTILE,),
            assumed=(evil,),
            batch_assumed=(HOSTILE,),
            uncosted_kinds=(UncostedRow(op=HOSTILE, reason=HOSTILE, count=3),),
        )
    )


def with_ops(number: int, device=ARM) -> Report:
    """About `number` ops on one device."""
    return sample(
        estimated(device, path=f"models/{number}-ops.onnx", ops=op_rows((number - 3) // 6))
    )


def symbolic() -> ModelReport:
    """Totals in a free batch size N."""
    from costlint.costmodel.ir.dims import symbol

    n = symbol("N")
    op = replace(op_rows()[0], macs=5419008 * n, flop=10838016 * n, bytes_read=152256 * n)
    entry = counted()
    grown = replace(entry.totals, macs=5419008 * n, flop=10838016 * n, bytes_read=152256 * n + 96)
    return replace(entry, batch=None, ops=(op,), totals=grown)


def improved() -> ModelReport:
    """Another network on the ARM core: one finding fixed, one new, ops gone and changed."""
    entry = estimated(ops=op_rows(1))
    fresh = replace(entry.findings[2], fingerprint="f6" * 16, rule="G202", name="channel shuffle")
    kept = tuple(finding for finding in entry.findings if finding.rule != "G101")
    return replace(entry, path="models/mobile-equal-widths.onnx", findings=(*kept, fresh))


def compared() -> Report:
    """The second network against the first."""
    return replace(sample(estimated(), improved()), compared=True)
