"""From the fields of an amenity's form to what the service takes, and what its pickers offer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.domain.amenities import LIMITS
from backend.domain.errors import Invalid
from screens.base.session import Session
from widgets.dialog import PickRow

if TYPE_CHECKING:
    from backend.domain.amenities import AmenityDraft

DOORS = ("multi_door_phone", "single_door_phone", "access_control")
"""What can be the device of an amenity."""


async def draft_of(session: Session, values: dict[str, Any]) -> AmenityDraft:
    """The amenity in these values of fields; raises Invalid with every bad one."""
    from backend.domain.amenities import AmenityDraft

    bad: dict[str, str] = {}
    for name in LIMITS.keys() & values.keys():
        figure = values[name].strip()
        values[name] = int(figure) if figure.isdecimal() and len(figure) < 7 else -1
        if values[name] < 0:
            bad[name] = LIMITS[name].text
    path = values.pop("picture", "").strip()
    try:
        values["picture"] = await _picture(session, path)
    except Invalid as error:
        bad["picture"] = str(error)
    if bad:
        raise Invalid(bad)
    device, buildings = values.pop("device_id", None), values.pop("building_ids", None)
    return AmenityDraft(
        **values,
        device_id=int(device) if device else None,
        building_ids=None if buildings is None else tuple(int(one) for one in buildings),
    )


async def _picture(session: Session, path: str) -> bytes | None:
    """The JPEG in a file; None keeps, "-" takes the picture away."""
    if not path:
        return None
    return b"" if path == "-" else await session.ask(session.engine.files.read_photo, Path(path))


def offer_devices(session: Session) -> list[PickRow]:
    """Door phones and access control of public areas, each with where it stands."""
    from backend.domain.paging import ListQuery

    rows = session.engine.list("device", session.context, ListQuery()).first(5_000)
    return [
        PickRow(
            str(row.id), str(row.values["name"]), ((row.values["building"] or "Community Public Device", "$sp-t3"),)
        )
        for row in rows
        if row.values["kind"] in DOORS and not row.values["apartment"]
    ]
