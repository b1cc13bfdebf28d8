"""The changes of an act as rows to put back, one after the other in reverse order (feature SYNC-07).

A person and their codes are never erased: the undo of adding them leaves a tombstone and lets the codes cool, since
every door must still be proved to be without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import Any

from sqlalchemy import Connection, Table, select

from backend.services.default_groups import place_in_default_groups
from backend.services.doors_reached import doors_changing, doors_of_own, with_doors
from backend.services.holders import people_at, reaching
from backend.services.logins import make_due, recall, send_due
from backend.services.own_rights import places_of
from backend.services.proofs_due import Place
from backend.services.relay_holds import devices_held_by
from backend.services.rules import READ, RuleRows, open_image
from backend.services.undo_bookings import devices_of_amenities
from backend.services.undo_rows import put_back
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

REASON = "undo"

AT_ONCE = 20
"""People whose changes one slice takes back at least: what the doors lose is looked up once for all of them."""
PLACES_AT_ONCE = 200
"""Apartments that one slice takes back at most, where an act made or changed nothing else beside people."""

_TOMBSTONED = (t.holder, t.credential)
_OWNER = {
    "holder": "id",
    "resident": "id",
    "temp_key": "id",
    "booking": "id",
    "credential": "holder_id",
    "access_group_member": "holder_id",
    "own_window": "holder_id",
    "own_relay": "holder_id",
}
_GROUP = {
    "access_group": "id",
    "access_window": "group_id",
    "access_group_relay": "group_id",
    "relay_hold": "group_id",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One row that an act changed, with its images before and after; None where there was no row."""

    table: Table
    row_id: int
    before: dict[str, Any] | None = field(repr=False)
    after: dict[str, Any] | None = field(repr=False)

    @property
    def row(self) -> dict[str, Any]:
        """The row in the state that is there."""
        return self.after or self.before or {}

    @property
    def made(self) -> bool:
        """Whether the act made the row."""
        return self.before is None

    @property
    def erases(self) -> bool:
        """Whether putting it back erases the row."""
        return self.made and self.table not in _TOMBSTONED

    @property
    def holder_id(self) -> int | None:
        """The person whom the row is about."""
        column = _OWNER.get(self.table.name)
        return None if column is None else int(self.row[column])

    @property
    def group_id(self) -> int | None:
        """The access group that the row belongs to."""
        column = _GROUP.get(self.table.name)
        return None if column is None else int(self.row[column])

    @property
    def decides(self) -> bool:
        """Whether what changed has a say about what somebody may open, or about what a door holds of them."""
        changes = self.made or self.after is None or self.differing().keys() & set(READ.get(self.table.name, ()))
        return self.table.name in READ and bool(changes)

    def differing(self) -> dict[str, Any]:
        """The columns that the act changed, as they were before."""
        before, after = self.before or {}, self.after or {}
        return {name: value for name, value in before.items() if name != "row_version" and after.get(name) != value}


def changes_of(connection: Connection, sealer: Sealer, operation_id: int, tables: Sequence[Table] = ()) -> list[Change]:
    """The changes of an act, last first, all or of some tables; raises Unreachable where an image cannot be opened."""
    c = t.change
    query = select(c).where(c.c.operation_id == operation_id).order_by(c.c.id.desc())
    if tables:
        query = query.where(c.c.table_name.in_([table.name for table in tables]))
    return [
        Change(
            t.metadata.tables[row.table_name],
            row.row_id,
            open_image(sealer, row.table_name, row.row_id, row.before_sealed),
            open_image(sealer, row.table_name, row.row_id, row.after_sealed),
        )
        for row in connection.execute(query)
    ]


def units(changes: Iterable[Change]) -> list[list[Change]]:
    """The changes of a few people each, of some apartments, or of what hangs together: what a slice takes back whole.

    Those of one person stand together, whether the act wrote person by person or table by table.
    """
    found: list[list[Change]] = []
    for about_people, run in groupby(changes, key=lambda change: change.holder_id is not None):
        if not about_people:
            rows = list(run)
            apart = all(change.table is t.apartment for change in rows)
            size = PLACES_AT_ONCE if apart else len(rows)
            found += [rows[at : at + size] for at in range(0, len(rows), size)]
            continue
        people: dict[int | None, list[Change]] = {}
        for change in run:
            people.setdefault(change.holder_id, []).append(change)
        whole = list(people.values())
        found += [list(chain(*whole[at : at + AT_ONCE])) for at in range(0, len(whole), AT_ONCE)]
    return found


def people_of(connection: Connection, changes: Sequence[Change]) -> set[int]:
    """Everybody whose rights the changes touch: the people themselves and the members of the groups."""
    groups = {change.group_id for change in changes if change.group_id is not None}
    member = t.access_group_member
    members = select(member.c.holder_id).where(member.c.group_id.in_(sorted(groups)))
    people = set(connection.execute(members).scalars() if groups else ())
    return people | _themselves(connection, changes)


