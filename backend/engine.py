"""The one door into the backend for screens and commands: it opens a site and holds its services.

Importing this module loads neither the database nor the models: `start` does, after the first paint.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.context import Clock, Context, system_clock
from backend.domain.errors import NotFound
from backend.domain.paging import ListPages, ListQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from backend.catalog.model import Record
    from backend.documents.photos import Dots
    from backend.domain.enums import ImportKind
    from backend.domain.filter import FieldSpec, Filter
    from backend.domain.imports import FaceFile
    from backend.domain.paging import ListPages
    from backend.domain.receipts import Receipt
    from backend.domain.sheets import Sheet
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
    from backend.services.remedies import Remedies
    from backend.services.residents import Residents
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
    from backend.store.feed import ChangeFeed
    from backend.store.store import Store

    class Listed(Protocol):
        """A service whose records can be listed."""

        def list(self, context: Context, query: ListQuery) -> ListPages:
            """The records of a context's community."""

    Sheets = tuple[Sheet, ...]
    Faces = tuple[FaceFile, ...]
    Personnel = Staff | Deliveries
    Importing = Imports | StaffImports
    Modules = tuple[tuple[bool, ...], ...]

Words = list[str]

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


class Engine:
    """A site and its services; cheap to make, usable from several threads after `start`.

    Every service method is synchronous and blocks on the database: screens call it in a thread.
    """

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
    settings: Settings
    outbox: Outbox
    amenities: Amenities
    bookings: Bookings
    staff: Staff
    deliveries: Deliveries
    staff_imports: StaffImports
    feed: ChangeFeed
    """Tells of every commit, of whatever process; `subscribe` answers how to end that."""

    def __init__(self, root: Path, *, clock: Clock = system_clock) -> None:
        self.root = root
        self.clock = clock
        self._store: Store | None = None

    @property
    def started(self) -> bool:
        """Whether the site is open."""
        return self._store is not None

    def start(self) -> None:
        """Open the site; a schema that is behind is brought up first, with a verified backup.

        Raises NotFound where there is no site, Unreachable when it cannot be used. Takes some tenths of a second.
        """
        from backend.store.opening import open_site

        self._attach(open_site(self.root, clock=self.clock))

    def is_current(self) -> bool:
        """Whether `start` would only open the site: there is one, and its schema is the one that the code knows."""
        from backend.store.migrate import needs_migration
        from backend.store.site import Site

        database = Site(self.root).database
        return database.exists() and needs_migration(database) == "none"

    def close(self) -> None:
        """Let go of the site; an engine that never started closes too."""
        store, self._store = self._store, None
        if store is not None:
            self.feed.stop()
            store.close()

    async def __aenter__(self) -> Engine:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await asyncio.to_thread(self.close)

    @staticmethod
    def create(
        root: Path,
        *,
        community: str,
        timezone: str,
        admin_email: str,
        admin_name: str,
        password: str,
        key_file: bool = False,
        country: str = "",
        clock: Clock = system_clock,
    ) -> Engine:
        """Make a site with its community and first installer, and answer its engine, started.

        Raises Invalid (community, timezone, email, name, password) before anything is written, Conflict (site) when
        there is a site in `root` already, Unreachable.
        """
        from backend.services.setup import check_first, insert_first
        from backend.store.opening import create_site

        first = check_first(
            community=community,
            timezone=timezone,
            country=country,
            email=admin_email,
            name=admin_name,
            password=password,
        )
        engine = Engine(root, clock=clock)
        store = create_site(root, key_file=key_file, clock=clock)
        try:
            insert_first(store, first)
        except BaseException:
            store.close()
            store.path.unlink()
            raise
        engine._attach(store)
        return engine

    def list(self, record: str, context: Context, query: ListQuery = ListQuery()) -> ListPages:  # noqa: B008
        """The list of a record type by its name in the catalog; raises NotFound for one that has no list."""
        if record not in LISTS:
            raise NotFound(f"There is no list of {record}.")
        service: Listed = getattr(self, LISTS[record])
        return service.list(context, query)

    def export(
        self,
        record: str,
        context: Context,
        query: ListQuery,
        path: Path,
        told: Callable[[int, int], bool] = lambda _done, _total: True,
    ) -> int | None:
        """Write every row of a list as a file, xlsx or csv by its suffix, and answer how many; None when stopped.

        `told` is called between pages with the rows written and the rows there are, and answers whether to go on.
        Raises Forbidden as the list does, Invalid (path); an instant is written in the zone of the actor's community.
        """
        from backend.catalog.registry import RECORDS

        return self.export_pages(RECORDS[record], context, self.list(record, context, query), path, told)

    def export_pages(
        self,
        record: Record,
        context: Context,
        pages: ListPages,
        path: Path,
        told: Callable[[int, int], bool] = lambda _done, _total: True,
    ) -> int | None:
        """The same for rows of a record type that have been found already."""
        from backend.documents.lists import write_list

        return write_list(path, record, pages, self.communities.get(context).timezone, told)

    def parse_filter(self, record: str, context: Context, text: str) -> Filter:
        """A filter on a record type from its expression; times are those of the actor's community. Raises Invalid."""
        from backend.domain.filter import parse

        return parse(text, _specs(record), now=self.clock(), zone=self._zone(context))

    def complete_filter(self, record: str, text: str, cursor: int) -> Words:
        """What may be written on at `cursor`, the likeliest first."""
        from backend.domain.filter import complete

        return complete(text, cursor, _specs(record))

    def backup(self, context: Context, path: Path) -> Path:
        """Write a verified copy of the database to `path`; see `Backups.write`."""
        return self.backups.write(context, path)

    def read_photo(self, path: Path) -> bytes:
        """The photo of a face in a file, as a draft takes it: a JPEG of at most 200 kB; raises Invalid (face)."""
        from backend.documents.photos import read_photo_file

        return read_photo_file(path)

    def draw_photo(self, jpeg: bytes, columns: int) -> Dots:
        """A photo as rows of coloured dots, so many columns wide; two dots stand above each other in a cell."""
        from backend.documents.photos import dots_of

        return dots_of(jpeg, columns)

    def draw_qr(self, text: str) -> Modules:
        """The QR code of a text as rows of modules, True for dark, without its quiet zone."""
        from backend.services.qr import qr_modules

        return qr_modules(text)

    def read_sheets(self, path: Path) -> Sheets:
        """The sheets of an xlsx or csv file for `imports.begin`; raises Invalid (file) with one sentence."""
        from backend.documents.reading import read_file

        return read_file(path.expanduser())

    def read_pasted(self, text: str) -> Sheets:
        """Pasted lines as a sheet for `imports.begin`; raises Invalid (file)."""
        from backend.documents.reading import read_pasted

        return read_pasted(text)

    def read_faces(self, path: Path, told: Callable[[int, int], bool] = lambda _done, _all: True) -> Faces:
        """The photos of a zip for `imports.begin_faces`, made as devices take them; `told` hears how far it is.

        Raises Invalid (file) for the zip as a whole; a photo that cannot be taken comes with its reason.
        """
        from backend.documents.faces import read_faces

        return read_faces(path.expanduser(), told)

    def write_receipt(self, path: Path, receipt: Receipt) -> None:
        """Write a receipt as a file, text or PDF by its suffix; raises Invalid (path)."""
        from backend.documents.receipts import write_receipt

        write_receipt(path.expanduser(), receipt)

    def write_template(self, context: Context, kind: ImportKind, path: Path, *, filled: bool = False) -> int:
        """Write the template of an import with its hints; `filled` with everybody, for a batch edit.

        Answers how many residents are in it. Raises Invalid (path), Forbidden.
        """
        from backend.documents.writer import write_rows
        from backend.domain.imports import TEMPLATES, TITLES

        columns = TEMPLATES[kind]
        rows = self.imports.export(context) if filled else ()
        names, hints = [column.heading for column in columns], [column.hint for column in columns]
        return write_rows(path.expanduser(), names, rows, title=TITLES[kind], hints=hints)

    def write_staff_template(self, path: Path) -> None:
        """Write the guide's empty RF card template of staff with its hints; raises Invalid (path)."""
        from backend.documents.writer import write_rows
        from backend.domain.import_columns import STAFF_COLUMNS

        names, hints = [column.heading for column in STAFF_COLUMNS], [column.hint for column in STAFF_COLUMNS]
        write_rows(path.expanduser(), names, (), title="Staff", hints=hints)

    def write_device_template(self, path: Path) -> None:
        """Write the empty template of devices with its hints; raises Invalid (path)."""
        from backend.documents.writer import write_rows
        from backend.domain.device_sheets import COLUMNS

        names, hints = [heading for _, heading, _ in COLUMNS], [hint for _, _, hint in COLUMNS]
        write_rows(path.expanduser(), names, (), title="Devices", hints=hints)

    def write_report(self, context: Context, report_id: int, path: Path) -> int:
        """Write what became of each row of an import as a file; raises NotFound, Invalid (path)."""
        from backend.documents.writer import write_rows
        from backend.domain.imports import REPORT_COLUMNS, report_cells

        report = self.imports.report(context, report_id)
        return write_rows(path.expanduser(), REPORT_COLUMNS, report_cells(report), title=f"Import {report_id}")

    def poke(self) -> None:
        """Wake the site's agent; every commit of this engine does so by itself."""
        from backend.store.poke import poke
        from backend.store.site import Site

        poke(Site(self.root))

    def _zone(self, context: Context) -> str:
        """The time zone of the actor's community (edge case 24)."""
        from backend.services.communities import community_row

        assert self._store is not None, "start() comes first"
        with self._store.read() as connection:
            return str(community_row(connection, context.community_id).timezone)

    def __getattr__(self, name: str) -> object:
        """A service at its first use: a screen that shows no residents need not wait for what they need."""
        store = self.__dict__.get("_store")
        if store is None or name not in SERVICES:
            raise AttributeError(f"{name}: there is no such service, or the engine has not been started")
        module, _, kind = SERVICES[name].partition(":")
        return self.__dict__.setdefault(name, getattr(import_module(f"backend.services.{module}"), kind)(store))

    def _attach(self, store: Store) -> None:
        """Begin to tell of changes, and wake the agent after each commit."""
        from backend.store.feed import ChangeFeed

        try:
            self.feed = ChangeFeed(store)
        except BaseException:
            store.close()
            raise
        store.after_commit.append(lambda _topics: self.poke())
        self._store = store


def _specs(record: str) -> Sequence[FieldSpec]:
    from backend.catalog.registry import RECORDS
    from backend.catalog.specs import filter_specs

    if record not in RECORDS:
        raise NotFound(f"There is no list of {record}.")
    return filter_specs(RECORDS[record])
