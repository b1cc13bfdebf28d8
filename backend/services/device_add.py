"""Adding a device: what must be right about it, and its rows."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend.domain.context import new_id
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DeviceKind, DeviceStatus
from backend.domain.errors import Invalid
from backend.domain.names import check_name, clean, fold
from backend.services.amenity_return import take_up
from backend.store import tables as t
from backend.store.work import Work

NAME_LONGEST = 63
"""Of a device (rules 13.1) and of a relay."""

MOST_RELAYS = 4
"""Relays A to D (protocol 2)."""

DOOR_KINDS = frozenset({DeviceKind.MULTI_DOOR_PHONE, DeviceKind.SINGLE_DOOR_PHONE, DeviceKind.ACCESS_CONTROL})
"""Devices whose relays are doors of the community; a monitor's relay is its owner's chime or light (rules 13.2)."""

TOKEN_BYTES = 18
"""Random bytes in the Action URL of a device: 144 bits, 24 characters of the 127 that such a URL may have."""

_TOLD_BY_DEVICE = ("model", "firmware", "profile")
"""Text that comes from the device, or from what claims to be one: it is made safe to draw, never refused."""

_MAC = re.compile(r"[0-9A-F]{12}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?")
_DTMF = re.compile(r"[0-9*#]|[0-9]{2,4}")


def check_draft(draft: DeviceDraft) -> DeviceDraft:
    """The draft with every value in order; raises Invalid naming every bad field.

    A door phone without named relays has one, called like the device.
    """
    bad: dict[str, str] = {}

    def checked(value: str, field: str, check: Callable[[str], str]) -> str:
        try:
            return check(value)
        except Invalid as error:
            bad[field] = str(error)
            return value

    name = checked(draft.name, "name", lambda text: check_name(text, "name", NAME_LONGEST))
    mac = checked(draft.mac, "mac", check_mac)
    names = draft.relay_names or (name,)
    if draft.kind not in DOOR_KINDS:
        names = ()
    if len(names) > MOST_RELAYS:
        bad["relay_names"] = f"A device has at most {MOST_RELAYS} relays."
    relays = tuple(
        checked(text, "relay_names", lambda text: check_name(text, "relay_names", NAME_LONGEST)) for text in names
    )
    known_place = _HOST.fullmatch(draft.host) and 1 <= draft.port <= 65535 and draft.scheme in ("http", "https")
    if not draft.model.strip():
        bad["model"] = "A model is needed, as in X916."
    if not known_place:
        bad["address"] = "Write an address like 192.0.2.20 or https://192.0.2.20."
    if bad:
        raise Invalid(bad)
    told = {field: clean(getattr(draft, field), NAME_LONGEST) for field in _TOLD_BY_DEVICE}
    return draft.model_copy(update={**told, "name": name, "mac": mac, "relay_names": relays})


def check_mac(text: str) -> str:
    """A MAC address as twelve upper-case hex digits; raises Invalid (field "mac")."""
    digits = re.sub(r"[\s:.-]", "", text).upper()
    if not _MAC.fullmatch(digits):
        raise Invalid({"mac": "A MAC address has twelve hex digits, as in 0C:11:05:2A:41:17."})
    return digits


def check_dtmf(text: str) -> str:
    """A relay's DTMF code: "" for none, one of 0-9 * #, or two to four digits (rules 13.1); raises Invalid ("dtmf")."""
    code = text.strip()
    if code and not _DTMF.fullmatch(code):
        raise Invalid({"dtmf": "A DTMF code is one of 0-9 * #, or two to four digits."})
    return code


def insert_device(work: Work, draft: DeviceDraft, place: Spot) -> int:
    """Insert a checked device, its relays, its state and its sync row; answers its id. Raises Conflict."""
    uuid, token = new_id(), secrets.token_urlsafe(TOKEN_BYTES)
    plain = draft.model_dump(
        include={"model", "mac", "firmware", "profile", "scheme", "host", "port", "auth", "http_user",
                 "tls_pin", "legacy_tls"}
    )  # fmt: skip
    device_id = work.insert(
        t.device,
        uuid=uuid,
        community_id=work.context.community_id,
        name=draft.name,
        name_fold=fold(draft.name),
        kind=draft.kind.value,
        password_sealed=work.sealer.seal_text(f"device.password:{uuid}", draft.password) if draft.password else None,
        token_sealed=work.sealer.seal_text(f"device.token:{uuid}", token),
        token_index=work.sealer.index("token", token),
        **place.columns(),
        **plain,
    )
    for number, name in enumerate(draft.relay_names, start=1):
        work.insert(t.relay, uuid=new_id(), device_id=device_id, number=number, name=name, name_fold=fold(name))
    work.insert(t.device_state, id=device_id, status=DeviceStatus.NEVER_SEEN.value)
    work.insert(t.device_sync, id=device_id)
    if place.apartment_id is None:
        take_up(work, device_id, draft.mac)
    return device_id


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a device is: an apartment, a building, or the whole community. `word` says it."""

    building_id: int | None
    apartment_id: int | None
    word: str

    def columns(self) -> dict[str, Any]:
        """The columns of `device` that say so; a device of an apartment is private (rules 1.2)."""
        return {
            "building_id": self.building_id,
            "apartment_id": self.apartment_id,
            "public": self.apartment_id is None,
        }


def find_spot(work: Work, building_id: int | None, apartment_id: int | None) -> Spot:
    """The place of these ids in the community of the act; raises Invalid (building_id, apartment_id)."""
    a, b, community_id = t.apartment, t.building, work.context.community_id
    if apartment_id is not None:
        flat = work.connection.execute(
            select(a.c.number, b.c.id, b.c.name)
            .join(b, b.c.id == a.c.building_id)
            .where(a.c.id == apartment_id, b.c.community_id == community_id)
        ).one_or_none()
        if flat is None:
            raise Invalid({"apartment_id": "There is no such apartment."})
        return Spot(flat.id, apartment_id, f"{flat.name} {flat.number}")
    if building_id is None:
        return Spot(None, None, "whole community")
    name = work.connection.execute(
        select(b.c.name).where(b.c.id == building_id, b.c.community_id == community_id)
    ).scalar()
    if name is None:
        raise Invalid({"building_id": "There is no such building."})
    return Spot(building_id, None, str(name))
