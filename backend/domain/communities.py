"""Communities and buildings: as they are made and switched in Site Setup, and as they are read (rules 1.2; SET-06)."""

from __future__ import annotations

from datetime import date

from backend.domain.enums import ChargeMode, CredentialStatus, PinMode
from backend.domain.records import Frozen

MOST_FREE_MEMBERS = 63
"""As many as an apartment may be limited to (rules 4)."""


class CommunityDraft(Frozen):
    """A community as an installer makes it; everything but name and time zone has a default."""

    name: str = ""
    timezone: str = ""
    clock_format: str = "24"
    date_format: str = "iso"
    country: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    state: str = ""
    pin_mode: str = PinMode.PIN.value


class PinOwner(Frozen):
    """Somebody with a PIN that somebody else has too; `place` is building and APT, "" of whom none is known.

    A code of theirs that cools was theirs until now: doors may still open by it.
    """

    holder_id: int
    name: str
    place: str
    status: CredentialStatus


class PinCollision(Frozen):
    """Two people with one PIN, which is shown masked."""

    masked: str
    first: PinOwner
    second: PinOwner


class PinCollisions(Frozen):
    """What stands between a community and PIN mode: how many pairs there are, and the first of them."""

    total: int
    pairs: tuple[PinCollision, ...]


class CommunitySwitches(Frozen):
    """What only an installer switches; None keeps.

    `premium_until` is the last day of the Premium Feature Plan in the community's zone, "" for no plan.
    """

    only_public_area: bool | None = None
    charge_mode: ChargeMode | None = None
    premium_until: date | str | None = None
    with_indoor_monitor: bool | None = None
    landline: bool | None = None
    id_access: bool | None = None
    video_storage: bool | None = None
    free_members: int | None = None


class CommunityRecord(Frozen):
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


class BuildingRecord(Frozen):
    """A building with the id of its default access group."""

    id: int
    version: int
    name: str
    apartments: int
    residents: int
    devices: int
    default_group_id: int
