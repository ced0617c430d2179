"""A calibration as lines of text: each timing beside its prediction, and how far to trust them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from costlint.reports.numbers import change, milliseconds, plural, share
from costlint.reports.text import visible

if TYPE_CHECKING:
    from costlint.costmodel.fitting.calibrate import Calibration

_COLUMN: Final = 11


def calibration_page(found: Calibration) -> str:
    """Residuals, held-out errors and warnings."""
    profile, fit = found.profile, found.profile.fit
    families = sorted({row.family for row in found.residuals})
    threads = f", {plural(profile.threads, 'thread')}" if profile.threads else ""
    lines = [
        (
            f"{visible(profile.name)}: {visible(profile.runtime)}{threads}, {profile.precision},"
            f" fusion rules {profile.fusion}"
        ),
        (
            f"  {plural(len(found.residuals), 'timing')} of {plural(fit.networks, 'network')},"
            f" {len(families)} families; the likest shipped devices: {', '.join(found.neighbours)}"
        ),
        "",
        *_residuals(found),
        "",
        (
            f"  held out     mean error {share(fit.mape)}, median {share(fit.median)}, 90 % within"
            f" {share(fit.p90)}, rank correlation {fit.spearman:.3f}"
        ),
        f"  FLOPs alone  mean error {share(fit.flop_mape)}, held out in the same way",
        (
            f"  intervals    90 % intervals cover {share(fit.coverage)} of the held-out timings,"
            f" at median {found.interval_ratio:.1f} from end to end"
        ),
        *(f"  warning: {visible(text)}" for text in found.warnings),
    ]
    return "\n".join(lines)


def _residuals(found: Calibration) -> Iterator[str]:
    """Each timing: measured, the fit's error, and that with the family held out; worst first."""
    yield f"  {'measured':>{_COLUMN}}{'fitted':>{_COLUMN}}{'held out':>{_COLUMN}}  graph"
    for row in sorted(found.residuals, key=lambda r: -abs(r.held_out_s / r.measured_s - 1)):
        fitted, held_out = (change(s / row.measured_s - 1) for s in (row.fitted_s, row.held_out_s))
        batch = f", batch {row.batch}" if row.batch > 1 else ""
        yield (
            f"  {milliseconds(row.measured_s):>{_COLUMN}}{fitted:>{_COLUMN}}{held_out:>{_COLUMN}}"
            f"  {visible(row.graph)}{batch}"
        )
