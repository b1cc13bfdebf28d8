"""Devices as an installer adds them and as their page shows them (rules 13.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.domain.doors import RelayRecord
from backend.domain.enums import DeviceKind, DeviceStatus, SyncState


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
    """How many people's records, as they should be now, it did not take."""


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
