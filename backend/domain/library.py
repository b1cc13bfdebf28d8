"""The Library's records: one PIN or one card with whose it is, and what taking codes away means (rules 11)."""

from __future__ import annotations

from datetime import datetime

from backend.domain.access.results import DoorPlan
from backend.domain.enums import CredentialKind, CredentialStatus, HolderKind, Origin
from backend.domain.frozen import Frozen


class LibraryRecord(Frozen):
    """One PIN or RF card of a resident, staff member or delivery; the code masked ("··41").

    `identity` is "master", "member", "staff" or "delivery"; `owner` says which record the holder is, `version` is what
    an edit is laid on; `doors` are the devices that hold the owner now, by name.
    """

    id: int
    kind: CredentialKind
    masked: str
    status: CredentialStatus
    origin: Origin
    version: int
    holder_id: int
    owner: HolderKind
    identity: str
    name: str
    building: str = ""
    apartment: str = ""
    groups: tuple[str, ...] = ()
    made_by: str = ""
    made_at: datetime | None = None
    last_used_at: datetime | None = None
    doors: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Building and apartment, "A 1001"; "" for somebody without one."""
        return f"{self.building} {self.apartment}".strip()


class Taking(Frozen):
    """What taking codes away does: the codes in words, how many of each kind, the doors concerned, the plan."""

    ids: tuple[int, ...]
    codes: tuple[str, ...]
    pins: int
    cards: int
    doors: tuple[str, ...]
    plans: tuple[DoorPlan, ...] = ()


class FreePins(Frozen):
    """How many PINs of a length nobody has, of how many there are (edge case 7)."""

    length: int
    free: int
    usable: int

    @property
    def few(self) -> bool:
        """Whether it is time for longer ones: less than a fifth is left."""
        return self.free * 5 < self.usable
