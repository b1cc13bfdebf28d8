"""Whether the world has moved on since an act, so that it cannot be taken back any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, not_, select

from backend.domain.enums import CredentialKind, CredentialStatus, PinMode, ResidentRole, Via
from backend.domain.errors import Conflict
from backend.domain.names import display_name
from backend.services.apartment_reset import guests_of
from backend.services.credentials import LIVE, Value, clash, open_value, spoken
from backend.services.pin_mode import refuse_collisions, scope_now
from backend.services.resident_rows import family_of
from backend.services.undo_bookings import refuse_doors_kept_out, refuse_without_seats
from backend.services.undo_changes import Change
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer

_REFUSED = "This cannot be undone"

_NAMES = {
    "apartment": "an apartment",
    "building": "a building",
    "access_group": "an access group",
    "relay": "a door",
    "device": "a device",
    "holder": "a person",
    "amenity": "an amenity",
}


def changed_since(connection: Connection, operation_ids: Sequence[int]) -> dict[int, int]:
    """Act -> the first later act that changed one of its rows.

    What the agent writes about codes, which end when every door is proved to be without them, does not count.
    """
    change, later, o = t.change, t.change.alias("later"), t.operation
    proof = and_(o.c.via == Via.AGENT.value, later.c.table_name == t.credential.name)
    rows = connection.execute(
        select(change.c.operation_id, func.min(later.c.operation_id).label("first"))
        .join(
            later,
            and_(
                later.c.table_name == change.c.table_name,
                later.c.row_id == change.c.row_id,
                later.c.id > change.c.id,
                later.c.operation_id != change.c.operation_id,
            ),
        )
        .join(o, o.c.id == later.c.operation_id)
        .where(change.c.operation_id.in_(operation_ids), not_(proof), not_(_taken_back(change)))
        .group_by(change.c.operation_id)
    )
    return {row.operation_id: row.first for row in rows}


def _taken_back(change: Table) -> ColumnElement[bool]:
    """Whether the row of a change is back already, by an undo that was broken off."""
    back, o = t.change.alias("back"), t.operation.alias("half")
    return (
        select(back.c.id)
        .join(o, o.c.id == back.c.operation_id)
        .where(o.c.undo_of == change.c.operation_id, o.c.unfinished.is_(True))
        .where(back.c.table_name == change.c.table_name, back.c.row_id == change.c.row_id)
        .correlate(change)
        .exists()
    )


def refuse_if_moved_on(connection: Connection, sealer: Sealer, changes: Sequence[Change]) -> None:
    """Raise Conflict where a row cannot be put back: what it needs is gone, or somebody else has what it had."""
    _need_parents(connection, changes)
    _need_unused(connection, changes)
    _need_free_mail(connection, changes)
    _need_masters(connection, changes)
    _need_values(connection, sealer, changes)
    _need_pins_apart(connection, changes)
    refuse_without_seats(connection, changes)
    refuse_doors_kept_out(connection, changes)


def _need_parents(connection: Connection, changes: Iterable[Change]) -> None:
    """Every row that another one refers to must be there, or come back with it."""
    back = {(change.table, change.row_id) for change in changes if change.after is None}
    wanted: dict[Table, set[int]] = defaultdict(set)
    for change in changes:
        row = change.before if change.after is None else change.differing()
        for key in change.table.foreign_keys:
            value = (row or {}).get(key.parent.name)
            if value is not None and (key.column.table, value) not in back:
                wanted[key.column.table].add(value)
    for table, ids in wanted.items():
        if _count(connection, table, sorted(ids)) < len(ids):
            raise Conflict("", f"{_REFUSED}: {_NAMES.get(table.name, 'a record')} of it was deleted since.")


def _need_unused(connection: Connection, changes: Iterable[Change]) -> None:
    """What is erased must not be referred to by anything that stays; a person who is to be none lets go of all."""
    erased: dict[Table, set[int]] = defaultdict(set)
    for change in changes:
        if change.erases or (change.made and change.table is t.holder):
            erased[change.table].add(change.row_id)
    for child in t.metadata.tables.values():
        for key in child.foreign_keys:
            for part in chunks(sorted(erased.get(key.column.table, ()))):
                if key.column.table is t.holder:
                    continue  # a tombstone stays
                users = set(connection.execute(select(child.c.id).where(key.parent.in_(part))).scalars())
                if users - erased.get(child, set()):
                    raise Conflict(
                        "", f"{_REFUSED}: {_NAMES.get(key.column.table.name, 'a record')} that it made is used by now."
                    )


def _need_free_mail(connection: Connection, changes: Iterable[Change]) -> None:
    """An e-mail address belongs to one resident, and may have been given to another since."""
    r, h = t.resident, t.holder
    back = {change.row_id: change.before for change in changes if change.table is r and change.before is not None}
    people = select(r.c.id, h.c.name).join(h, h.c.id == r.c.id)
    for part in chunks([row["email"] for row in back.values() if row["email"]]):
        for other in connection.execute(people.where(r.c.email.in_(part))):
            if other.id not in back:
                raise Conflict("", f"{_REFUSED}: the e-mail address belongs to {spoken(other.name)} by now.")


def _need_masters(connection: Connection, changes: Iterable[Change]) -> None:
    """Every apartment that has residents then must have one master then."""
    gone = {change.row_id for change in changes if change.table is t.resident and change.made}
    back = [change.row for change in changes if change.table is t.resident and change.after is None]
    homes = {int(change.row["apartment_id"]) for change in changes if change.table is t.resident}
    family = [row for part in chunks(sorted(homes)) for row in family_of(connection, part) if row.id not in gone]
    masters = {row.apartment_id: row.name for row in family if row.role == ResidentRole.MASTER.value}
    replaced = {int(change.row["apartment_id"]) for change in changes if change.table is t.resident and change.made}
    for row in back:
        if row["role"] == ResidentRole.MASTER.value:
            if other := masters.get(row["apartment_id"]):
                raise Conflict("", f"{_REFUSED}: the apartment has another family master by now, {spoken(other)}.")
            if strangers := [one.name for one in family if one.apartment_id == row["apartment_id"]]:
                raise Conflict("", f"{_REFUSED}: {spoken(strangers[0])} lives with the family that would go.")
            if row["apartment_id"] in replaced and guests_of(connection, row["apartment_id"]):
                raise Conflict("", f"{_REFUSED}: the family that would go has temporary keys or bookings by now.")
            masters[row["apartment_id"]] = display_name(row["first"], row["last"])
    lived_in = {row.apartment_id for row in family} | {row["apartment_id"] for row in back}
    if lived_in - masters.keys():
        raise Conflict("", f"{_REFUSED}: a family would be without its master.")


def _need_values(connection: Connection, sealer: Sealer, changes: Iterable[Change]) -> None:
    """A code that is gone may have been given again, to the same person too; one that still cools cannot."""
    c = t.credential
    wanted = [
        change.row_id
        for change in changes
        if change.table is c and change.before is not None and change.before["status"] in LIVE
    ]
    homes = {
        change.row_id: change.before["apartment_id"]
        for change in changes
        if change.table is t.holder and change.before is not None
    }
    back: set[tuple[str, str, bytes]] = set()
    for part in chunks(wanted):
        gone = select(c).where(c.c.id.in_(part), c.c.status == CredentialStatus.GONE.value)
        for row in connection.execute(gone).all():
            if row.kind == CredentialKind.FACE.value:
                raise Conflict("", f"{_REFUSED}: the photo was destroyed when every door had forgotten it.")
            scope = scope_now(connection, row, homes.get(row.holder_id))
            value = Value(CredentialKind(row.kind), open_value(sealer, row), scope, community_id=row.community_id)
            if sentence := clash(connection, sealer, value, None):
                raise Conflict("", f"{_REFUSED}. {sentence}")
            if (key := (row.kind, scope, row.value_index)) in back:
                raise Conflict("", f"{_REFUSED}: two of these people would have the same PIN.")
            back.add(key)


def _need_pins_apart(connection: Connection, changes: Iterable[Change]) -> None:
    """PIN mode comes back only while no two people share a PIN (edge case 4)."""
    for change in changes:
        if change.table is t.community and change.differing().get("pin_mode") == PinMode.PIN.value:
            try:
                refuse_collisions(connection, change.row_id)
            except Conflict as error:
                raise Conflict("", f"{_REFUSED}: {error}") from None


def _count(connection: Connection, table: Table, ids: Sequence[Any]) -> int:
    counts = (select(func.count()).select_from(table).where(table.c.id.in_(part)) for part in chunks(ids))
    return sum(connection.execute(query).scalar_one() for query in counts)
