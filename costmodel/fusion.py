"""Fusion rules: what a runtime launches as one kernel. Data, in `runtimes/*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from costlint.costmodel.errors import OptionError

RULE_SETS: Final = (
    "none", "onnxruntime", "ncnn", "ncnn_vulkan", "tflite", "torch_mobile", "compiled", "folded",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """One function of a framework that an exporter wrote as a chain of ops.

    Each step reads the step before; a step that ends in `?` may be missing. Other inputs of a
    step are parameters, the chain's own tensors or its source; an `is_open` chain takes any.
    """

    name: str
    steps: tuple[str, ...]
    is_open: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionRules:
    """The rule set of one runtime; `views` cost nothing there besides what is free everywhere.

    What else the library does: `winograd` runs 3x3 convolutions of stride 1 by Winograd's
    algorithm, `shares_packs` deals packs of output channels out to the threads, `groups_in_turn`
    runs a grouped convolution as so many dense ones, `streams_vectors` takes one row times a matrix
    at the speed of the matrix's bytes, `narrow_kernels` has kernels of their own for convolutions
    of few input channels, `window_share` is what an element of a pooling window costs of an
    exponential, `short_chains` sums over the channels alone in Winograd's domain and splits inner
    products, ops of `serial` run on one thread, ops of `host` on the host between a download and an
    upload.
    """

    name: str
    source: str
    composites: tuple[Composite, ...]
    views: frozenset[str]
    reshape_copies: bool
    winograd: bool
    shares_packs: bool
    groups_in_turn: bool
    streams_vectors: bool
    narrow_kernels: bool
    window_share: float
    short_chains: bool
    serial: frozenset[str]
    host: frozenset[str]
    fuses: tuple[Fuse, ...]


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
            fix=f"--fusion {RULE_SETS[0]}",
        )
    known = {c.name: c for c in map(_composite, _table("composites")["composite"])}
    table = _table(name)
    return FusionRules(
        name=name,
        source=table["source"],
        composites=tuple(known[c] for c in table["composites"]),
        views=frozenset(table["views"]),
        reshape_copies=table["reshape_copies"],
        winograd=table["winograd"],
        shares_packs=table.get("shares_packs", False),
        groups_in_turn=table.get("groups_in_turn", False),
        streams_vectors=table.get("streams_vectors", False),
        narrow_kernels=table.get("narrow_kernels", False),
        window_share=table.get("window_share", 1.0),
        short_chains=table.get("short_chains", False),
        serial=frozenset(table.get("serial", ())),
        host=frozenset(table.get("host", ())),
        fuses=tuple(map(_fuse, table.get("fuse", ()))),
    )


def _table(name: str) -> Mapping[str, Any]:
    text = (
        resources.files("costlint.costmodel.runtimes").joinpath(f"{name}.toml").read_text("utf-8")
    )
    return tomllib.loads(text)


def _composite(table: Mapping[str, Any]) -> Composite:
    return Composite(
        name=table["name"], steps=tuple(table["steps"]), is_open=table.get("open", False)
    )


def _fuse(table: Mapping[str, Any]) -> Fuse:
    return Fuse(
        into=frozenset(table["into"]),
        ops=frozenset(table["ops"]),
        second_input=table.get("second_input", False),
        shared=table.get("shared", False),
        after=frozenset(table.get("after", ())),
        beside=frozenset(table.get("beside", ())),
    )
