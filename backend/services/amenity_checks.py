"""What must be right about an amenity (rules 6; features BOOK-01, BOOK-03)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, insert, select

from backend.domain.amenities import DESCRIPTION_LONGEST, LIMITS, NAME_LONGEST, NEW_DURATION, AmenityDraft, hours_text
from backend.domain.errors import Invalid
from backend.domain.names import check_name, clean, fold
from backend.services.amenity_device import amenity_device
from backend.store import tables as t
from backend.store.work import Work

NEW: Mapping[str, Any] = MappingProxyType(
    {
        "name": "",
        "description": "",
        "everywhere": True,
        "device_id": None,
        "out_of_group": False,
        "hours": "",
        "duration": NEW_DURATION,
        "lead_days": 7,
        "capacity": 1,
        "uses": 0,
    }
)
"""Column -> what a new amenity begins with."""


def checked(connection: Connection, community_id: int, draft: AmenityDraft, now: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an amenity with the draft on top of what is there `now`; raises Invalid with every bad field."""
    wanted = {name: value if (value := getattr(draft, name)) is not None else now[name] for name in NEW}
    bad: dict[str, str] = {}

    def check(name: str, how: Callable[[Any], Any]) -> None:
        try:
            wanted[name] = how(wanted[name])
        except Invalid as error:
            bad.update(error.fields)

    check("name", lambda text: check_name(text, "name", NAME_LONGEST))
    check("description", _description)
    check("hours", hours_text)
    check("device_id", lambda device_id: amenity_device(connection, community_id, device_id).id)
    bad |= {name: limit.text for name, limit in LIMITS.items() if not limit.least <= wanted[name] <= limit.most}
    if sentence := _wrong_buildings(connection, community_id, draft, everywhere=wanted["everywhere"], new=now is NEW):
        bad["building_ids"] = sentence
    if bad:
        raise Invalid(bad)
    return {**wanted, "name_fold": fold(wanted["name"])}


def _description(text: str) -> str:
    line = clean(text, len(text) + 1)
    if len(line) > DESCRIPTION_LONGEST:
        raise Invalid({"description": f"At most {DESCRIPTION_LONGEST} characters, this has {len(line)}."})
    return line


def _wrong_buildings(
    connection: Connection, community_id: int, draft: AmenityDraft, *, everywhere: bool, new: bool
) -> str:
    if draft.building_ids is None:
        return "" if everywhere or not new else "Choose the buildings whose residents may reserve it."
    b, wanted = t.building, set(draft.building_ids)
    found = select(b.c.id).where(b.c.community_id == community_id, b.c.id.in_(sorted(wanted)))
    if set(connection.execute(found).scalars()) != wanted:
        return "One of these buildings does not exist any more."
    return "" if everywhere or wanted else "Choose the buildings whose residents may reserve it."


def set_buildings(work: Work, amenity_id: int, building_ids: tuple[int, ...] | None) -> bool:
    """Make these the chosen buildings, None keeps; answers whether any differed."""
    if building_ids is None:
        return False
    ab, wanted = t.amenity_building, set(building_ids)
    query = select(ab.c.building_id, ab.c.id).where(ab.c.amenity_id == amenity_id)
    there = {row.building_id: row.id for row in work.connection.execute(query)}
    for building_id in sorted(there.keys() - wanted):
        work.delete(ab, there[building_id])
    for building_id in sorted(wanted - there.keys()):
        work.insert(ab, amenity_id=amenity_id, building_id=building_id)
    return there.keys() != wanted


def forget_building(work: Work, building_id: int) -> None:
    """A building is deleted: no amenity is for its residents any more."""
    ab = t.amenity_building
    for row_id in work.connection.execute(select(ab.c.id).where(ab.c.building_id == building_id)).scalars().all():
        work.delete(ab, row_id)
        work.touch("amenities")


def keep_picture(work: Work, jpeg: bytes | None, now: str) -> str:
    """The digest of a picture, which is kept; `now` where None is given, "" for an empty one."""
    if jpeg is None:
        return now
    if not jpeg:
        return ""
    picture, digest = t.amenity_picture, hashlib.sha256(jpeg).hexdigest()
    if work.connection.execute(select(picture.c.digest).where(picture.c.digest == digest)).first() is None:
        work.connection.execute(insert(picture).values(digest=digest, jpeg=jpeg))
    return digest
