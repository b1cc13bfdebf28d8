"""What is answered to why, who and can (features SYNC-05, SYNC-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.domain.access.remedies import Remedy
from backend.domain.enums import CredentialKind, HolderKind

NOT_YET = "not written yet"
NOT_SURE = "not sure: the door did not confirm the last write"
NOT_KNOWN = "not known: the door was never read"
"""Marks: how rules and door differ; what a door holds without a right is said with what it is."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A change that would let somebody in, in words: what is done and what it comes to; `others` are named in full."""

    title: str
    effect: str
    others: tuple[str, ...]
    remedy: Remedy


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of `why`: verdict, sentence, checks and the age of what it rests on.

    `day` are the minutes of that day at which a group opens the door, ends exclusive, and `minute` the one asked about.
    `offers` are judged by the rules of today at `offered_at`: then, or where that is over the next time that weekday
    and hour come. `by_today` tells that the rules of today would open it then.
    """

    allowed: bool
    sentence: str
    checks: tuple[tuple[str, str, bool], ...]
    door: str
    person: str
    at: datetime
    held: str = ""
    read_at: datetime | None = None
    opens_next: datetime | None = None
    holder_id: int | None = None
    relay_id: int | None = None
    day: tuple[tuple[int, int], ...] = ()
    minute: int | None = None
    offers: tuple[Offer, ...] = ()
    offered_at: datetime | None = None
    by_today: bool = False
    kind: HolderKind | None = None
    shown: str = ""
    """Of a line of the log: what was shown to the door, "card ··7F"."""
    opened: bool | None = None
    """Of a line of the log: whether the door opened, whatever the rules say."""


@dataclass(frozen=True, slots=True)
class Opener:
    """Somebody who may open a door, or whom the door holds without a right.

    `group` gives the right, "" for none; `kinds` work there, or are what the door holds. `mark` says in words where
    rules and door differ, "" where they agree or nobody knows.
    """

    holder_id: int
    name: str
    kind: HolderKind
    place: str
    group: str
    kinds: tuple[CredentialKind, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class WhoAnswer:
    """The answer of `who`: everybody at a door at an instant, and the age of what it rests on.

    `read_at` is when the door was last read back, None for never; `strangers` are users on it now that are not ours.
    """

    relay_id: int
    door: str
    device: str
    at: datetime
    past: bool
    openers: tuple[Opener, ...]
    read_at: datetime | None
    known: bool
    strangers: int


@dataclass(frozen=True, slots=True)
class DoorReach:
    """A door that a person may open, will, or is held at; as `Opener` from the other side.

    `opens_next` is the next opening of one that is shut to them now.
    """

    relay_id: int
    door: str
    device: str
    allowed: bool
    group: str
    hours: str
    kinds: tuple[CredentialKind, ...]
    sentence: str
    opens_next: datetime | None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class CanAnswer:
    """The answer of `can`: the doors of a person at an instant, those that open first."""

    holder_id: int
    person: str
    at: datetime
    past: bool
    doors: tuple[DoorReach, ...]
