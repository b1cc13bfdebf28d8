"""Which role may do what: one table as data (features ACC-08; rules 1.1, 1.3, 13.7)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from backend.domain.enums import Role

READ = frozenset(
    {
        "access_group.read",
        "apartment.read",
        "booking.read",
        "building.read",
        "community.read",
        "device.read",
        "door.read",
        "door_log.read",
        "library.read",
        "manager.read",
        "operation.read",
        "outbox.read",
        "plan.read",
        "resident.read",
        "setting.read",
        "sync.read",
        "visitor.read",
    }
)
"""Looking at things; codes stay masked without `credential.reveal`."""

PROPERTY = frozenset(
    {
        "access_group.write",
        "apartment.reset",
        "apartment.write",
        "backup.write",
        "booking.write",
        "community.edit",
        "credential.reveal",
        "device.edit",
        "door.open",
        "door.try",
        "library.delete",
        "outbox.write",
        "resident.delete",
        "resident.write",
        "setting.edit",
        "sync.write",
        "undo.write",
        "visitor.write",
    }
)
"""A property manager's work.

`apartment.reset` empties an apartment: it deletes accounts, so that the same switch takes it away (edge case 40), as it
does `library.delete`: codes taken away in the Library, staff and deliveries deleted. `booking.write` is amenities and
reservations, `visitor.write` temporary keys, delivery and staff. `community.edit` is name, address, time zone and PIN
mode (rules 15), `device.edit` the forms, reboot and Autop of devices that are there (rules 13), `setting.edit` the
settings that the guide gives to a manager, `door.try` shows a code to a virtual door.
"""

SETUP = frozenset(
    {
        "apartment.create",
        "building.write",
        "community.write",
        "device.write",
        "manager.write",
        "resident.link",
        "setting.write",
    }
)
"""The installer's work, Site Setup.

`community.write` makes communities and flips the switches of rules 1.2, `device.write` adds and removes devices and
changes MAC and firmware (rules 13.7), `resident.link` locks the contact data of linked users (rules 5.1),
`setting.write` is mail server, retention and whatever concerns the whole site.
"""

ALL = READ | PROPERTY | SETUP

PERMISSIONS: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        Role.INSTALLER: ALL,
        Role.MANAGER: READ | PROPERTY,
        Role.TECHNICIAN: frozenset(
            {
                "apartment.read",
                "building.read",
                "community.read",
                "device.edit",
                "device.read",
                "device.write",
                "door.open",
                "door.read",
                "door_log.read",
                "sync.read",
            }
        ),
        Role.VIEWER: READ,
    }
)

SWITCHES: Mapping[str, str] = MappingProxyType(
    {
        "apartment.reset": "delete_residents",
        "door_log.read": "log_access",
        "library.delete": "delete_residents",
        "resident.delete": "delete_residents",
    }
)
"""Permission -> the switch of an account that takes it away when off; both are on unless set (rules 1.1)."""


def allowed(role: Role, permission: str, switches: Mapping[str, bool]) -> bool:
    """Whether an account of `role` with these `switches` has `permission`; one that nobody declared is refused.

    A switch only narrows: turning one on never gives what the role lacks. It binds every role that has it set.
    """
    return permission in PERMISSIONS[role] and switches.get(SWITCHES.get(permission, ""), True)
