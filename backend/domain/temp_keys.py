"""Temporary keys: what one is, when it holds, how its uses are counted (guide: Temporary keys; rules 7.1, 7.2)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from pydantic import Field

from backend.domain.access.rules import ALL_DAY_END, Window
from backend.domain.access.windows import ALL_DAYS
from backend.domain.enums import Repeat, SyncState
from backend.domain.errors import Invalid
from backend.domain.outgoing import OutgoingRecord
from backend.domain.records import Frozen, LogLine

DIGITS = 8
FIRST_DIGIT = "9"
"""PINs of people never begin with it (edge case 1), so that a key equals none of them."""
MOST_USES = 999
"""Uses per door."""
COUNT_FROM = 21
"""From so many keys on the count has to be typed before they are deleted."""

CLOCKS_APART = timedelta(minutes=1)
"""How far the clock of a door may be off: a use this far outside the key's time counts, as the door let it in."""
ONE_ENTRY = timedelta(seconds=1)
"""Two relays of one phone that open within this are one entry."""

_READERS = ("S539", "S535", "X916", "X915", "X912", "R29", "E18", "E16", "A05", "A08")


class KeyState(StrEnum):
    """Where a key is in its life; a key that is used up stays so, whatever its end (edge case 17)."""

    NOT_STARTED = "not_started"
    VALID = "valid"
    USED_UP = "used_up"
    EXPIRED = "expired"


LIVING = (KeyState.NOT_STARTED, KeyState.VALID)
"""States in which a key opens doors, or is going to."""


class KeyTime(Frozen):
    """When a key holds: one span (Never), or hours of every day (Daily) or of weekdays (Weekly).

    `begins` and `ends` are UTC, `ends` exclusive; Daily and Weekly may be without either. `start` and `end` are wall
    time of the community, `days` 0 Monday to 6 Sunday; an end before the start is on the next day, which belongs to the
    day of the start (edge case 20).
    """

    repeat: Repeat = Repeat.NEVER
    begins: datetime | None = None
    ends: datetime | None = None
    days: frozenset[int] = frozenset()
    start: time | None = None
    end: time | None = None

    def window(self) -> Window:
        """The hours as the rules know them; the dates of Daily and Weekly stand with the credential."""
        if self.repeat is Repeat.NEVER:
            return Window(Repeat.NEVER, begins=self.begins, ends=self.ends)
        days = self.days if self.repeat is Repeat.WEEKLY else frozenset()
        return Window(self.repeat, self.start or time(0), self.end or ALL_DAY_END, days)

    @property
    def valid_from(self) -> datetime | None:
        """The first instant of the credential itself."""
        return None if self.repeat is Repeat.NEVER else self.begins

    @property
    def valid_to(self) -> datetime | None:
        """The end of the credential itself."""
        return None if self.repeat is Repeat.NEVER else self.ends


def time_of(window: Window, valid_from: datetime | None, valid_to: datetime | None) -> KeyTime:
    """The time of a key from its window and the dates of its credential."""
    if window.repeat is Repeat.NEVER:
        return KeyTime(begins=window.begins, ends=window.ends)
    return KeyTime(
        repeat=window.repeat,
        begins=valid_from,
        ends=valid_to,
        days=window.days,
        start=window.start,
        end=window.end,
    )


def time_of_windows(windows: Iterable[Window], begins: datetime | None, ends: datetime | None) -> KeyTime:
    """The time of a key from typed hours, with the dates between which they hold; raises Invalid (schedule).

    A key has one window; hours of all seven days are Daily.
    """
    found = tuple(windows)
    if len(found) != 1 or found[0].repeat is Repeat.NEVER:
        raise Invalid({"schedule": "A key has one stretch of hours, as in mo-fr 8-18 or daily 22-6."})
    window = found[0]
    days = frozenset() if window.days == ALL_DAYS else window.days
    return KeyTime(
        repeat=Repeat.WEEKLY if days else Repeat.DAILY,
        begins=begins,
        ends=ends,
        days=days,
        start=window.start,
        end=window.end,
    )


