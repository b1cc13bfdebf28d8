"""The modules of the application: their letters, names, and the screens behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from screens.base.session import ModuleEntry

if TYPE_CHECKING:
    from screens.base.page import Page
    from screens.base.session import Session


@dataclass(frozen=True, slots=True)
class Module:
    """A module: letter after `g`, name, where its screen is, and what one must be allowed to see it."""

    letter: str
    name: str
    place: str
    permission: str = ""
    demo_only: bool = False
    tab: bool = False
    """Whether it is a further page of another module, which has no line of its own in the column."""

    def make(self) -> Callable[[Session], Page]:
        """The class of its screen; imported when it is first shown."""
        module, _, name = self.place.partition(":")
        made: Callable[[Session], Page] = getattr(import_module(module), name)
        return made


MODULES = (
    Module("d", "Dashboard", "screens.dashboard:DashboardScreen"),
    Module("a", "Apartments", "screens.apartments:ApartmentsScreen", "apartment.read"),
    Module("r", "Residents", "screens.residents:ResidentsScreen", "resident.read"),
    Module("v", "Visitors & Staff", "screens.temp_keys:TempKeysTab", "visitor.read"),
    Module("v2", "Delivery", "screens.delivery:DeliveryTab", "visitor.read", tab=True),
    Module("v3", "Staff", "screens.staff:StaffTab", "visitor.read", tab=True),
    Module("g", "Access Groups", "screens.groups:GroupsScreen", "access_group.read"),
    Module("g2", "Holidays", "screens.holidays:HolidaysTab", "access_group.read", tab=True),
    Module("l", "Logs", "screens.door_logs:DoorLogsScreen", "door_log.read"),
    Module("i", "Library", "screens.library:PinsTab", "library.read"),
    Module("i2", "RF cards", "screens.library:CardsTab", "library.read", tab=True),
    Module("i3", "Ghost hunt", "screens.ghosts:GhostsTab", "library.read", tab=True),
    Module("p", "Devices", "screens.devices:DevicesScreen", "device.read"),
    Module("o", "Outbox", "screens.outbox:OutboxScreen", "outbox.read"),
    Module("s", "Settings", "screens.settings:SettingsScreen", "setting.read"),
    Module("b", "Bookings", "screens.bookings:BookingsScreen", "booking.read"),
    Module("b2", "Amenities", "screens.amenities:AmenitiesTab", "booking.read", tab=True),
    Module("t", "User Agreement", "screens.agreement:AgreementScreen"),
    Module("n", "Sync", "screens.sync_doors:SyncDoorsScreen", "sync.read"),
    Module("n2", "Revocations", "screens.revocations:RevocationsScreen", "sync.read", tab=True),
    Module("n3", "Drift", "screens.drift:DriftScreen", "sync.read", tab=True),
    Module("z", "Site Setup", "screens.setup_communities:CommunitiesTab", "community.write"),
    Module("z2", "Buildings", "screens.setup_buildings:BuildingsTab", "community.write", tab=True),
    Module("z3", "Apartments", "screens.setup_apartments:ApartmentsTab", "community.write", tab=True),
    Module("z4", "Devices", "screens.setup_devices:SetupDevicesTab", "device.write", tab=True),
    Module("z5", "Accounts", "screens.setup_accounts:AccountsTab", "community.write", tab=True),
    Module("h", "Operation Logs", "screens.operations:OperationsScreen", "operation.read"),
    Module("k", "Try a door", "screens.try_door:TryDoorScreen", demo_only=True),
)
"""In the order of the left column. Operation logs have a letter of their own while they are the only other log."""

FIRST = MODULES[0]
"""Where everybody begins."""

RECORD_PAGES = {
    "resident": "screens.resident_page:ResidentPage",
    "delivery": "screens.delivery:DeliveryPage",
    "staff": "screens.staff:StaffPage",
    "apartment": "screens.apartment_page:ApartmentPage",
    "temp-key": "screens.temp_key_page:TempKeyPage",
    "booking": "screens.booking_page:BookingPage",
    "amenity": "screens.amenity_page:AmenityPage",
    "device": "screens.device_page:DevicePage",
    "door": "screens.device_page:DoorPage",
    "access-group": "screens.group_page:GroupPage",
}
"""Record type -> the screen that shows one of them, made with the session and its id."""


def entries(demo: bool, may: Callable[[str], bool]) -> tuple[ModuleEntry, ...]:
    """The modules that this manager finds in the column."""
    return tuple(
        ModuleEntry(module.letter, module.name)
        for module in MODULES
        if not module.tab and (demo or not module.demo_only) and module_of(module.letter, may) is not None
    )


def module_of(letter: str, may: Callable[[str], bool]) -> Module | None:
    """The module with this letter; of one with tabs the first that may be seen. None where none may."""
    pages = [module for module in MODULES if letter in (module.letter, module.letter[:1])]
    return next((one for one in pages if not one.permission or may(one.permission)), None)
