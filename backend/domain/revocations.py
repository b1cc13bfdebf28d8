"""What was taken away from a person, and the proof of it door by door (feature SYNC-03)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from backend.domain.doors import WHOLE
from backend.domain.frozen import Frozen


class Proof(StrEnum):
    """How it stands with what was taken away at one door, worst first."""

    HOLDS = "holds"
    REMOVED = "removed"
    GONE = "gone"


def still_words(relay: int) -> str:
    """What a door does that is known not to have lost it: "still holds", of one relay "still opens to"."""
    return "still holds" if relay == WHOLE else "still opens to"


class RevokedCode(Frozen):
    """One code that one door had to lose: `credential` is "PIN ··41". `absent_at` is None until it was read gone.

    `device` is its name, with the relay where only `relay` was lost and not the device with all of them.
    """

    device_id: int | None
    device: str
    relay: int = WHOLE
    credential_id: int
    kind: str
    credential: str
    freed_at: datetime
    absent_at: datetime | None
    holds: bool = False
    """Whether the door is known to open to it still."""

    @property
    def proof(self) -> Proof:
        """How it stands."""
        if self.absent_at is not None:
            return Proof.GONE
        return Proof.HOLDS if self.holds else Proof.REMOVED


class RevokedDoor(Frozen):
    """A door with everything that it had to lose: "PIN, 1 card" in `what` is what is not proved, or all of it.

    `device` and `relay` as in `RevokedCode`.
    """

    device_id: int | None
    device: str
    relay: int = WHOLE
    proof: Proof
    what: str
    taken_at: datetime
    read_at: datetime | None
    reason: str = ""
    """Why it is not proved yet."""
    todo: str = ""
    """What a person can do about it."""


class Revocation(Frozen):
    """What a person lost, door by door, the worst first."""

    holder_id: int
    person: str
    what: str
    taken_at: datetime | None
    """When something was taken away last, None where nothing ever was."""
    doors: tuple[RevokedDoor, ...]
    codes: tuple[RevokedCode, ...]

    @property
    def proved(self) -> bool:
        """Whether each door that could honour it was read back without it."""
        return all(door.proof is Proof.GONE for door in self.doors)

    @property
    def open_doors(self) -> int:
        """How many doors are not proved."""
        return sum(door.proof is not Proof.GONE for door in self.doors)


class RevocationLine(Frozen):
    """One door of a revocation proof: absent_at only after the door was read back without it.

    `device` and `relay` as in `RevokedCode`.
    """

    device: str
    relay: int = WHOLE
    credential: str
    freed_at: datetime
    absent_at: datetime | None
    reason: str = ""
