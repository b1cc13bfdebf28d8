"""Staff and deliveries: what goes into their services and comes out (rules 7.3, 7.4; features VIS-05, VIS-06)."""

from __future__ import annotations

from pydantic import Field

from backend.domain.credentials import CredentialRecord, DoorHeld
from backend.domain.doors import LogLine
from backend.domain.enums import CredentialKind, HolderKind
from backend.domain.frozen import Frozen

METHODS = {
    HolderKind.STAFF: frozenset(
        {CredentialKind.PIN, CredentialKind.CARD, CredentialKind.FACE, CredentialKind.ID_ACCESS}
    ),
    HolderKind.DELIVERY: frozenset({CredentialKind.PIN, CredentialKind.CARD}),
}
"""What each kind may show to doors."""

MOST_FLOORS = {HolderKind.STAFF: None, HolderKind.DELIVERY: 10}
"""How many floors each kind may have; None for as many as there are (edge case 41)."""

NOUNS = {
    HolderKind.STAFF: ("staff member", "staff members"),
    HolderKind.DELIVERY: ("delivery", "deliveries"),
}
"""One and several of each kind in a sentence."""


class StaffDraft(Frozen):
    """A member of staff or a delivery as typed; `group_ids` left None are those of last time, else the default ones."""

    name: str = ""
    pin: str = Field(default="", repr=False)
    cards: tuple[str, ...] = Field(default=(), repr=False)
    group_ids: tuple[int, ...] | None = None
    floors: tuple[str, ...] = ()
    run: str = Field(default="", repr=False)
    serial: str = Field(default="", repr=False)
    face: bytes | None = Field(default=None, repr=False)


class StaffPatch(Frozen):
    """Changes: None keeps, "" clears; `pin`, `pins_add`, `cards_add`, `credentials_remove` and `face` as in
    `ResidentPatch`."""

    name: str | None = None
    pin: str | None = Field(default=None, repr=False)
    pins_add: tuple[str, ...] = Field(default=(), repr=False)
    cards_add: tuple[str, ...] = Field(default=(), repr=False)
    credentials_remove: tuple[int, ...] = ()
    group_ids: tuple[int, ...] | None = None
    floors: tuple[str, ...] | None = None
    run: str | None = Field(default=None, repr=False)
    serial: str | None = Field(default=None, repr=False)
    face: bytes | None = Field(default=None, repr=False)


class StaffDefaults(Frozen):
    """What the form of a new one can know: groups and floors with where they are from, and a free PIN."""

    group_ids: tuple[int, ...]
    groups: tuple[tuple[int, str], ...]
    floors: tuple[str, ...]
    sources: dict[str, str]
    free_pin: str = Field(repr=False)


class StaffRecord(Frozen):
    """The whole page of a member of staff or a delivery; no code and no picture is in it (edge case 14)."""

    id: int
    version: int
    kind: HolderKind
    name: str
    credentials: tuple[CredentialRecord, ...]
    groups: tuple[tuple[int, str], ...]
    doors: tuple[DoorHeld, ...]
    floors: tuple[str, ...] = ()
    last_seen: LogLine | None = None
    last_refusal: LogLine | None = None
    unsent: str = ""
    """What of this person no door takes from here, "" where everything reaches one."""
