"""Small communities for the tests of the access rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from backend.domain.access.rules import Credential, Device, Group, Holder, Relay, Rules, Window
from backend.domain.access.who import who
from backend.domain.enums import CredentialKind, CredentialStatus, Repeat

PIN, CARD = CredentialKind.PIN, CredentialKind.CARD
BOTH = frozenset({PIN, CARD})
BERLIN = "Europe/Berlin"
DAILY_ALL = Window(Repeat.DAILY)

MO, TU, WE, TH, FR, SA, SU = range(7)


def utc(text: str) -> datetime:
    """An instant written in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: str = BERLIN, fold: int = 0) -> datetime:
    """An instant written in wall time, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def clock(text: str) -> time:
    return time.fromisoformat(text)


def daily(hours: str) -> Window:
    start, end = hours.split("-")
    return Window(Repeat.DAILY, clock(start), clock(end))


def weekly(days: Iterable[int], hours: str) -> Window:
    start, end = hours.split("-")
    return Window(Repeat.WEEKLY, clock(start), clock(end), frozenset(days))


def span(begins: datetime | None, ends: datetime | None) -> Window:
    return Window(Repeat.NEVER, begins=begins, ends=ends)


def pin(
    number: int,
    holder: int = 1,
    *,
    value: str = "",
    status: CredentialStatus = CredentialStatus.ACTIVE,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Credential:
    return Credential(number, holder, PIN, value or f"{number:04}", status, since, until)


def card(
    number: int,
    holder: int = 1,
    *,
    value: str = "",
    status: CredentialStatus = CredentialStatus.ACTIVE,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Credential:
    return Credential(number, holder, CARD, value or f"CA{number:06X}", status, since, until)


def community(
    *,
    groups: Iterable[Group],
    holders: Iterable[Holder],
    credentials: Iterable[Credential],
    relays: Iterable[Relay] | None = None,
    devices: Iterable[Device] | None = None,
    zone: str = BERLIN,
    only_public_area: bool = False,
) -> Rules:
    """Put records together; without devices and relays there is one door "Gym" with "Relay 1"."""
    owned: dict[int, list[Credential]] = {}
    for credential in sorted(credentials, key=lambda one: one.id):
        owned.setdefault(credential.holder_id, []).append(credential)
    return Rules(
        zone=zone,
        holders={holder.id: holder for holder in holders},
        credentials={holder_id: tuple(many) for holder_id, many in owned.items()},
        groups={group.id: group for group in groups},
        relays={relay.id: relay for relay in relays or [gym_relay()]},
        devices={device.id: device for device in devices or [gym()]},
        only_public_area=only_public_area,
    )


def gym(*, users: int = 1000, schedules: int = 100, cards: int = 4) -> Device:
    return Device(1, "Gym", users, schedules, cards)


def gym_relay(
    methods: frozenset[CredentialKind] = BOTH, number: int = 1, relay_id: int = 1, device_id: int = 1
) -> Relay:
    return Relay(relay_id, device_id, number, f"Relay {number}", methods)


def anna(
    *windows: Window,
    credentials: Iterable[Credential] = (),
    zone: str = BERLIN,
    active: bool = True,
    relay: Relay | None = None,
    device: Device | None = None,
) -> Rules:
    """Anna Kowalska (holder 1) is in "Gym Day" (group 1), which opens the gym at `windows`."""
    return community(
        groups=[Group(1, "Gym Day", windows, frozenset({1}))],
        holders=[Holder(1, "Anna Kowalska", active, frozenset({1}))],
        credentials=list(credentials) or [pin(1)],
        relays=[relay or gym_relay()],
        devices=[device or gym()],
        zone=zone,
    )


def admitted(rules: Rules, relay_id: int, at: datetime) -> list[int]:
    """The ids of all who may open the relay."""
    return sorted(who(rules, relay_id, at))