class TempKeyDraft(Frozen):
    """A key as typed. `time` None takes the usual span, `relay_ids` None the doors of `TempKeyDefaults`.

    Without an apartment it is one of the administration. `each_count` is the uses per door phone of a Never key, once
    where None; Daily and Weekly keys are not counted and drop it (edge case 19). `run` and `serial` are ID access.
    """

    name: str
    apartment_id: int | None = None
    id_number: str = Field(default="", repr=False)
    email: str = ""
    time: KeyTime | None = None
    each_count: int | None = None
    relay_ids: tuple[int, ...] | None = None
    run: str = Field(default="", repr=False)
    serial: str = Field(default="", repr=False)


class VisitorRules(Frozen):
    """The visitor setting of a site (feature SET-04): the usual span of a key and what a key needs.

    `longest` None leaves the span of a key free.
    """

    span: timedelta
    longest: timedelta | None
    need_id_number: bool
    need_email: bool
    repeats: bool


class TempKeyDefaults(Frozen):
    """What the form of a new key can know; `sources` says of fields where their default comes from."""

    ends: datetime
    relay_ids: tuple[int, ...]
    rules: VisitorRules
    id_access: bool
    sources: Mapping[str, str] = {}


class KeyDoor(Frozen):
    """A door phone of a key: its doors, whether it reads the QR code, how it stands, when it was read back.

    `state` is None where a key that is over is proved to be gone.
    """

    device_id: int
    device: str
    doors: str
    model: str
    reads_qr: bool
    state: SyncState | None
    detail: str = ""
    read_at: datetime | None = None


class TempKeyRecord(Frozen):
    """A key's page. `digits` is the key whole where the actor may see codes, else "".

    `total` is the pool: uses per door times door phones, None for a key that is not counted; `used` ends there, and
    `over_used` tells that doors let in more, as doors that are offline may (edge case 18). `logs` is None where door
    logs are closed to the actor (edge case 58).
    """

    id: int
    version: int
    name: str
    state: KeyState
    building: str
    apartment: str
    apartment_id: int | None
    family: str
    id_number: str = Field(repr=False)
    email: str
    repeat: Repeat
    begins_at: datetime | None
    ends_at: datetime | None
    hours: str
    time: KeyTime
    each_count: int | None
    phones: int
    used: int
    total: int | None
    over_used: bool
    digits: str = Field(repr=False)
    masked: str
    run: str
    made_at: datetime
    made_by: str
    doors: tuple[KeyDoor, ...] = ()
    mails: tuple[OutgoingRecord, ...] = ()
    logs: tuple[LogLine, ...] | None = ()
    last_used: LogLine | None = None

    @property
    def place(self) -> str:
        """Building and APT, "A 1001"; "administration" for a key of none."""
        return f"{self.building} {self.apartment}" if self.apartment else "administration"

    @property
    def editable(self) -> bool:
        """Whether its time can be changed: not once it is over or used up (edge case 17)."""
        return self.state in LIVING


