"""Squeeze and excitation (Hu et al., CVPR 2018, arXiv 1709.01507)."""

from __future__ import annotations

from costlint.examples.builder import Net
from costlint.examples.draft import Value


def squeeze_excite(net: Net, x: Value, *, reduction: int = 16) -> Value:
    """Scale each channel by a gate that sees the means of all: section 3, Figure 3.

    Of the inner width c / `reduction`, 16 being that page's choice (section 6.4).
    """
    y = net.global_pool("pool", x)
    y = net.conv("reduce", y, max(1, x.channels // reduction), bias=True)
    y = net.conv("expand", net.relu("relu", y), x.channels, bias=True)
    return net.multiply("scale", x, net.sigmoid("sigmoid", y))
