"""The rules of one community at one instant, as plain values: the only input of the access functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from backend.domain.enums import CredentialKind, CredentialStatus, Repeat

ALL_DAY_END = time(23, 59)
"""An end of 23:59 includes its last minute (edge case 28): the window runs to midnight."""


@dataclass(frozen=True, slots=True)
class Window:
    """When a group gives its rights: wall time in the community's zone for daily and weekly, a UTC span for never.

    `start` is inclusive and `end` exclusive to the minute, but for 23:59. An end at or before the start runs over
    midnight and belongs to the day it starts on (edge case 20). `days` are 0 Monday to 6 Sunday, weekly only. A span
    is from `begins`, inclusive, to `ends`, exclusive; None leaves that side open.

    `closed` are spans of days, both inclusive, on which daily and weekly hours do not hold: the holidays of a group
    that keeps them. They count by the calendar, from midnight to midnight, also for hours that began the day before.
    """

    repeat: Repeat
    start: time = time(0, 0)
    end: time = ALL_DAY_END
    days: frozenset[int] = frozenset()
    begins: datetime | None = None
    ends: datetime | None = None
    closed: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """An access group, or the own rights of one holder, whose id is the holder's negated."""

    id: int
    name: str
    windows: tuple[Window, ...]
    relays: frozenset[int]


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay of a device with the access methods that it accepts (edge case 48).

    `held_by` are the groups whose hours keep it open: the Relay Schedule (rules 13.1), none while that is off.
    """

    id: int
    device_id: int
    number: int
    name: str
    methods: frozenset[CredentialKind]
    held_by: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Credential:
    """What a holder shows to a door; `valid_from` inclusive, `valid_to` exclusive, both UTC."""

    id: int
    holder_id: int
    kind: CredentialKind
    value: str = field(repr=False)
    status: CredentialStatus = CredentialStatus.ACTIVE
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A person or key that can own credentials; `groups` are the ids it belongs to.

    `resident` tells that Only Public Area binds them (rules 1.2); staff, delivery and keys go where their groups go.
    `floors` are what they may reach in a lift, as `backend.domain.floors` writes them.
    """

    id: int
    name: str
    active: bool
    groups: frozenset[int]
    resident: bool = True
    floors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """What compile must know of a device: its limits in users, schedules and cards a user record can take.

    `public` is off for a device of an apartment. `faces`, `floors` and `hold_open` tell what it takes beside PINs and
    cards: photos of faces, a floor for the lift, and hours that keep a relay open.
    """

    id: int
    name: str
    max_users: int
    max_schedules: int = 100
    max_cards_per_user: int = 4
    public: bool = True
    faces: bool = False
    floors: bool = False
    hold_open: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that decides who may open what; `zone` is the community's IANA time zone.

    With `only_public_area` residents open the relays of public devices only, whatever their groups say (rules 1.2).
    """

    zone: str
    holders: Mapping[int, Holder]
    credentials: Mapping[int, tuple[Credential, ...]]
    """By holder id, ordered by credential id."""
    groups: Mapping[int, Group]
    relays: Mapping[int, Relay]
    devices: Mapping[int, Device]
    only_public_area: bool = False
