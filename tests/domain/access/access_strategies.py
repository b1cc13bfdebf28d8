"""Random small communities around midnights, leap days and the nights on which clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from access_oracle import clock_changes
from access_world import BOTH, CARD, PIN, community
from hypothesis import strategies as st

from backend.domain.access.rules import Credential, Device, Group, Holder, Relay, Rules, Window
from backend.domain.enums import CredentialKind, CredentialStatus, Repeat

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "UTC",
)
YEARS = (2024, 2026, 2027)


@lru_cache
def moments(zone: str) -> list[datetime]:
    """Clock changes of the zone, a leap day, a new year and a plain day."""
    changes = [change for year in YEARS for change in clock_changes(zone, year)]
    plain = [datetime(2024, 2, 29, 12), datetime(2026, 12, 31, 23), datetime(2026, 6, 10, 9, 30)]
    return changes + [moment.replace(tzinfo=UTC) for moment in plain]


def around(base: datetime, *, whole: bool) -> st.SearchStrategy[datetime]:
    """Instants within three days of `base`; `whole`: on a full minute."""
    near = st.one_of(st.integers(-180, 180), st.integers(-4320, 4320)).map(lambda m: timedelta(minutes=m))
    inside = st.just(0) if whole else st.sampled_from([0, 0, 1, 30, 59])
    return st.builds(lambda d, s: base + d + timedelta(seconds=s), near, inside)


def rarely(strategy: st.SearchStrategy[datetime]) -> st.SearchStrategy[datetime | None]:
    return st.one_of(st.none(), st.none(), st.none(), strategy)


CLOCKS = st.one_of(
    st.sampled_from(["00:00", "01:30", "02:00", "02:15", "02:30", "03:00", "08:00", "22:00", "23:30", "23:59"]).map(
        time.fromisoformat
    ),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)


@st.composite
def spans(draw: st.DrawFn, base: datetime, *, whole: bool) -> Window:
    begins = draw(st.one_of(st.none(), around(base, whole=whole), around(base, whole=whole)))
    ends = draw(st.one_of(st.none(), around(base, whole=whole)))
    if begins is not None and draw(st.integers(0, 3)):
        ends = begins + timedelta(minutes=draw(st.one_of(st.integers(1, 240), st.integers(1, 4320))))
    return Window(Repeat.NEVER, begins=begins, ends=ends)


@st.composite
def holidays(draw: st.DrawFn, base: datetime) -> tuple[tuple[date, date], ...]:
    """One or two spans of days around `base`; they may touch or overlap."""
    firsts = [base.date() + timedelta(days=draw(st.integers(-3, 3))) for _ in range(draw(st.integers(1, 2)))]
    return tuple(sorted((first, first + timedelta(days=draw(st.integers(0, 2)))) for first in firsts))


@st.composite
def windows(draw: st.DrawFn, base: datetime, *, whole: bool = True) -> Window:
    repeat = draw(st.sampled_from([Repeat.DAILY, Repeat.WEEKLY, Repeat.WEEKLY, Repeat.NEVER, Repeat.NEVER]))
    if repeat is Repeat.NEVER:
        return draw(spans(base, whole=whole))
    closed = draw(st.one_of(st.just(()), st.just(()), holidays(base)))
    if draw(st.integers(0, 7)) == 0:
        return Window(Repeat.DAILY, closed=closed)
    if repeat is Repeat.DAILY:
        return Window(repeat, draw(CLOCKS), draw(CLOCKS), closed=closed)
    days = draw(
        st.sampled_from([frozenset({5, 6}), frozenset(range(5)), frozenset({6}), frozenset(range(7)), frozenset()])
    )
    return Window(repeat, draw(CLOCKS), draw(CLOCKS), days, closed=closed)


KINDS = [PIN, CARD, CARD, CARD, PIN, CredentialKind.FACE]
METHODS = [BOTH, BOTH, BOTH | {CredentialKind.FACE}, BOTH | {CredentialKind.FACE}, {PIN}, {CARD}]
METHODS += [{CredentialKind.FACE}, set()]


@st.composite
def credentials(draw: st.DrawFn, number: int, holder: int, base: datetime, *, whole: bool) -> Credential:
    status = draw(st.sampled_from([CredentialStatus.ACTIVE] * 15 + list(CredentialStatus)))
    since, until = draw(rarely(around(base, whole=whole))), draw(rarely(around(base, whole=whole)))
    return Credential(number, holder, draw(st.sampled_from(KINDS)), f"{number:06}", status, since, until)


@st.composite
def communities(draw: st.DrawFn, zone: str, base: datetime, *, whole: bool = True) -> Rules:
    """One or two doors, some with little room, up to four groups and five people."""
    devices = [
        Device(
            i,
            f"Door {i}",
            draw(st.sampled_from([50, 50, 50, 2])),
            draw(st.sampled_from([100, 100, 100, 100, 4, 1, 0])),
            draw(st.integers(1, 3)),
            draw(st.sampled_from([True, True, False])),
            faces=draw(st.booleans()),
            hold_open=draw(st.booleans()),
        )
        for i in range(1, draw(st.integers(1, 2)) + 1)
    ]
    relays = [
        Relay(10 * device.id + number, device.id, number, f"Relay {number}", frozenset(draw(st.sampled_from(METHODS))))
        for device in devices
        for number in range(1, draw(st.integers(1, 2)) + 1)
    ]
    opened = st.frozensets(st.sampled_from([relay.id for relay in relays]), min_size=1)
    several = st.lists(windows(base, whole=whole), min_size=draw(st.sampled_from([0, 1, 1, 1])), max_size=3)
    groups = [Group(i, f"Group {i}", tuple(draw(several)), draw(opened)) for i in range(1, draw(st.integers(1, 4)) + 1)]
    holding = st.frozensets(st.sampled_from([*[group.id for group in groups], 99]), max_size=2)
    relays = [replace(relay, held_by=draw(st.one_of(st.just(frozenset()), holding))) for relay in relays]
    members = st.frozensets(st.sampled_from([*[group.id for group in groups], 99]), min_size=1)
    holders = [
        Holder(i, f"Person {i}", draw(st.integers(0, 9)) > 0, draw(members), draw(st.integers(0, 3)) > 0)
        for i in range(1, draw(st.integers(1, 5)) + 1)
    ]
    owned = [
        draw(credentials(10 * holder.id + i, holder.id, base, whole=whole))
        for holder in holders
        for i in range(draw(st.integers(1, 5)) - draw(st.sampled_from([0, 0, 0, 1])))
    ]
    bound = draw(st.sampled_from([False, False, True]))
    return community(
        groups=groups,
        holders=holders,
        credentials=owned,
        relays=relays,
        devices=devices,
        zone=zone,
        only_public_area=bound,
    )


@st.composite
def cases(draw: st.DrawFn, *, whole: bool) -> tuple[Rules, datetime]:
    """A community and an instant, all of it around the same moment."""
    zone = draw(st.sampled_from(ZONES))
    base = draw(st.sampled_from(moments(zone)))
    return draw(communities(zone, base, whole=whole)), draw(around(base, whole=whole))


@st.composite
def window_cases(draw: st.DrawFn) -> tuple[str, Window, datetime]:
    """A zone, a window and an instant."""
    zone = draw(st.sampled_from(ZONES))
    base = draw(st.sampled_from(moments(zone)))
    return zone, draw(windows(base, whole=False)), draw(around(base, whole=False))
