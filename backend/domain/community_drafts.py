"""Communities as they are made and switched in Site Setup (rules 1.2; SET-06)."""

from __future__ import annotations

from datetime import date

from backend.domain.enums import ChargeMode, PinMode
from backend.domain.frozen import Frozen


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
