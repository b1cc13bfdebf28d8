"""Values that the pure parts of sync work on, made short."""

from __future__ import annotations

from datetime import date, datetime

from backend.devices.schedules import RemoteSchedule, ScheduleKind
from backend.devices.users import RemoteUser
from backend.domain.access.results import Compiled, DoorSchedule, DoorUser, Loss
from backend.domain.access.rules import Credential, Device, Group, Holder, Relay, Rules, Window
from backend.domain.enums import CredentialKind, CredentialStatus, Repeat
from backend.store.seal import Sealer
from backend.sync.difference import HeldUser, canonical
from tests.support.clock import START

SEALER = Sealer(b"k" * 32)
DAY = "SP-0000000000aa"
NIGHT = "SP-0000000000bb"
ALWAYS_HERE = (("always", (1,)),)


def user(
    key: str = "SP1-1",
    name: str = "Anna",
    pin: str | None = "2741",
    cards: tuple[str, ...] = (),
    grants: tuple[tuple[str, tuple[int, ...]], ...] = ALWAYS_HERE,
) -> DoorUser:
    """A record as a door should hold it."""
    return DoorUser(key, int(key[2:].partition("-")[0]), name, pin, cards, grants)


def held(wanted: DoorUser, remote_id: str = "7", *, unknown: bool = False) -> HeldUser:
    """The belief that a door holds this record."""
    mac = SEALER.fingerprint(canonical(wanted))
    return HeldUser(wanted.key, remote_id, mac, wanted.holder_id, unknown)


def schedule(key: str = DAY, start: str = "08:00", end: str = "17:59", **values: object) -> DoorSchedule:
    """A daily schedule."""
    return DoorSchedule(key, **{"kind": Repeat.DAILY, "start": start, "end": end, **values})  # type: ignore[arg-type]


def compiled(
    *users: DoorUser,
    schedules: tuple[DoorSchedule, ...] = (),
    next_change_at: datetime | None = None,
    losses: tuple[Loss, ...] = (),
) -> Compiled:
    """What a door should hold."""
    return Compiled(1, users, schedules, next_change_at, losses)


def remote_user(
    user_id: str = "SP1-1",
    name: str = "Anna",
    pin: str | None = "2741",
    cards: tuple[str, ...] = (),
    grants: tuple[tuple[str, tuple[int, ...]], ...] = (("1001", (1,)),),
    remote_id: str = "7",
) -> RemoteUser:
    """A record as a device lists it."""
    return RemoteUser(remote_id, user_id, name, pin, cards, grants, "1", {})


def remote_schedule(
    name: str = DAY,
    start: str = "08:00",
    end: str = "17:59",
    *,
    remote_id: str = "1003",
    kind: ScheduleKind | None = ScheduleKind.DAILY,
    days: tuple[int, ...] = (),
    dates: tuple[date | None, date | None] = (None, None),
) -> RemoteSchedule:
    """A schedule as a device lists it."""
    return RemoteSchedule(remote_id, remote_id, name, kind, days, start, end, *dates, "1", {})


def rules(
    *people: Holder,
    windows: tuple[Window, ...] = (Window(Repeat.DAILY),),
    status: CredentialStatus = CredentialStatus.ACTIVE,
    until: datetime | None = None,
    relays: frozenset[int] = frozenset({11}),
) -> Rules:
    """Device 1 with relay 11 and device 2 with relay 21; group 1 opens `relays`; everybody in it owns a PIN."""
    kinds = frozenset(CredentialKind)
    return Rules(
        zone="Europe/Berlin",
        holders={person.id: person for person in people},
        credentials={
            person.id: (Credential(person.id, person.id, CredentialKind.PIN, "2741", status, None, until),)
            for person in people
        },
        groups={1: Group(1, "Day", windows, relays)},
        relays={
            11: Relay(11, 1, 1, "Gate", kinds),
            21: Relay(21, 2, 1, "Yard", kinds),
        },
        devices={1: Device(1, "Gate", 100), 2: Device(2, "Yard", 100)},
    )


def person(number: int, *, active: bool = True, groups: frozenset[int] = frozenset({1})) -> Holder:
    """A holder in group 1."""
    return Holder(number, f"P{number}", active, groups)


NOW = START
