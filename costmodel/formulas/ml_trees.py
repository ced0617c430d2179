"""Ensembles of decision trees: the domain ai.onnx.ml."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeAlias

from costlint.costmodel.formulas.ml import attribute_list, rows_columns, transform
from costlint.costmodel.formulas.registry import formula
from costlint.costmodel.ir.cost import Work
from costlint.costmodel.ir.domains import ML
from costlint.costmodel.ir.graph import Op

Node: TypeAlias = Hashable
Children: TypeAlias = Mapping[Node, Sequence[Node]]


@formula("TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble", op_class="other",
         traffic="movement", domain=ML)  # fmt: skip
def tree_ensemble(op: Op) -> Work:
    """Y (N, E) = the sum of one leaf of each of t trees, for each row of X (N, C).

    other_flop, for each row = a compare for each level of every tree, by its longest path, an add
    for each tree; for each score 3 (logistic), 5 (softmax) or 8 (probit); special = 1, 2 of probit.
    """
    rows, _ = rows_columns(op)
    children, roots = _ensemble(op) if op.op_type == "TreeEnsemble" else _listed(op)
    levels = sum(depth(children, root) for root in roots)
    after = transform(op)
    flop = rows * (levels + len(roots)) + after.other_flop
    return Work(other_flop=flop, special=after.special)


def _listed(op: Op) -> tuple[Children, Sequence[Node]]:
    """Inner nodes and roots of the older operators: (tree, node), roots are node 0."""
    names = ("treeids", "nodeids", "truenodeids", "falsenodeids", "modes")
    columns = [attribute_list(op, f"nodes_{name}") for name in names]
    children: Children = {
        (tree, node): [(tree, yes), (tree, no)]
        for tree, node, yes, no, mode in zip(*columns, strict=False)
        if mode != "LEAF"
    }
    return children, [(tree, 0) for tree in dict.fromkeys(columns[0])]


def _ensemble(op: Op) -> tuple[Children, Sequence[Node]]:
    """Inner nodes and roots of the newest operator: places in its lists; leaves are elsewhere."""
    names = ("truenodeids", "trueleafs", "falsenodeids", "falseleafs")
    columns = [attribute_list(op, f"nodes_{name}") for name in names]
    children: Children = {
        node: [to for to, leaf in ((yes, yes_leaf), (no, no_leaf)) if not leaf]
        for node, (yes, yes_leaf, no, no_leaf) in enumerate(zip(*columns, strict=False))
    }
    return children, attribute_list(op, "tree_roots")


def depth(children: Children, root: Node) -> int:
    """Compares on the longest path down from `root`; a path that closes a circle ends there."""
    level: list[Node] = [root]
    seen, levels = {root}, 0
    while inner := [node for node in level if node in children]:
        levels += 1
        level = [child for node in inner for child in children[node] if child not in seen]
        seen.update(level)
    return levels
