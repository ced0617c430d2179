"""The op graph for networkx: ops as nodes, the tensors between them as edges."""

from __future__ import annotations

from typing import Any

import networkx as nx

from costlint.costmodel.ir.dims import Dim
from costlint.costmodel.ir.graph import OpGraph
from costlint.costmodel.ir.tensor import Tensor


def to_networkx(graph: OpGraph) -> nx.MultiDiGraph[str]:
    """A frozen multigraph of plain data, so that `nx.node_link_data` of it is JSON.

    A node is named as its op (`name`, then `name#2` for a repeated one) and has `index`, its place
    in `graph.ops`. An edge is keyed by the tensor's name; symbolic dimensions are text.
    """
    network: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=graph.name)
    makers: dict[str, str] = {}
    for index, op in enumerate(graph.ops):
        key = op.name if op.name not in network else f"{op.name}#{index}"
        network.add_node(key, index=index, op_type=op.op_type, domain=op.domain, scope=op.scope)
        makers.update((t.name, key) for t in op.outputs if t is not None)
        for tensor in op.reads:
            if tensor is not None and tensor.name in makers and makers[tensor.name] != key:
                network.add_edge(makers[tensor.name], key, key=tensor.name, **_plain(tensor))
    return nx.freeze(network)


def _plain(tensor: Tensor) -> dict[str, Any]:
    if tensor.shape is None:
        return {"shape": None, "dtype": tensor.dtype, "bytes": None}
    shape = [_number(d) for d in tensor.shape]
    return {"shape": shape, "dtype": tensor.dtype, "bytes": _number(tensor.size_bytes)}


def _number(dim: Dim) -> int | str:
    return dim if type(dim) is int else str(dim)
