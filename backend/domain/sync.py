"""How a door stands with what it should hold (features SYNC-01, SYNC-02)."""

from __future__ import annotations

from datetime import datetime

from backend.domain.devices import DeviceSync
from backend.domain.enums import DeviceStatus
from backend.domain.frozen import Frozen


class DoorStanding(Frozen):
    """One device: its sync, why a change waits ("" where none does), and which act a stop comes from.

    `operation` is the number by which that act can be taken back, None where it cannot.
    """

    id: int
    device: str
    status: DeviceStatus
    sync: DeviceSync
    waiting: str
    not_before: datetime | None
    cause: str
    operation: int | None
