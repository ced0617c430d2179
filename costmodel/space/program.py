"""Traced values over arrays of designs: a few large array operations, level by level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from costlint.costmodel.space.trace import Dim, Node

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]
    Run: TypeAlias = Callable[[Array, Array], None]
    """Fills the second array, rows of the first, from the rows before them."""

CACHE_VALUES: Final = 1 << 18
"""Intermediate numbers of one chunk: 2 MB, about a core's second cache."""


class Program:
    """Computes `outputs` for arrays of the variables' values.

    Rows of one matrix hold the nodes, columns the designs of a chunk; row 0 is ones. Sums are one
    sparse product for each level, products one gather and one multiplication.
    """

    def __init__(self, variables: Sequence[Node], outputs: Sequence[Dim]) -> None:
        self.rows: dict[Node, int] = {node: row for row, node in enumerate(variables, 1)}
        self.inputs = len(variables)
        self.size = self.inputs + 1
        self.blocks: list[tuple[slice, Run]] = []
        terms = [_terms(value) for value in outputs]
        for members in _levels([node for row, _ in terms for node in row], self.rows):
            self._append(members)
        self.outputs = self._matrix(terms)
        self.chunk = max(64, CACHE_VALUES // self.size)

    def __call__(self, values: Array, workspace: Array | None = None) -> Array:
        """(variables, n) -> (outputs, n).

        n is at most `chunk`; a `workspace` of (size, n) saves asking for memory for each chunk.
        """
        n = values.shape[1]
        is_new = workspace is None or workspace.shape[1] != n
        matrix = np.empty((self.size, n)) if is_new or workspace is None else workspace
        matrix[0] = 1.0
        matrix[1 : self.inputs + 1] = values
        with np.errstate(divide="ignore", invalid="ignore"):  # designs that cannot be: 0 / 0
            for rows, run in self.blocks:
                run(matrix, matrix[rows])
        found: Array = self.outputs @ matrix
        return found

    def _append(self, members: dict[str, list[Node]]) -> None:
        """The nodes of one level as blocks."""
        of_two = dict.fromkeys(("quotient", "floor_of", "bits"), self._of_two)
        makers = {"product": self._product, **of_two}
        for kind, nodes in members.items():
            run = makers.get(kind, self._affine)(kind, nodes)
            self.blocks.append((slice(self.size, self.size + len(nodes)), run))
            self.rows.update((node, self.size + place) for place, node in enumerate(nodes))
            self.size += len(nodes)

    def _matrix(self, rows: Sequence[tuple[dict[Node, Any], Any]]) -> Any:
        from scipy.sparse import csr_array

        columns, data, starts = [], [], [0]
        for terms, constant in rows:
            if constant:
                columns.append(0)
                data.append(float(constant))
            columns += [self.rows[node] for node in terms]
            data += [float(times) for times in terms.values()]
            starts.append(len(data))
        return csr_array((data, columns, starts), shape=(len(rows), self.size))

    def _affine(self, kind: str, nodes: list[Node]) -> Run:
        weights = self._matrix([_terms(node if kind == "sum" else node.args[0]) for node in nodes])
        known = self.size
        divisors = np.array([[float(n.args[1]) if kind == "floor" else 1.0] for n in nodes])

        def run(matrix: Array, found: Array) -> None:
            found[:] = weights @ matrix[:known]
            if kind == "positive":
                np.maximum(found, 0.0, out=found)
            elif kind == "negative":
                np.less(found, 0.0, out=found)
            elif kind == "floor":
                np.divide(found, divisors, out=found)  # exact after floor for whole numbers < 2**53
                np.floor(found, out=found)

        return run

    def _product(self, _: str, nodes: list[Node]) -> Run:
        left, right = (np.array([self.rows[n.args[side]] for n in nodes]) for side in (0, 1))

        def run(matrix: Array, found: Array) -> None:
            np.take(matrix, left, axis=0, out=found, mode="clip")
            found *= matrix[right]

        return run

    def _of_two(self, kind: str, nodes: list[Node]) -> Run:
        tops, bottoms = (self._matrix([_terms(n.args[side]) for n in nodes]) for side in (0, 1))
        known = self.size

        def run(matrix: Array, found: Array) -> None:
            above, below = tops @ matrix[:known], bottoms @ matrix[:known]
            if kind == "bits":
                found[:] = above.astype(np.int64) & below.astype(np.int64)
                return
            np.divide(above, below, out=found)
            if kind == "floor_of":
                np.floor(found, out=found)

        return run


def _terms(value: Dim) -> tuple[dict[Node, Any], Any]:
    return value.linear if isinstance(value, Node) else ({}, value)


def _kind(node: Node) -> str:
    """The kind of the block that a node belongs to.

    A floor whose divisor is traced as well is a kind of its own, because it has no number to divide
    by.
    """
    if node.kind != "floor":
        return node.kind
    by_number = isinstance(node.args[0], Node) and not isinstance(node.args[1], Node)
    return "floor" if by_number else "floor_of"


def _needs(node: Node) -> list[Node]:
    """The nodes whose rows a node is computed from.

    A sum that a function is taken of has no row of its own, so its terms are needed.
    """
    if node.kind == "product":
        return list(node.args)
    args = (node,) if node.kind == "sum" else node.args
    return [inner for arg in args for inner in _terms(arg)[0]]


def _levels(wanted: Sequence[Node], known: dict[Node, int]) -> list[dict[str, list[Node]]]:
    """Nodes by level and kind: each needs only levels before its own."""
    level: dict[Node, int] = dict.fromkeys(known, -1)
    found: defaultdict[int, defaultdict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
    stack = list(wanted)
    while stack:
        node = stack[-1]
        if node in level:
            stack.pop()
            continue
        needs = _needs(node)
        missing = [n for n in needs if n not in level]
        if missing:
            stack += missing
            continue
        level[node] = 1 + max((level[n] for n in needs), default=-1)
        found[level[node]][_kind(node)].append(node)
        stack.pop()
    return [dict(found[place]) for place in sorted(found)]
