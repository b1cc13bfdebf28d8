"""Devices as an installer adds them and as their page shows them (rules 13.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.domain.doors import RelayRecord
from backend.domain.enums import DeviceKind, DeviceStatus, SyncState
from backend.domain.formats import age

CLOCK_RIGHT = timedelta(seconds=60)
"""By how much the clock of a device may be off."""


def wrong_clock(offset_ms: int | None) -> str:
    """How far a clock is off and what that does to the hours of groups; "" for one that is right or not known."""
    off = timedelta(milliseconds=offset_ms or 0)
    if abs(off) <= CLOCK_RIGHT:
        return ""
    far = age(timedelta(seconds=round(abs(off).total_seconds())))
    return f"{far} fast: hours come early" if offset_ms and offset_ms > 0 else f"{far} slow: hours come late"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSync:
    """What a device holds against what it should hold."""

    state: SyncState
    pending: int
    drift: int
    red: int
    users: int
    users_limit: int
    unmanaged: int
    since: datetime | None
    read_back_at: datetime | None
    next_change_at: datetime | None
    reason: str
    last_error: str
    held_reason: str = ""
    removals: int = 0
    losses: tuple[str, ...] = ()
    refused: int = 0
    """How many people's records, as they should be now, it did not take; their losses come last."""
    clock: str = ""
    """How far a wrong clock is off and what that does, "" for one that is right or has not told the time."""

    @property
    def refusals(self) -> tuple[str, ...]:
        """Whom it refused, each with what it said."""
        return self.losses[len(self.losses) - self.refused :]

    @property
    def unfit(self) -> tuple[str, ...]:
        """What it was not sent, because it does not fit there."""
        return self.losses[: len(self.losses) - self.refused]

    @property
    def trouble(self) -> str:
        """What somebody has to look at, in words: a stop, the last error, a refusal, the clock."""
        refused = f"refused {self.refusals[0]}" if self.refused else ""
        clock = f"clock {self.clock}" if self.clock else ""
        return self.held_reason or self.last_error or refused or clock


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """A device's whole page; no secret in it."""

    id: int
    version: int
    name: str
    building_id: int | None
    building: str
    apartment_id: int | None
    apartment: str
    kind: DeviceKind
    model: str
    mac: str
    firmware: str
    profile: str
    address: str
    auth: str
    tls_pin: str
    status: DeviceStatus
    status_since: datetime | None
    last_seen_at: datetime | None
    last_error: str
    clock_offset_ms: int | None
    log_last_id: int | None
    log_read_at: datetime | None
    event_at: datetime | None
    relays: tuple[RelayRecord, ...]
    sync: DeviceSync
