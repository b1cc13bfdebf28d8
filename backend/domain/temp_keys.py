"""Temporary keys: what one is, and how its uses are counted (guide: Temporary keys; rules 7.1, 7.2)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from backend.domain.doors import LogLine
from backend.domain.enums import Repeat, SyncState
from backend.domain.errors import Invalid
from backend.domain.frozen import Frozen
from backend.domain.outgoing import OutgoingRecord
from backend.domain.temp_key_times import KeyTime, VisitorRules, typed_hours

DIGITS = 8
FIRST_DIGIT = "9"
"""PINs of people never begin with it (edge case 1), so that a key equals none of them."""
MOST_USES = 999
"""Uses per door."""
COUNT_FROM = 21
"""From so many keys on the count has to be typed before they are deleted."""

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

    `hours` says when it holds in words, `schedule` is the line of hours of one that repeats. `total` is the pool: uses
    per door times door phones, None for a key that is not counted; `used` ends there, and `over_used` tells that doors
    let in more, as doors that are offline may (edge case 18). `logs` is None where door logs are closed to the actor
    (edge case 58).
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
    schedule: str
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
    counted: tuple[int, ...] = ()
    """The lines of the door log that told of its uses, by their ids, the first use first."""
    last_used: LogLine | None = None

    @property
    def place(self) -> str:
        """Building and APT, "A 1001"; "administration" for a key of none."""
        return f"{self.building} {self.apartment}" if self.apartment else "administration"

    @property
    def time(self) -> KeyTime:
        """When it holds."""
        if self.repeat is Repeat.NEVER:
            return KeyTime(begins=self.begins_at, ends=self.ends_at)
        return typed_hours(self.schedule, self.begins_at, self.ends_at)

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