class KeyDeletion(Frozen):
    """What deleting keys takes away: their names, how many still hold, the doors that lose something."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    living: int
    doors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """The uses of a key: `total` None where they are not counted, `counted` whatever doors let in."""

    total: int | None
    counted: int

    @property
    def used(self) -> int:
        """Uses as they are shown: never more than there are (edge case 18)."""
        return self.counted if self.total is None else min(self.counted, self.total)

    @property
    def over_used(self) -> bool:
        """Whether doors let in more often than they should have."""
        return self.total is not None and self.counted > self.total

    @property
    def empty(self) -> bool:
        """Whether nothing is left; a key that has lost all its doors is not used up."""
        return self.total is not None and 0 < self.total <= self.counted


def pool_of(each_count: int | None, phones: int, counted: int) -> Pool:
    """The pool of a key: uses per door phone times door phones, not relays (edge case 16)."""
    return Pool(None if each_count is None else each_count * phones, counted)


def state_of(time: KeyTime, pool: Pool, now: datetime) -> KeyState:
    """Where a key is in its life at `now`."""
    if pool.empty:
        return KeyState.USED_UP
    if time.ends is not None and time.ends <= now:
        return KeyState.EXPIRED
    return KeyState.NOT_STARTED if time.begins is not None and time.begins > now else KeyState.VALID


def counts(time: KeyTime, happened_at: datetime) -> bool:
    """Whether a door that opened at `happened_at` by its own clock used a Never key: not outside its time."""
    began = time.begins is None or happened_at >= time.begins - CLOCKS_APART
    return began and (time.ends is None or happened_at < time.ends + CLOCKS_APART)


def usual_time(rules: VisitorRules, now: datetime) -> KeyTime:
    """The span of a key for which none was typed, from now on."""
    begins = now.replace(second=0, microsecond=0)
    return KeyTime(begins=begins, ends=begins + rules.span)


def check_time(time: KeyTime, rules: VisitorRules, now: datetime) -> KeyTime:
    """The time as it is kept; raises Invalid (ends_at, begins_at, schedule, repeat).

    A Never key without a beginning begins now. An end equal to the start is no hours at all (edge case 28).
    """
    bad: dict[str, str] = {}
    begins = time.begins
    if time.repeat is Repeat.NEVER:
        begins = begins or now.replace(second=0, microsecond=0)
        if time.ends is None:
            bad["ends_at"] = "Say until when it holds, as in 22, 2h or fr 18."
    else:
        bad |= _wrong_hours(time, rules)
    if time.ends is not None:
        if time.ends <= now:
            bad["ends_at"] = "This is over. Give an end that is to come."
        elif begins is not None and time.ends <= begins:
            bad["ends_at"] = "It would end before it begins."
    if "ends_at" not in bad and (sentence := _too_long(begins or now, time.ends, rules)):
        bad["ends_at"] = sentence
    if bad:
        raise Invalid(bad)
    kept = {"begins": begins}
    if time.repeat is not Repeat.WEEKLY:
        kept |= {"days": frozenset()}  # type: ignore[dict-item]
    return time.model_copy(update=kept)


def _wrong_hours(time: KeyTime, rules: VisitorRules) -> dict[str, str]:
    if not rules.repeats:
        return {"repeat": "Keys that repeat are switched off in Settings, Visitors."}
    if time.start is None or time.end is None:
        return {"schedule": "Give its hours, as in 8-18 or mo-fr 8-18."}
    if time.start == time.end:
        return {"schedule": "The end is the start. For a whole day write 0-24."}
    if time.repeat is Repeat.WEEKLY and not time.days:
        return {"schedule": "Weekly hours need a weekday, as in mo-fr 8-18."}
    return {}


def _too_long(begins: datetime, ends: datetime | None, rules: VisitorRules) -> str:
    if rules.longest is None:
        return ""
    days = rules.longest // timedelta(days=1)
    most = f"{days} days" if days > 1 else "1 day"
    if ends is None:
        return f"Keys hold {most} at most: give an end."
    return f"Keys hold {most} at most." if ends - begins > rules.longest else ""


def check_count(time: KeyTime, each_count: int | None) -> int | None:
    """Uses per door phone: once where none is typed, None for a key that repeats (edge case 19).

    Raises Invalid (each_count).
    """
    if time.repeat is not Repeat.NEVER:
        return None
    if each_count is None:
        return 1
    if not 1 <= each_count <= MOST_USES:
        raise Invalid({"each_count": f"A whole number from 1 to {MOST_USES}."})
    return each_count


def random_digits(rng: random.Random) -> str:
    """The digits of a key, drawn anew at each call; a secret."""
    return FIRST_DIGIT + f"{rng.randrange(10 ** (DIGITS - 1)):0{DIGITS - 1}}"


def is_key(text: str) -> bool:
    """Whether these are digits that a key can have."""
    return len(text) == DIGITS and text.isascii() and text.isdigit() and text[0] == FIRST_DIGIT


def reads_qr(model: str) -> bool:
    """Whether a model reads the QR code of a key; others take its digits only (edge case 22)."""
    return model.strip().upper().startswith(_READERS)
