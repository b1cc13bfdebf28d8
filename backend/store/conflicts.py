"""Which field a violated unique index means: the index decides, never a SELECT before."""

from __future__ import annotations

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
    "uq_access_group_name": ("name", "There is already an access group of this name."),
    "uq_access_group_member": ("groups", "This person is already in the group."),
    "uq_device_mac": ("mac", "A device with this MAC address is already here."),
    "uq_device_name": ("name", "There is already a device of this name."),
    "uq_device_address": ("address", "A device at this address is already here."),
    "uq_manager_email": ("email", "There is already an account with this e-mail address."),
}


def to_conflict(error: IntegrityError) -> SmartPlusError:
    """The Conflict that this violation means; a violation nobody foresaw is a fault of ours and raised as such."""
    text = str(error.orig)
    for name, (field, sentence) in FIELDS.items():
        if name in text or _columns(name) in text:
            return Conflict(field, sentence)
    raise error


def _columns(name: str) -> str:
    """The columns of an index in the order and form in which SQLite names them."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if index.name == name:
                return "UNIQUE constraint failed: " + ", ".join(
                    f"{table.name}.{column.name}" for column in index.columns
                )
    raise KeyError(name)
