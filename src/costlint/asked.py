"""What the command line asks, joined with the settings file of each model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from costlint.costmodel.inference.bindings import ShapeOption
from costlint.costmodel.ir.errors import OptionError
from costlint.gate import Limits
from costlint.settings import Settings, settings_for

if TYPE_CHECKING:
    from costlint.analyzers.suppress import Ignore


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line said; None leaves a value to the settings file of each model.

    `renews_baseline` is "write" to accept all findings, "prune" to drop those that are gone.
    """

    devices: tuple[str, ...] | None = None
    shapes: ShapeOption = field(default_factory=dict)
    batch: int | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    min_savings: tuple[float, float] | None = None
    strict: bool | None = None
    symbolic: bool = False
    baseline: str | None = None
    renews_baseline: str = ""
    fail_on: str | None = None
    max_latency_s: float | None = None
    max_recoverable: float | None = None
    config: str | None = None
    isolated: bool = False
    compared: bool = False
    max_regression: float | None = None
    hashed: bool = True

    def settings(self, model: str) -> Settings:
        """The settings file that holds for `model`."""
        return settings_for(model, config=self.config, isolated=self.isolated)

    def limits(self, settings: Settings) -> Limits:
        """What the gate holds the run to."""
        return Limits(
            fail_on=settings.get("fail-on", self.fail_on),
            max_latency_s=settings.get("max-latency", self.max_latency_s),
            max_recoverable=settings.get("max-recoverable", self.max_recoverable),
            budgets=settings.get("budgets"),
        )


def arguments(asked: Asked, settings: Settings) -> dict[str, Any]:
    """What `pipeline.checked_on` is told besides the model and the device."""
    return {
        "shapes": {**settings.get("shapes"), **asked.shapes},
        "batch": settings.get("batch", asked.batch),
        "strict": settings.get("strict", asked.strict),
        "select": settings.get("select", asked.select),
        "ignore": settings.get("ignore", asked.ignore),
        "ignores": _ignores(settings.get("ignores")),
        "severity": settings.get("severity"),
        "min_savings": settings.get("min-savings", asked.min_savings),
        "hashed": asked.hashed,
    }


def devices_of(asked: Asked, settings: Settings) -> tuple[str, ...]:
    """The devices to predict for; the default one where nobody names any."""
    from costlint.costmodel.devices import DEFAULT_DEVICE

    named: tuple[str, ...] = settings.get("device", asked.devices) or (DEFAULT_DEVICE,)
    if asked.compared and len(named) > 1:
        raise OptionError(
            "two models are compared on one device (--device)",
            facts=(f"named are {', '.join(named)}",),
            fix=f"-d {named[0]}",
        )
    return named


def _ignores(rows: tuple[Mapping[str, Any], ...]) -> tuple[Ignore, ...]:
    from costlint.analyzers.suppress import Ignore

    return tuple(Ignore(**row) for row in rows)
