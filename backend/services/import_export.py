"""Residents as the rows of a batch edit (rules 5.4): what is written there and changed comes back by their UID."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from backend.domain.enums import ResidentRole
from backend.domain.import_columns import EDIT_COLUMNS
from backend.services.import_world import World


def edit_rows(world: World, ids: Sequence[int] | None) -> list[list[str]]:
    """A row for each resident in the order of building, apartment and account; codes stay blank, blank keeps them."""
    wanted = None if ids is None else set(ids)
    numbers = {group_id: number for number, (group_id, _) in world.groups.items()}
    people = [row for row in world.people.values() if wanted is None or row.id in wanted]
    people.sort(key=lambda row: (row.building.casefold(), row.number, row.role != ResidentRole.MASTER.value, row.id))
    return [_row(world, numbers, row) for row in people]


def _row(world: World, numbers: dict[int, str], row: Row[Any]) -> list[str]:
    flat = world.flat_of(row.building_id, row.number)
    groups = sorted(int(numbers[one]) for one in world.members.get(row.id, ()) if one in numbers)
    values = {
        "uid": row.uid,
        "building": row.building,
        "floors": row.floors,
        "apartment": row.number,
        "apartment_name": flat.name if flat is not None else "",
        "role": "0" if row.role == ResidentRole.MASTER.value else "1",
        "first": row.first,
        "last": row.last,
        "email": row.email or "",
        "mobile": row.mobile or "",
        "calling_code": row.calling_code,
        "phone1": row.phone1,
        "phone2": row.phone2,
        "phone3": row.phone3,
        "groups": ";".join(str(number) for number in groups),
        "remark": row.remark,
    }
    return [values.get(column.field, "") for column in EDIT_COLUMNS]
