"""Communities and buildings: as they are made and switched in Site Setup, and as they are read (rules 1.2; SET-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from backend.domain.enums import ChargeMode, CredentialStatus

MOST_FREE_MEMBERS = 63
"""As many as an apartment may be limited to (rules 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinOwner:
    """Somebody with a PIN that somebody else has too; `place` is building and APT, "" of whom none is known.

    A code of theirs that cools was theirs until now: doors may still open by it.
    """

    holder_id: int
    name: str
    place: str
    status: CredentialStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCollision:
    """Two people with one PIN, which is shown masked."""

    masked: str
    first: PinOwner
    second: PinOwner


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCollisions:
    """What stands between a community and PIN mode: how many pairs there are, and the first of them."""

    total: int
    pairs: tuple[PinCollision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityRecord:
    """A community and how its times are written."""

    id: int
    version: int
    name: str
    timezone: str
    clock_format: str
    date_format: str
    pin_mode: str
    country: str
    street: str = ""
    city: str = ""
    postcode: str = ""
    state: str = ""
    only_public_area: bool = False
    charge_mode: ChargeMode = ChargeMode.MANAGER
    premium_until: date | None = None
    """The last day of the Premium Feature Plan in the community's zone; None without one."""
    with_indoor_monitor: bool = False
    landline: bool = True
    id_access: bool = False
    video_storage: bool = False
    free_members: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingRecord:
    """A building with the id of its default access group."""

    id: int
    version: int
    name: str
    apartments: int
    residents: int
    devices: int
    default_group_id: int
