"""Which field a violated unique index means: the index decides, never a SELECT before."""

from __future__ import annotations

import re
from functools import cache

from sqlalchemy.exc import IntegrityError

from backend.domain.errors import Conflict, SmartPlusError
from backend.store.tables import metadata

FIELDS = {
    "uq_building_name": ("name", "There is already a building of this name."),
    "uq_apartment_number": ("number", "This building already has an apartment of this number."),
    "uq_resident_master": ("role", "This apartment already has a family master."),
    "uq_resident_email": ("email", "This e-mail address belongs to another resident."),
    "uq_resident_uid": ("uid", "This UID is taken."),
    "uq_credential_value": ("value", "This value is taken."),
    "uq_amenity_name": ("name", "There is already an amenity of this name."),
    "uq_amenity_device": ("device_id", "This device belongs to another amenity."),
    "uq_amenity_building": ("building_ids", "This building is already among these."),
    "uq_access_group_name": ("name", "There is already an access group of this name."),
    "uq_access_group_member": ("groups", "This person is already in the group."),
    "uq_access_group_relay": ("doors", "This door is already in the group."),
    "uq_holiday_first_day": ("first_day", "There is already a holiday on this day."),
    "uq_own_relay": ("doors", "This door is already among these."),
    "uq_device_mac": ("mac", "A device with this MAC address is already here."),
    "uq_device_name": ("name", "There is already a device of this name."),
    "uq_device_address": ("address", "A device at this address is already here."),
    "uq_relay_number": ("number", "This device already has a relay of this number."),
    "uq_move_planned": ("", "A move is planned for this apartment already. Change or cancel it first."),
    "uq_linked_account": ("email", "These two accounts are linked already."),
    "uq_manager_community": ("communities", "This account acts in that community already."),
    "uq_manager_email": ("email", "There is already an account with this e-mail address."),
}
"""Unique index -> the field where the value was typed, and the sentence there.

The other unique indexes (`uq_event`, `uq_read_back` ...) keep the agent's books from counting anything twice: nobody
types what they hold, so their violation is a fault of ours.
"""


def to_conflict(error: IntegrityError) -> SmartPlusError:
    """The Conflict that this violation means; a violation nobody foresaw is a fault of ours and raised as such.

    SQLite names the columns of the index, PostgreSQL the index. A foreign key that does not hold means that somebody
    else added or removed a record meanwhile.
    """
    text = str(error.orig)
    named = set(re.findall(r"\w+", text)) & FIELDS.keys()
    name = named.pop() if named else _by_columns().get(text.removeprefix("UNIQUE constraint failed: "))
    if name in FIELDS:
        return Conflict(*FIELDS[name])
    if "foreign key" in text.lower():
        return Conflict("", "Another record that belongs to this one was added or removed meanwhile. Look again.")
    raise error


@cache
def _by_columns() -> dict[str, str]:
    """Unique index by its columns in the order and form in which SQLite names them."""
    return {
        ", ".join(f"{table.name}.{column.name}" for column in unique.columns): str(unique.name)
        for table in metadata.tables.values()
        for unique in table.indexes
        if unique.unique
    }
