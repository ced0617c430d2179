"""Device profiles: what a device asks for each amount of work, and how sure that is."""

from costlint.costmodel.devices.catalogue import (
    DEFAULT_DEVICE,
    Device,
    DeviceSummary,
    device,
    devices,
)
from costlint.costmodel.devices.profile import DeviceProfile, Fit, Interval, Provenance, Range

__all__ = [
    "DEFAULT_DEVICE",
    "Device",
    "DeviceProfile",
    "DeviceSummary",
    "Fit",
    "Interval",
    "Provenance",
    "Range",
    "device",
    "devices",
]
