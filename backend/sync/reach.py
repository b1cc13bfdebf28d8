"""The agent's books about reaching a device: does it answer, since when, what did it say."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from backend.devices.errors import AccessDenied, ApiUnsupported, DeviceError, DeviceRefused, LoginRefused, NotKept
from backend.domain.enums import DeviceStatus
from backend.store import tables as t
from backend.store.work import Work

RESTART_SLACK = timedelta(minutes=2)
"""By how much the start of a device, counted back from its uptime, may seem to move without a restart."""
