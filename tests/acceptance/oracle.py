"""Who may enter where and when, kept apart from the product: plain values and a second reading of the rules.

Nothing here imports the product's rules of access. Wall time is asked of the zone day by day, in whole minutes.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Window = dict[str, object]
"""`repeat` "daily", "weekly" or "never", with `start`, `end` as "HH:MM", `days`, or with `begins`, `ends`."""


@dataclass
class Person:
    """Somebody with codes; `until` and `since` bound the PIN."""

    name: str
    apartment: str
    pin: str = ""
    cards: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    suspended: bool = False
    master: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass
class Oracle:
    """The whole community as one who wrote it on paper would have it."""

    zone: str
    doors: dict[str, frozenset[tuple[str, int]]] = field(default_factory=dict)
    """Group -> device and number of each relay that it opens."""
    windows: dict[str, list[Window]] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    holidays: list[tuple[date, date]] = field(default_factory=list)
    keeping: set[str] = field(default_factory=set)
    """The groups whose daily and weekly hours do not hold on holidays."""
    pins: set[str] = field(default_factory=set)
    cards: set[str] = field(default_factory=set)

    def put(self, person_id: int, person: Person | None) -> None:
        """Make a person so, or not there."""
        if person is None:
            self.people.pop(person_id, None)
            return
        self.people[person_id] = person
        self.pins |= {person.pin} - {""}
        self.cards |= person.cards

    def copy_of(self, person_id: int) -> Person | None:
        """A person as they are now, to be put back later."""
        return copy.deepcopy(self.people.get(person_id))

    def by_pin(self, pin: str, device: str, at: datetime) -> set[int]:
        """The relays of a device that a PIN opens at an instant."""
        return self._opened(
            [
                person
                for person in self.people.values()
                if person.pin == pin
                and not (person.since and at < person.since)
                and not (person.until and at >= person.until)
            ],
            device,
            at,
        )

    def by_card(self, card: str, device: str, at: datetime) -> set[int]:
        """The relays of a device that a card opens at an instant."""
        return self._opened([person for person in self.people.values() if card in person.cards], device, at)

    def _opened(self, holders: list[Person], device: str, at: datetime) -> set[int]:
        return {
            number
            for person in holders
            if not person.suspended
            for group in person.groups
            if any(self._is_open(window, at, group) for window in self.windows[group])
            for where, number in self.doors[group]
            if where == device
        }

    def _is_open(self, window: Window, at: datetime, group: str) -> bool:
        if window["repeat"] == "never":
            begins, ends = window["begins"], window["ends"]
            assert isinstance(begins, datetime)
            assert isinstance(ends, datetime)
            return begins <= at < ends
        shown = at.astimezone(ZoneInfo(self.zone))
        if group in self.keeping and any(first <= shown.date() <= last for first, last in self.holidays):
            return False
        minute = shown.hour * 60 + shown.minute
        return any(
            first <= minute + late * 1440 < last and self._begins_on(window, (shown - timedelta(days=late)).weekday())
            for late in (0, 1)
            for first, last in [_minutes(window)]
        )

    @staticmethod
    def _begins_on(window: Window, weekday: int) -> bool:
        return window["repeat"] == "daily" or str(weekday) in str(window["days"])


def _minutes(window: Window) -> tuple[int, int]:
    """First minute, and the first minute after, which may lie on the next day; 23:59 is the end of the day."""
    first, last = (int(str(window[name])[:2]) * 60 + int(str(window[name])[3:]) for name in ("start", "end"))
    if window["end"] == "23:59":
        return first, 1440
    return first, last if last > first else last + 1440


def utc(text: str) -> datetime:
    """An instant in UTC, "2026-03-29 00:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
