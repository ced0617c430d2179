"""Fusion rules: what a runtime launches as one kernel. Data, in `runtimes/*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any, Final

from costlint.costmodel.formulas import Traffic
from costlint.costmodel.formulas.sets import operators
from costlint.costmodel.ir.errors import OptionError
from costlint.costmodel.runtimes.library import Library
from costlint.costmodel.runtimes.quantized import Quantized

_FILES: Final = resources.files("costlint.costmodel.runtimes")
_COMPOSITES: Final = "composites"
"""The one file beside the rule sets: the functions that exporters write as chains of ops."""

RULE_SETS: Final = tuple(
    sorted(
        name
        for file in _FILES.iterdir()
        if file.name.endswith(".toml") and (name := file.name[: -len(".toml")]) != _COMPOSITES
    )
)
"""Every file of this folder is a rule set."""

UNFUSED: Final = "none"
"""The rule set to propose where nothing is known: each op is a kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """One function of a framework that an exporter wrote as a chain of ops.

    Each step reads the step before; a step that ends in `?` may be missing. Other inputs of a
    step are parameters, the chain's own tensors or its source; an `is_open` chain takes any.
    `traffic` is the kind of the whole, None where it is that of the op that does the work.
    """

    name: str
    steps: tuple[str, ...]
    is_open: bool = False
    traffic: Traffic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuse:
    """`ops` join the kernel that makes their input when its main op is one of `into`.

    `second_input` lets them bring another activation (a residual sum), `shared` lets the joined
    tensor have other readers (it is then still written). They join behind an op of `after` only,
    behind any where that is empty; what else they read must come from an op of `beside`, from
    anywhere where that is empty.
    """

    into: frozenset[str]
    ops: frozenset[str]
    second_input: bool = False
    shared: bool = False
    after: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class FusionRules:
    """The rule set of one runtime; `views` cost nothing there besides what is free everywhere.

    `keeps_order` says that tensors keep the order in memory that a transpose gave them (PyTorch's
    strides), `channels_last` that weights of convolutions are kept so. `quantized` are the ops that
    run in the types around them; `recodes` says that signed numbers are made unsigned for them.
    """

    name: str
    source: str
    composites: tuple[Composite, ...]
    views: frozenset[str]
    keeps_order: bool
    channels_last: bool
    library: Library
    fuses: tuple[Fuse, ...]
    quantized: tuple[Quantized, ...] = ()
    recodes: bool = False

    @cached_property
    def composites_from(self) -> Mapping[str, tuple[Composite, ...]]:
        """The composites by the operator that they begin with."""
        first = {composite.steps[0] for composite in self.composites}
        return {op: tuple(c for c in self.composites if c.steps[0] == op) for op in first}

    @cached_property
    def fuses_of(self) -> Mapping[str, tuple[Fuse, ...]]:
        """The fuses by each operator that they let join."""
        ops = {op for fuse in self.fuses for op in fuse.ops}
        return {op: tuple(fuse for fuse in self.fuses if op in fuse.ops) for op in ops}


@cache
def fusion_rules(name: str) -> FusionRules:
    """The rule set `name`.

    Raises:
        OptionError: there is no such rule set.
    """
    if name not in RULE_SETS:
        raise OptionError(
            f"unknown fusion rule set {name!r}",
            facts=(f"known: {', '.join(RULE_SETS)}",),
            fix=f"--fusion {UNFUSED}",
        )
    known, table = _composites(), _table(name)
    sets = table.get("sets", {})
    return FusionRules(
        name=name,
        source=table["source"],
        composites=tuple(
            known[c] for c in _expanded(table["composites"], _table(_COMPOSITES)["sets"])
        ),
        views=frozenset(table["views"]),
        keeps_order=table.get("keeps_order", False),
        channels_last=table.get("channels_last", False),
        library=Library(**_with_sets(table.get("library", {}), sets)),
        fuses=tuple(Fuse(**_with_sets(fuse, sets)) for fuse in table.get("fuse", ())),
        quantized=tuple(Quantized(**_with_sets(q, sets)) for q in table.get("quantized", ())),
        recodes=table.get("recodes", False),
    )


@cache
def runtimes() -> Mapping[str, str]:
    """The rule set by a word that a runtime's text holds, longer words first: the first counts."""
    named = [(word, name) for name in RULE_SETS for word in _table(name).get("runtimes", ())]
    return dict(sorted(named, key=lambda each: -len(each[0])))


def _table(name: str) -> Mapping[str, Any]:
    """The file of a rule set; with `like` it states only what differs from that other one."""
    table = tomllib.loads(_FILES.joinpath(f"{name}.toml").read_text("utf-8"))
    if "like" not in table:
        return table
    base = {key: value for key, value in _table(table["like"]).items() if key != "runtimes"}
    return {**base, **table, "library": {**base.get("library", {}), **table.get("library", {})}}


@cache
def _composites() -> Mapping[str, Composite]:
    rows = _table(_COMPOSITES)["composite"]
    return {row["name"]: Composite(**{**row, "steps": tuple(row["steps"])}) for row in rows}


def composite_traffic(name: str) -> Traffic | None:
    """The kind of the composite `name`; None where it has none of its own, or there is none."""
    composite = _composites().get(name)
    return None if composite is None else composite.traffic


def _expanded(names: Iterable[str], sets: Mapping[str, Sequence[str]]) -> list[str]:
    """`names` with the members of a set in place of its `@name`, the file's own or a common one."""
    found: list[str] = []
    for name in names:
        of = name.removeprefix("@")
        if of == name:
            found.append(name)
        else:
            found += _expanded(sets[of], sets) if of in sets else sorted(operators(of))
    return found


def _with_sets(table: Mapping[str, Any], sets: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    """A table of a file with its lists as the sets of operators that they mean."""
    return {
        key: frozenset(_expanded(value, sets)) if isinstance(value, list) else value
        for key, value in table.items()
    }
