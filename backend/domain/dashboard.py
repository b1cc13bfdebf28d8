"""The live figures of the top bar and everything that the dashboard draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecord:
    """Whether the agent of the site lives: `alive`, seconds since its last sign, where it runs."""

    alive: bool
    age_seconds: float | None
    pid: int | None
    host: str
    base_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The live figures of the top bar."""

    community: str
    doors_online: int
    doors: int
    pending: int
    red: int
    held: int
    refused: int
    clock: int
    drift: int
    agent: AgentRecord
    texts_failed: int = 0
    """Texts of the Outbox that did not arrive, or may not have."""
    texts_waiting: int = 0
    """Texts that wait for a server or a hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorGlance:
    """A door on the dashboard: worst word first."""

    relay_id: int
    name: str
    vocabulary: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """Everything the dashboard draws but its live events."""

    buildings: int
    apartments: int
    masters: int
    members: int
    active: int
    inactive: int
    expired: int
    expiring: int
    devices: int
    devices_online: int
    doors: tuple[DoorGlance, ...]
    days: tuple[tuple[str, int], ...]
    methods: tuple[tuple[str, int], ...]
    read_at: datetime | None
