"""Doors, what was asked of them and what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.domain.enums import CommandState, CommandVerb, CredentialKind, DeviceStatus, LogAction, LogResponse

WHOLE = 0
"""Instead of the number of a relay: the device with all of them."""


def door_words(device: str, relay: int) -> str:
    """A device, or one relay of it, as people call them: "B Lobby, relay B"."""
    return device if relay == WHOLE else f"{device}, {relay_word(relay)}"


def relay_word(relay: int) -> str:
    """A relay by its number, counted from 1, as devices call it: "relay B"."""
    return f"relay {relay_letter(relay)}"


def relay_letter(relay: int) -> str:
    """The letter of a relay by its number, counted from 1."""
    return chr(ord("A") + relay - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRecord:
    """A door: one relay of a device."""

    id: int
    version: int
    device_id: int
    number: int
    name: str
    dtmf: str
    methods: tuple[CredentialKind, ...]
    hold_seconds: int
    open: bool | None = None
    held_by: tuple[str, ...] = ()
    """The groups whose hours hold it open, each with these: "Office, daily 08:00-18:00"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRecord:
    """A door as the picker shows it: its name, where it is, whether its device answers."""

    relay_id: int
    device_id: int
    name: str
    device: str
    building: str
    status: DeviceStatus
    last_seen_at: datetime | None
    last_opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRecord:
    """A command and its honest result."""

    id: int
    verb: CommandVerb
    state: CommandState
    door: str
    device: str
    text: str
    made_at: datetime
    ended_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether no more is to come."""
        return self.state not in (CommandState.QUEUED, CommandState.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A door log line; names are snapshots."""

    id: int
    happened_at: datetime
    building: str
    device: str
    door: str
    initiated_by: str
    apartment: str
    type: str
    action: LogAction
    key: str
    response: LogResponse
    reason: str
    holder_id: int | None = None
    device_id: int | None = None
    relay_id: int | None = None
