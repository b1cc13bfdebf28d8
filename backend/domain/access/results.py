"""What the access functions answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from backend.domain.enums import Repeat
from backend.domain.floors import NO_FLOOR

ALWAYS = "always"
"""Key of the schedule that every device has built in."""


class Reason(StrEnum):
    """Why a door stays shut, or `GRANTED`; in the order in which they are checked."""

    GRANTED = "granted"
    NO_CREDENTIAL = "no_credential"
    HOLDER_SUSPENDED = "holder_suspended"
    CREDENTIAL_GONE = "credential_gone"
    CREDENTIAL_SUSPENDED = "credential_suspended"
    NOT_YET_VALID = "not_yet_valid"
    NO_LONGER_VALID = "no_longer_valid"
    METHOD_OFF = "method_off"
    ONLY_PUBLIC = "only_public"
    NO_GROUP = "no_group"
    OUTSIDE_WINDOW = "outside_window"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of `decide`: allowed or not, why, and the group that gives or would give the right."""

    allowed: bool
    reason: Reason
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class DoorSchedule:
    """A schedule as a device can hold it, in the device's wall time; `end` is its last minute, inclusive.

    `key` names its content, so that equal windows share it. Kind never spans date_from start to date_to end.
    """

    key: str
    kind: Repeat
    start: str
    end: str
    days: frozenset[int] = frozenset()
    date_from: date | None = None
    date_to: date | None = None


@dataclass(frozen=True, slots=True)
class DoorUser:
    """A user record as a device should hold it; `grants` pairs a schedule key with relay numbers, both sorted.

    `floor` is the floor that the lift gives, NO_FLOOR for none; `face` names the photo of the face, "" for none.
    """

    key: str
    holder_id: int
    name: str
    pin: str | None = field(repr=False)
    cards: tuple[str, ...] = field(repr=False)
    grants: tuple[tuple[str, tuple[int, ...]], ...]
    floor: str = NO_FLOOR
    face: str = ""


@dataclass(frozen=True, slots=True)
class DoorHold:
    """A relay that schedules keep open; `keys` are theirs, sorted. `open` says that one was on at the instant asked."""

    number: int
    keys: tuple[str, ...]
    open: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Loss:
    """Something the rules allow and the device cannot hold; always towards less access.

    `code` is "users", "schedules", "pins", "faces", "floors", "hold_open" or "clock_change"; `holder_id` is None where
    it concerns the door as a whole.
    """

    holder_id: int | None
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a device should hold from now until `next_change_at` (UTC; None: until a rule changes)."""

    device_id: int
    users: tuple[DoorUser, ...]
    schedules: tuple[DoorSchedule, ...]
    next_change_at: datetime | None
    losses: tuple[Loss, ...]
    holds: tuple[DoorHold, ...] = ()
    """By relay number, only those that are held open in the hours to come."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One person in a door's plan: `what` is gained or lost ("PIN and 2 cards") or becomes another ("new hours")."""

    holder_id: int
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class DoorPlan:
    """The difference that a change would make at one door, its capacity after, and the losses it would bring.

    `opens_at` is set (UTC) where the door holds it only for hours that begin then, further away than it holds people
    ahead; None where it is so at once. `holds` says which relays hours will keep open, or no longer.
    """

    device_id: int
    device_name: str
    adds: tuple[PlanLine, ...]
    removes: tuple[PlanLine, ...]
    changes: tuple[PlanLine, ...]
    users_after: int
    users_limit: int
    losses: tuple[Loss, ...]
    opens_at: datetime | None = None
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One link of the chain of `explain`: what was looked at, what was found, and whether it holds."""

    label: str
    found: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer to "why": verdict, one plain sentence, the chain of checks, when it opens next (UTC)."""

    allowed: bool
    reason: Reason
    sentence: str
    checks: tuple[Check, ...]
    opens_next: datetime | None = None
