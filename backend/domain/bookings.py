"""Reservations: slots, seats, and how far one is (rules 6; feature BOOK-02)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import Field

from backend.domain.amenities import Slot
from backend.domain.enums import OutgoingState
from backend.domain.errors import Invalid
from backend.domain.formats import zone_info
from backend.domain.frozen import Frozen
from backend.domain.timewords import parse_moment
from backend.domain.walltime import instant_of, local_time

NO_END = "Write when it ends, as in 19:30, or how long, as in 90m."

_END_OF_DAY = re.compile(r"24(?::?00)?")


class BookingStatus(StrEnum):
    """How far a reservation is (rules 6); of times, cancelling and counted uses, never stored."""

    UPCOMING = "upcoming"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    """Over without a use of its key so far: a door that tells late makes it Completed."""
    CANCELLED = "cancelled"


LIVE = (BookingStatus.UPCOMING, BookingStatus.IN_PROGRESS)
"""States in which a reservation takes its seat and its key holds, or is going to."""


class BookingDraft(Frozen):
    """A reservation to be made; instants, whole minutes are kept."""

    amenity_id: int
    resident_id: int
    starts_at: datetime
    ends_at: datetime

    @property
    def slot(self) -> Slot:
        """The stretch of time."""
        return whole_minutes(Slot(self.starts_at, self.ends_at))


class BookingRecord(Frozen):
    """A reservation's whole page. `digits` is its key whole while it holds, for whoever may see codes, else ""."""

    id: int
    version: int
    amenity_id: int
    amenity: str
    resident_id: int
    resident: str
    apartment: str
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus
    cancelled_at: datetime | None
    masked: str
    digits: str = Field(repr=False)
    uses: int
    """How often the key has opened a door."""
    most_uses: int | None
    """How often it may; None without a limit."""
    doors: tuple[str, ...]
    email: str
    mail: OutgoingState | None
    """How it stands with the mail that took the key to the resident; None where none was written."""
    mail_answer: str

    @property
    def slot(self) -> Slot:
        """The stretch of time."""
        return Slot(self.starts_at, self.ends_at)

    @property
    def live(self) -> bool:
        """Whether it is neither over nor cancelled."""
        return self.status in LIVE


class Taken(Frozen):
    """A slot of an amenity that is taken, for its strip of a day."""

    id: int
    resident: str
    starts_at: datetime
    ends_at: datetime


class Day(Frozen):
    """A day at an amenity: when it is open, as minutes of the day, and which slots are taken."""

    day: date
    open: tuple[tuple[int, int], ...]
    capacity: int
    taken: tuple[Taken, ...]


def peak(taken: Iterable[Slot], wanted: Slot) -> int:
    """How many of these slots share one instant of `wanted` at most; where one ends another may begin."""
    meeting = [slot for slot in taken if slot.meets(wanted)]
    edges = sorted([(slot.start, 1) for slot in meeting] + [(slot.end, -1) for slot in meeting])
    now = most = 0
    for _, step in edges:
        now += step
        most = max(most, now)
    return most


def joined(wanted: Slot, others: Sequence[Slot]) -> Slot:
    """`wanted` with the slots that touch it, one stretch (rules 6: adjacent slots merge into one)."""
    beside = [wanted, *(slot for slot in others if slot.touches(wanted))]
    return Slot(min(slot.start for slot in beside), max(slot.end for slot in beside))


def whole_minutes(slot: Slot) -> Slot:
    """The slot without seconds."""
    return Slot(*(edge.replace(second=0, microsecond=0) for edge in slot))


def parse_slot(day: str, start: str, end: str, now: datetime, zone: str) -> Slot:
    """The slot of a day, a start and an end as typed: "fr", "18", "19:30" or "90m"; without a day the next such time.

    The end is on the day of the start, 24 its midnight. Raises Invalid (start, end); a wall time that the clocks skip
    is refused, of one that comes twice the first is meant (edge case 25).
    """
    bad: dict[str, str] = {}
    begins = None
    if not start.strip():
        bad["start"] = "Write when it starts, as in 18 or 18:30."
    else:
        try:
            begins = parse_moment(f"{day} {start}", now - timedelta(minutes=1), zone)
        except Invalid as error:
            bad["start"] = str(error)
    if not end.strip():
        bad["end"] = NO_END
    if begins is None or bad:
        raise Invalid(bad)
    return whole_minutes(Slot(begins, parse_end(end, begins, zone)))


def parse_end(text: str, begins: datetime, zone: str) -> datetime:
    """The end as typed of a slot with this start; raises Invalid (end)."""
    text = text.strip()
    if not text:
        raise Invalid({"end": NO_END})
    place = zone_info(zone)
    today = local_time(begins, place).date()
    if _END_OF_DAY.fullmatch(text):
        return instant_of(today + timedelta(days=1), place)
    alone = text.replace(":", "").isdigit()
    try:
        return parse_moment(f"{today} {text}" if alone else text, begins, zone)
    except Invalid as error:
        told = "It ends before it starts." if alone and "is over" in str(error) else str(error)
        raise Invalid({"end": told}) from None
