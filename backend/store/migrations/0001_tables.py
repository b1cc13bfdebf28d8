"""Every table of the first version, in the order of their references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.store.migrations.first import books, doors, people

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """Create the tables."""
    for create in (
        people.create_site,
        people.create_house,
        people.create_people,
        doors.create_devices,
        doors.create_groups,
        doors.create_managers,
        books.create_device_books,
        books.create_held,
        books.create_commands,
        books.create_door_log,
        books.create_operations,
    ):
        create(op)
