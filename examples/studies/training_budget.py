"""A hook for PyTorch training: a design over its latency budget is refused before it trains.

    python examples/studies/training_budget.py

Exports the module, estimates it, and raises `OverBudgetError` with the kernels that cost most.
Without torch it says so and stops.
"""

from __future__ import annotations

import importlib.util
import io
from typing import Any

import costlint

DEVICE = "snapdragon810-neon-1t"
SHOWN = 3


class OverBudgetError(Exception):
    """The network takes longer than it may."""


def refuse_over_budget(model: Any, device: str, limit_s: float) -> costlint.Estimate:
    """The estimate of `model` (whatever `costlint.load` takes), once it is under `limit_s`.

    Raises:
        OverBudgetError: it is over.
    """
    found = costlint.estimate(model, device, batch=1)
    if found.latency_s <= limit_s:
        return found
    slowest = sorted(found.kernels, key=lambda kernel: -kernel.latency_s)[:SHOWN]
    rows = [f"  {k.ops[0].op.name}: {k.latency_s * 1e3:.2f} ms ({k.bound})" for k in slowest]
    raise OverBudgetError(
        "\n".join(
            [f"{found.latency_s * 1e3:.1f} ms on {device}, {limit_s * 1e3:.1f} ms allowed", *rows]
        )
    )


def check_module(module: Any, example: Any, device: str, limit_s: float) -> costlint.Estimate:
    """Export a `torch.nn.Module` in memory and hold it to its budget."""
    import torch

    buffer = io.BytesIO()
    torch.onnx.export(module.eval(), (example,), buffer, dynamo=False)
    module.train()
    return refuse_over_budget(buffer.getvalue(), device, limit_s)


def train(width: int, limit_s: float, steps: int = 3) -> float:
    """A few steps on random data, if the design may be trained at all; the last loss."""
    import torch
    from torch import nn

    module = nn.Sequential(
        nn.Conv2d(3, width, 3, stride=2, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
        nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2 * width, 10),
    )  # fmt: skip
    check_module(module, torch.zeros(1, 3, 64, 64), DEVICE, limit_s)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.01)
    loss = torch.zeros(())
    for _ in range(steps):
        x, target = torch.randn(8, 3, 64, 64), torch.randint(0, 10, (8,))
        loss = nn.functional.cross_entropy(module(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return float(loss.detach())


def main() -> None:
    """Train a narrow design, refuse a wide one."""
    if importlib.util.find_spec("torch") is None:
        print("skipped: torch is not installed")
        return
    print(f"width 16 is trained, its loss is {train(16, limit_s=0.05):.2f}")
    try:
        train(1024, limit_s=0.05)
    except OverBudgetError as error:
        print(f"width 1024 is refused: {error}")


if __name__ == "__main__":
    main()
