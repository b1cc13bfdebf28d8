"""What a device says about itself: identity, clock, relays (protocol 1.4, 1.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.devices.envelope import Envelope, device_label, text_of, whole
from backend.devices.errors import NotAkuvox

_MAC = re.compile(r"[0-9A-F]{12}")
_RELAY = re.compile(r"Relay([A-D])")
_OPEN = frozenset({"1", "open", "opened", "on"})


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Identity as the device states it: `mac` is 12 upper-case hex digits or "", uptime in seconds."""

    model: str
    mac: str
    firmware: str
    hardware: str = ""
    uptime_s: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """The device's clock in UTC and its uptime in seconds, None where it did not say."""

    system_time: datetime | None
    uptime_s: int | None


def read_info(envelope: Envelope) -> DeviceInfo:
    """Parse system/info, with `Status` inside or in place of `data`. Raises `NotAkuvox` where no model is named."""
    status = envelope.data.get("Status", envelope.data)
    if not isinstance(status, dict) or not text_of(status.get("Model")).strip():
        raise NotAkuvox
    mac = re.sub("[^0-9A-F]", "", text_of(status.get("MAC")).upper())
    return DeviceInfo(
        model=device_label(status.get("Model")),
        mac=mac if _MAC.fullmatch(mac) else "",
        firmware=device_label(status.get("FirmwareVersion")),
        hardware=device_label(status.get("HardwareVersion")),
        uptime_s=whole(status.get("Uptime")),
    )


def read_status(envelope: Envelope) -> DeviceStatus:
    """Parse system/status: both values are seconds, as text."""
    seconds = whole(envelope.data.get("SystemTime"))
    time = datetime.fromtimestamp(seconds, UTC) if seconds is not None and 0 <= seconds < 2**32 else None
    return DeviceStatus(time, whole(envelope.data.get("UpTime")))


def read_relays(envelope: Envelope) -> dict[int, bool]:
    """Parse relay/status: relay number from 1 to True for a switched contact, by numbers or by words."""
    found = {match[1]: value for key, value in envelope.data.items() if (match := _RELAY.fullmatch(key))}
    return {
        ord(letter) - ord("A") + 1: text_of(value).strip().lower() in _OPEN for letter, value in sorted(found.items())
    }
