"""Apartments as services take and answer them, and what is odd about one (rules 4, 5.7)."""

from __future__ import annotations

from datetime import datetime

from backend.domain.calling import PHONE_TYPES, CallWay
from backend.domain.enums import AccountStatus, CallType, DeviceStatus, ResidentRole
from backend.domain.frozen import Frozen

MEMBER_LIMIT_MOST = 63
"""Family members that users can be allowed at most."""


class ApartmentPatch(Frozen):
    """Changes to an apartment; None keeps. `member_limit` counts family members, not the master (edge case 37)."""

    name: str | None = None
    call_type: str | None = None
    sip_or_ip: str | None = None
    allow_qr: bool | None = None
    allow_face: bool | None = None
    member_limit_on: bool | None = None
    member_limit: int | None = None
    allow_id_access: bool | None = None
    allow_card: bool | None = None


class Plan(Frozen):
    """What the community has that an apartment's settings hang on (rules 1.2)."""

    landline: bool
    id_access: bool
    with_indoor_monitor: bool
    """Whether each apartment is to have an indoor monitor."""
    premium: bool
    """Whether the premium feature plan runs now."""
    premium_until: datetime | None


class ApartmentDevice(Frozen):
    """A device of the apartment itself, such as its indoor monitor."""

    id: int
    name: str
    kind: str
    status: DeviceStatus


class ApartmentRecord(Frozen):
    """An apartment's whole page; `residents` are (id, name, role), the master first."""

    id: int
    version: int
    building_id: int
    building: str
    number: str
    name: str
    call_type: CallType
    sip_or_ip: CallWay
    allow_qr: bool
    allow_face: bool
    member_limit_on: bool
    member_limit: int
    allow_id_access: bool
    allow_card: bool
    residents: tuple[tuple[int, str, ResidentRole], ...]
    devices: tuple[ApartmentDevice, ...]
    phones: int
    """Telephone numbers of the residents."""
    account_status: AccountStatus | None
    expires_at: datetime | None
    plan: Plan
    warnings: tuple[str, ...] = ()
    unreachable: str = ""
    """Why nobody here can sign in to the app, "" where somebody could be sent a login (edge case 35)."""

    @property
    def place(self) -> str:
        """Building and number, "A 1203"."""
        return f"{self.building} {self.number}"

    @property
    def members(self) -> int:
        """Family members, the master not counted."""
        return sum(1 for _, _, role in self.residents if role is ResidentRole.MEMBER)


class Reset(Frozen):
    """What resetting an apartment takes away and what stays, as (words, how many) and (words, value)."""

    apartment_id: int
    place: str
    number: str
    master: str
    goes: tuple[tuple[str, int], ...]
    stays: tuple[tuple[str, str], ...]
    doors: tuple[str, ...]


def oddities(
    *, call_type: CallType, phones: int, allow_face: bool, limit: int | None, members: int, plan: Plan
) -> dict[str, str]:
    """What is saved all the same, but does not do all that it says, by field (rules 4, 4.1, 5.7; edge cases 13, 37).

    `phones` is how many telephone numbers the residents have, `limit` the member limit where it is on.
    """
    told: dict[str, str] = {}
    if call_type in PHONE_TYPES:
        if not plan.landline:
            told["call_type"] = "No telephone is called: the community has no Landline Service."
        elif not phones:
            told["call_type"] = "No telephone is called: nobody here has a telephone number."
    if not allow_face and plan.premium:
        told["allow_face"] = "Faces from the app are suspended, but open doors again when the premium plan ends."
    elif not allow_face:
        told["allow_face"] = (
            "Faces from the app open doors although they are not allowed: no premium feature plan runs."
        )
    if limit is not None and members > limit:
        live = "1 family member lives" if members == 1 else f"{members} family members live"
        told["member_limit"] = f"{live} here, the limit is {limit}: who is there stays, no more can be added."
    return told
