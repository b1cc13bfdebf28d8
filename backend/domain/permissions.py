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


SWITCH_WORDS: Mapping[str, str] = MappingProxyType(
    {"delete_residents": "Delete Account Permission", "log_access": "Log Access Control"}
)
"""Switch of an account -> its name in the guide."""

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "access_group.read": "seeing access groups",
        "access_group.write": "changing access groups",
        "apartment.create": "adding apartments",
        "apartment.read": "seeing apartments",
        "apartment.reset": "resetting apartments and moving families out",
        "apartment.write": "changing apartments",
        "backup.write": "making backups",
        "booking.read": "seeing bookings",
        "booking.write": "changing amenities and bookings",
        "building.read": "seeing buildings",
        "building.write": "adding and changing buildings",
        "community.edit": "changing the community's name, address and time",
        "community.read": "seeing the community's settings",
        "community.write": "adding communities and setting their switches",
        "credential.reveal": "seeing codes and the texts that hold them",
        "device.edit": "changing, restarting and setting up devices",
        "device.read": "seeing devices",
        "device.write": "adding, replacing and removing devices",
        "door.open": "opening doors",
        "door.read": "seeing doors",
        "door.try": "trying codes at a virtual door",
        "door_log.read": "seeing door logs",
        "library.delete": "taking codes, staff and deliveries away",
        "library.read": "seeing the Library",
        "manager.read": "seeing the accounts of managers",
        "manager.write": "adding and changing the accounts of managers",
        "operation.read": "seeing the operation log",
        "outbox.read": "seeing the Outbox",
        "outbox.write": "sending, handing over and deleting texts of the Outbox",
        "plan.read": "seeing what doors would receive",
        "resident.delete": "deleting residents",
        "resident.link": "locking the contact data of linked users",
        "resident.read": "seeing residents",
        "resident.write": "adding and changing residents",
        "setting.edit": "changing settings",
        "setting.read": "seeing settings",
        "setting.write": "changing the settings of the whole site",
        "sync.read": "seeing what doors hold",
        "sync.write": "deciding what doors are to hold",
        "undo.write": "taking back what was done",
        "visitor.read": "seeing visitors, deliveries and staff",
        "visitor.write": "changing visitors, deliveries and staff",
    }
)
"""Permission -> what it lets one do, as it is said to whoever lacks it."""


def refusal(permission: str, role: Role | None = None) -> str:
    """Why somebody may not do what needs `permission`: the role, or a switch where `role` alone would allow it."""
    if role is not None and allowed(role, permission, {}):
        return f"An installer has switched this off for your account ({SWITCH_WORDS[SWITCHES[permission]]})."
    what = f": {WORDS[permission]}" if permission in WORDS else ""
    return f"Your role does not allow this{what}. An installer can grant it."


def allowed(role: Role, permission: str, switches: Mapping[str, bool]) -> bool:
    """Whether an account of `role` with these `switches` has `permission`; one that nobody declared is refused.

    A switch only narrows: turning one on never gives what the role lacks. It binds every role that has it set.
    """
    return permission in PERMISSIONS[role] and switches.get(SWITCHES.get(permission, ""), True)
