"""Recurrences of onnxruntime: 7 steps of n sequences, or n packed tokens."""

from __future__ import annotations

from tests.costmodel.formulas_domains.making import Cases, i8, i32, ms
from tests.costmodel.strategies import weight

RECURRENT: Cases = {
    "DynamicQuantizeLSTM": (
        lambda n: ms(
            "DynamicQuantizeLSTM", (7, n, 5), i8(2, 5, 16), i8(2, 4, 16), weight(2, 32), outputs=3,
            hidden_size=4, direction="bidirectional",
        ),
        lambda n: (
            7 * n * 2 * 16 * (5 + 4), 7 * n * 2 * 4 * (4 + 9 + 2 + 4 + 8 + 7) + 7 * n * 5 * 7
        ),
    ),
    "AttnLSTM": (
        lambda n: ms(
            "AttnLSTM", (7, n, 5), weight(1, 16, 5 + 3), weight(1, 16, 4), weight(1, 32), None,
            None, None, None, weight(1, 4, 6), weight(1, 10, 6), weight(1, 6), (n, 9, 10), i32(n),
            weight(1, 14, 3), outputs=3, hidden_size=4,
        ),
        lambda n: (
            n * 9 * 10 * 6 + 7 * n * (16 * (5 + 3 + 4) + 4 * 6 + 9 * 6 + 9 * 10 + 14 * 3),
            7 * n * 4 * (4 + 9 + 2 + 4 + 8) + 7 * n * (2 * 9 * 6 + 5 * 9),
        ),
    ),
    "LinearAttention": (
        lambda n: ms(
            "LinearAttention", (n, 7, 24), (n, 7, 12), (n, 7, 10), (n, 2, 6, 5), (n, 7, 2),
            (n, 7, 2), outputs=2, q_num_heads=4, kv_num_heads=2,
        ),
        lambda n: (
            n * 7 * 6 * 5 * (4 + 2 * 2),
            n * 7 * 4 * 5 + n * 7 * 2 * 6 * 5 + n * 7 * 2 + 2 * n * 7 * 10,
        ),
    ),
    "GatedDeltaNet": (
        lambda n: ms(
            "GatedDeltaNet", (n, 2, 6), (n, 2, 6), (n, 4, 5), None, (n, 4), (n, 4), (1, 4, 5, 6),
            outputs=2, gate_activation="softplus", beta_activation="sigmoid", qk_l2_norm=1,
        ),
        lambda n: (
            n * 4 * 6 * 5 * 3,
            n * 4 * (5 + 6 * 5 + 1 + 2 * 5 + 4 + 3 + 6 * 6),
        ),
    ),
    "LinearAttentionGate": (
        lambda n: ms(
            "LinearAttentionGate", (n, 7, 4), weight(4), weight(4), (n, 7, 4), outputs=2
        ),
        lambda n: (0, n * 7 * 4 * (5 + 3)),
    ),
    "Mamba2Verify": (
        lambda n: ms(
            "Mamba2Verify", (n, 500), (2, 40, 3), (2, 4, 8, 6), weight(40, 4), weight(40),
            weight(4), weight(4), weight(4), weight(24), i32(1), outputs=3, heads=4, d_state=8,
            head_dim=6, n_groups=2,
        ),
        lambda n: (
            n * (4 * 40 + 2 * 4 * 8 * 6),
            n * (4 * 8 * 6 + 5 * 40 + 6 * 4) + n * 24 * (2 + 4 + 1 + 4) + n * 2 * 4,
        ),
    ),
}  # fmt: skip
