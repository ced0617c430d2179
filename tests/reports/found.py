"""Findings of every kind: priced and not, open and suppressed, with a picture and without."""

from __future__ import annotations

from costlint.analyzers.finding import Finding, Saving, Suppression


def findings(rows, latency) -> tuple[Finding, ...]:
    convs = [row.name for row in rows if row.op_type == "Conv"]
    adds = [row.name for row in rows if row.op_type == "Add"]

    def saving(share, low, high):
        return Saving(
            saved_s=share * latency,
            low_s=low * latency,
            high_s=high * latency,
            share=share,
            before_s=latency,
            after_s=(1 - share) * latency,
        )

    return (
        Finding(
            rule="G401",
            name="element-wise chain",
            severity="note",
            message="Two element-wise ops in a row move 2.4 MB and compute little.",
            fix="Fold the addition into the convolution before it.",
            ops=tuple(adds[:2]),
            evidence={"bytes_accessed": 2408448, "flop_per_byte": 0.083},
            saving=saving(0.013, -0.004, 0.03),
            fingerprint="c3" * 16,
        ),
        Finding(
            rule="G101",
            name="unequal channel widths",
            severity="error",
            message="Widths 24:144 are 1:6: these move 1.8 times the bytes of equal ones.",
            fix="59:59 channels at equal MACs.",
            ops=tuple(convs[1:7]),
            evidence={"c_in": 24, "c_out": 144, "ratio": 6.0},
            saving=saving(0.092, 0.057, 0.13),
            remedy="retrain",
            fingerprint="a1" * 16,
            before=(
                ("Conv 1x1", "24 -> 144"),
                ("Conv 3x3", "144, 144 groups"),
                ("Conv 1x1", "144 -> 24"),
            ),
            after=(
                ("Conv 1x1", "59 -> 59"),
                ("Conv 3x3", "59, 59 groups"),
                ("Conv 1x1", "59 -> 59"),
            ),
        ),
        Finding(
            rule="G201",
            name="group convolution",
            severity="warning",
            message="1.1 MAC/byte at 144 groups: memory-bound.",
            fix="Move the stride here.",
            ops=(convs[2],),
            evidence={"groups": 144},
            saving=saving(0.066, 0.031, 0.105),
            fingerprint="b2" * 16,
        ),
        Finding(
            rule="G402",
            name="unfused activation",
            severity="note",
            message="The activation has no convolution before it.",
            fix="",
            ops=(rows[0].name,),
            fingerprint="d4" * 16,
        ),
        Finding(
            rule="G301",
            name="fragmented block",
            severity="warning",
            message="Accepted in the baseline.",
            fix="",
            ops=(rows[5].name,),
            saving=saving(0.02, 0.011, 0.03),
            fingerprint="e5" * 16,
            suppressed_by=(Suppression(reason="accepted in costlint-baseline.json"),),
        ),
    )