def _themselves(connection: Connection, changes: Sequence[Change]) -> set[int]:
    """The people whom the changes are about one by one, and those at a device that they make public or private."""
    people = {change.holder_id for change in changes if change.holder_id is not None}
    return people | people_at(connection, _moved(changes))


def doors_of_groups(
    connection: Connection, changes: Sequence[Change]
) -> dict[int, tuple[frozenset[Place], frozenset[Place]]]:
    """Group -> the doors that it left and came to by these changes while it stays, with however many people in it."""
    come_or_gone = {one.row_id for one in changes if one.table is t.access_group and (one.made or one.after is None)}
    relays: dict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for change in changes:
        if change.table is t.access_group_relay and change.group_id not in come_or_gone:
            relays[int(change.row["group_id"])][change.made].add(int(change.row["relay_id"]))
    return {
        group_id: (places_of(connection, left), places_of(connection, come))
        for group_id, (left, come) in relays.items()
    }


def _moved(changes: Sequence[Change]) -> set[int]:
    """The devices that the changes make public or private."""
    return {
        change.row_id
        for change in changes
        if change.table is t.device and change.differing().keys() & {"public", "apartment_id"}
    }


def turn_back(work: Work, unit: Sequence[Change]) -> None:
    """Put the rows of a unit back; every door concerned before or after becomes dirty.

    What doors have to prove of everybody in a group, or of all residents, is written after it (`proofs_of_acts`).
    """
    devices = _devices(work.connection, unit)
    recall(work, (change.row_id for change in unit if change.table is t.resident and change.made))
    amenity_devices = devices_of_amenities(work.connection, unit)
    people, only = _themselves(work.connection, unit), _reached(work.connection, unit)
    with reaching(work, people, REASON, only=only) if only != set() else nullcontext():
        put_back(work, unit)
        for device_id in amenity_devices:
            place_in_default_groups(work, device_id)
    work.dirty(devices | _devices(work.connection, unit) | set(amenity_devices), REASON)
    _renew_logins(work, unit)


def _reached(connection: Connection, unit: Sequence[Change]) -> set[int] | None:
    """The devices that hold something else with these rows put back; None: it may be all of the people's."""
    deciding = [change for change in unit if change.decides]
    members = [change for change in deciding if change.table is t.access_group_member]
    own = [change for change in deciding if change.table in (t.own_relay, t.own_window)]
    if len(members) + len(own) < len(deciding):
        return None
    groups = {int(change.row["group_id"]) for change in members}
    if groups and groups != with_doors(connection, groups):
        return None  # a group that comes back, or goes, with its people
    found = doors_changing(connection, groups, [int(change.row["holder_id"]) for change in members])
    if own:
        relays = [int(change.row["relay_id"]) for change in own if change.table is t.own_relay]
        found |= doors_of_own(connection, [int(change.row["holder_id"]) for change in own], relays)
    return found


def _renew_logins(work: Work, unit: Sequence[Change]) -> None:
    """Login information of residents who are back: what did not leave goes out, and an e-mail address that comes back
    gets a new app password, since the other one had the last (edge case 32)."""
    for change in unit:
        if change.table is t.resident and change.before is not None:
            mail = change.before["email"]
            if change.after is not None and mail and mail != change.after["email"]:
                make_due(work, change.row_id)
            send_due(work, change.before["apartment_id"])


def imagine_back(rows: RuleRows, changes: Iterable[Change]) -> None:
    """Put the rows back in a copy of the rules only, for the plan."""
    for change in changes:
        rows.put(change.table.name, change.row_id, change.before)


def _devices(connection: Connection, unit: Sequence[Change]) -> set[int]:
    """The devices that the changes are about by themselves, by a group, or by the time zone of everybody."""
    found = {change.row_id for change in unit if change.table is t.device}
    found |= {int(change.row["device_id"]) for change in unit if change.table is t.relay}
    groups = {change.group_id for change in unit if change.group_id is not None}
    found |= devices_held_by(connection, groups)
    if groups:
        opens, relay = t.access_group_relay, t.relay
        query = select(relay.c.device_id).join(opens, opens.c.relay_id == relay.c.id)
        found |= set(connection.execute(query.where(opens.c.group_id.in_(sorted(groups)))).scalars())
    communities = {change.row_id for change in unit if change.table is t.community}
    communities |= {int(change.row["community_id"]) for change in unit if change.table is t.holiday}
    if communities:
        query = select(t.device.c.id).where(t.device.c.community_id.in_(sorted(communities)))
        found |= set(connection.execute(query).scalars())
    return found
