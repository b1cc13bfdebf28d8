"""Hours and doors as rows: of access groups, and of the own rights of a holder beside their groups (rules 7, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, select

from backend.domain.access.rules import Window
from backend.domain.enums import Repeat
from backend.services.proofs_due import Place
from backend.services.rules import read_window
from backend.store import tables as t
from backend.store.work import Work


def set_own_rights(work: Work, holder_id: int, windows: Iterable[Window], relay_ids: Iterable[int]) -> bool:
    """Make these the hours and doors of a holder's own; tells whether anything differed. Call it within `reaching`."""
    hours = set_windows(work, t.own_window, holder_id, windows)
    return set_relays(work, t.own_relay, holder_id, relay_ids) or hours


def set_windows(work: Work, table: Table, owner_id: int, windows: Iterable[Window]) -> bool:
    """Make these the hours of a group (`access_window`) or holder (`own_window`); answers whether anything differed."""
    owner = _owner(table)
    rows = work.connection.execute(select(table).where(table.c[owner] == owner_id)).mappings().all()
    there, wanted = {read_window(dict(row)): row["id"] for row in rows}, list(dict.fromkeys(windows))
    for window in there.keys() - set(wanted):
        work.delete(table, there[window])
    for window in wanted:
        if window not in there:
            work.insert(table, **{owner: owner_id}, **window_values(window))
    return there.keys() != set(wanted)


def set_relays(work: Work, table: Table, owner_id: int, relay_ids: Iterable[int]) -> bool:
    """Make these the doors of a group (`access_group_relay`) or holder (`own_relay`); tells whether any differed."""
    owner = _owner(table)
    rows = work.connection.execute(select(table.c.relay_id, table.c.id).where(table.c[owner] == owner_id)).all()
    there, wanted = {row.relay_id: row.id for row in rows}, set(relay_ids)
    for relay_id in sorted(there.keys() - wanted):
        work.delete(table, there[relay_id])
    for relay_id in sorted(wanted - there.keys()):
        work.insert(table, **{owner: owner_id}, relay_id=relay_id)
    return there.keys() != wanted


def windows_of(connection: Connection, table: Table, owner_id: int) -> tuple[Window, ...]:
    """The hours of a group or holder, in the order in which they were written."""
    rows = connection.execute(select(table).where(table.c[_owner(table)] == owner_id).order_by(table.c.id)).mappings()
    return tuple(read_window(dict(row)) for row in rows)


def relays_of(connection: Connection, table: Table, owner_id: int) -> frozenset[int]:
    """The doors of a group or holder."""
    return frozenset(connection.execute(select(table.c.relay_id).where(table.c[_owner(table)] == owner_id)).scalars())


def places_of(connection: Connection, relay_ids: Iterable[int]) -> frozenset[Place]:
    """Relays as their devices have them."""
    relay = t.relay
    rows = connection.execute(select(relay.c.device_id, relay.c.number).where(relay.c.id.in_(sorted(set(relay_ids)))))
    return frozenset((row.device_id, row.number) for row in rows)


def _owner(table: Table) -> str:
    return "holder_id" if table in (t.own_window, t.own_relay) else "group_id"


def window_values(window: Window) -> dict[str, Any]:
    """A window as a row, as `read_window` reads it."""
    daily = window.repeat is not Repeat.NEVER
    return {
        "repeat": window.repeat.value,
        "days": "".join(str(day) for day in sorted(window.days)),
        "start": window.start if daily else None,
        "end": window.end if daily else None,
        "begins_at": window.begins,
        "ends_at": window.ends,
    }
