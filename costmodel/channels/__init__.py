"""Channel groups: which widths of a graph must change together, and which cannot change."""

from __future__ import annotations

from costlint.costmodel.channels.groups import ChannelGroup, Channels, channels_of

__all__ = ["ChannelGroup", "Channels", "channels_of"]
