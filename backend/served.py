"""The services of a site by name, each loaded at its first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from backend.domain.errors import NotFound
from backend.domain.paging import ListQuery

if TYPE_CHECKING:
    from typing import Protocol

    from backend.domain.context import Context
    from backend.domain.paging import ListPages
    from backend.services.access import Access
    from backend.services.account import Account
    from backend.services.agents import Agents
    from backend.services.amenities import Amenities
    from backend.services.apartments import Apartments
    from backend.services.backups import Backups
    from backend.services.bookings import Bookings
    from backend.services.buildings import Buildings
    from backend.services.communities import Communities
    from backend.services.dashboard import DashboardService
    from backend.services.device_setup import DeviceSetup
    from backend.services.device_sheets import DeviceSheets
    from backend.services.devices import Devices
    from backend.services.door_logs import DoorLogs
    from backend.services.doors import Doors
    from backend.services.drift import Drift
    from backend.services.first_passwords import FirstPasswords
    from backend.services.forgotten import Forgotten
    from backend.services.ghosts import Ghosts
    from backend.services.groups import Groups
    from backend.services.holidays import Holidays
    from backend.services.import_staff import StaffImports
    from backend.services.imports import Imports
    from backend.services.kept import Kept
    from backend.services.library import Library
    from backend.services.library_list import CardList, PinList
    from backend.services.managers import Managers
    from backend.services.moves import Moves
    from backend.services.operations import Operations
    from backend.services.outbox_list import Outbox
    from backend.services.personnel import Deliveries, Staff
    from backend.services.relay_holds import RelayHolds
    from backend.services.remedies import Remedies
    from backend.services.residents import Residents
    from backend.services.retention import Retention
    from backend.services.revocations import Revocations
    from backend.services.search import Search
    from backend.services.sessions import Sessions
    from backend.services.settings import Settings
    from backend.services.sign_in import SignIn
    from backend.services.sites import Sites
    from backend.services.sync_doors import SyncDoors
    from backend.services.sync_state import Sync
    from backend.services.temp_keys import TempKeys
    from backend.services.undo import Undo
    from backend.services.undo_list import UndoList
    from backend.store.store import Store

    class Listed(Protocol):
        """A service whose records can be listed."""

        def list(self, context: Context, query: ListQuery) -> ListPages:
            """The records of a context's community."""

    Personnel = Staff | Deliveries
    Importing = Imports | StaffImports

SERVICES = {
    "communities": "communities:Communities",
    "buildings": "buildings:Buildings",
    "apartments": "apartments:Apartments",
    "moves": "moves:Moves",
    "residents": "residents:Residents",
    "groups": "groups:Groups",
    "holidays": "holidays:Holidays",
    "devices": "devices:Devices",
    "device_setup": "device_setup:DeviceSetup",
    "device_sheets": "device_sheets:DeviceSheets",
    "relay_holds": "relay_holds:RelayHolds",
    "doors": "doors:Doors",
    "logs": "door_logs:DoorLogs",
    "operations": "operations:Operations",
    "undo": "undo:Undo",
    "undoable": "undo_list:UndoList",
    "managers": "managers:Managers",
    "first_passwords": "first_passwords:FirstPasswords",
    "sign_in": "sign_in:SignIn",
    "sessions": "sessions:Sessions",
    "account": "account:Account",
    "forgotten": "forgotten:Forgotten",
    "kept": "kept:Kept",
    "sites": "sites:Sites",
    "imports": "imports:Imports",
    "library": "library:Library",
    "library_pins": "library_list:PinList",
    "library_cards": "library_list:CardList",
    "ghosts": "ghosts:Ghosts",
    "sync": "sync_state:Sync",
    "sync_doors": "sync_doors:SyncDoors",
    "revocations": "revocations:Revocations",
    "drift": "drift:Drift",
    "temp_keys": "temp_keys:TempKeys",
    "access": "access:Access",
    "remedies": "remedies:Remedies",
    "search": "search:Search",
    "dashboard": "dashboard:DashboardService",
    "agents": "agents:Agents",
    "backups": "backups:Backups",
    "retention": "retention:Retention",
    "settings": "settings:Settings",
    "outbox": "outbox_list:Outbox",
    "amenities": "amenities:Amenities",
    "bookings": "bookings:Bookings",
    "staff": "personnel:Staff",
    "deliveries": "personnel:Deliveries",
    "staff_imports": "import_staff:StaffImports",
}
"""Name of each service -> its module and class; they are loaded when they are first asked for."""

LISTS = {
    "community": "communities",
    "building": "buildings",
    "apartment": "apartments",
    "resident": "residents",
    "temp-key": "temp_keys",
    "access-group": "groups",
    "holiday": "holidays",
    "device": "devices",
    "door": "doors",
    "door-log": "logs",
    "operation": "operations",
    "manager": "managers",
    "undo": "undoable",
    "sync-door": "sync_doors",
    "revocation": "revocations",
    "drift": "drift",
    "outgoing": "outbox",
    "amenity": "amenities",
    "booking": "bookings",
    "staff": "staff",
    "delivery": "deliveries",
    "library-pin": "library_pins",
    "library-card": "library_cards",
    "ghost": "ghosts",
}
"""Name of each record type that has a list -> the service that lists it."""


class Served:
    """What holds the services: nothing to be had before a store is attached."""

    communities: Communities
    buildings: Buildings
    apartments: Apartments
    moves: Moves
    residents: Residents
    groups: Groups
    holidays: Holidays
    devices: Devices
    device_setup: DeviceSetup
    device_sheets: DeviceSheets
    relay_holds: RelayHolds
    doors: Doors
    logs: DoorLogs
    operations: Operations
    undo: Undo
    undoable: UndoList
    managers: Managers
    first_passwords: FirstPasswords
    sign_in: SignIn
    sessions: Sessions
    account: Account
    forgotten: Forgotten
    kept: Kept
    sites: Sites
    imports: Imports
    library: Library
    library_pins: PinList
    library_cards: CardList
    ghosts: Ghosts
    sync: Sync
    sync_doors: SyncDoors
    revocations: Revocations
    drift: Drift
    temp_keys: TempKeys
    access: Access
    remedies: Remedies
    search: Search
    dashboard: DashboardService
    agents: Agents
    backups: Backups
    retention: Retention
    settings: Settings
    outbox: Outbox
    amenities: Amenities
    bookings: Bookings
    staff: Staff
    deliveries: Deliveries
    staff_imports: StaffImports

    def __init__(self) -> None:
        self._store: Store | None = None

    def __getattr__(self, name: str) -> object:
        """A service at its first use: a screen that shows no residents need not wait for what they need."""
        store = self.__dict__.get("_store")
        if store is None or name not in SERVICES:
            raise AttributeError(f"{name}: there is no such service, or the engine has not been started")
        module, _, kind = SERVICES[name].partition(":")
        return self.__dict__.setdefault(name, getattr(import_module(f"backend.services.{module}"), kind)(store))

    def list(self, record: str, context: Context, query: ListQuery = ListQuery()) -> ListPages:  # noqa: B008
        """The list of a record type by its name in the catalog; raises NotFound for one that has no list."""
        if record not in LISTS:
            raise NotFound(f"There is no list of {record}.")
        service: Listed = getattr(self, LISTS[record])
        return service.list(context, query)
