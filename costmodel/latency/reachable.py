"""Which terms a runtime's kernels can have amounts of."""

from __future__ import annotations

from costlint.costmodel.devices.settings import Settings
from costlint.costmodel.devices.terms import TERMS, Term
from costlint.costmodel.formulas import formula_for
from costlint.costmodel.runtimes.fusion import FusionRules


def reachable_terms(rules: FusionRules, settings: Settings) -> tuple[Term, ...]:
    """The terms that some network has an amount of on such a runtime and device.

    A term that is not named here needs nothing special of the library.
    """
    library = settings.library
    where = {
        "reorder": settings.is_blocked,
        "crossing": bool(library.host),
        "crossing_traffic": bool(library.host),
        "dense_narrow": library.narrow_kernels or library.constant_weights > 0,
        "group_window": not settings.is_blocked,
        "group_odd": not settings.is_blocked,
        "unaligned": settings.precision == "amp" or library.tiles,
        "epilogue": library.sliced or _fuses_behind_products(rules),
        "winograd_traffic": library.winograd or library.tiles,
        "channels_first": settings.precision == "amp" and rules.keeps_order,
    }
    return tuple(term for term in TERMS if where.get(term.name, True))


def _fuses_behind_products(rules: FusionRules) -> bool:
    """Whether anything joins a convolution or a product."""
    formulas = (formula_for("", op_type) for fuse in rules.fuses for op_type in fuse.into)
    return any(formula is not None and formula.op_class == "conv" for formula in formulas)
