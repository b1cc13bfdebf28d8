"""Removing a device: its doors leave every group, its books go, what was told to it ends."""

from __future__ import annotations

from sqlalchemy import Table, case, delete, func, select, update

from backend.domain.context import Context
from backend.domain.enums import CommandState
from backend.services.amenity_return import let_go
from backend.services.revocation_books import keep_of_device
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

AT_ONCE = 2000
"""Rows in one transaction, so that it holds the write lock for a moment only."""


def forget_books(store: Store, context: Context, device_id: int) -> None:
    """Delete the long books of a device, events and what it held, slice by slice, before the device itself goes.

    A device that stays after all, because the act was broken off, is read back before anything is sent to it.
    """
    with store.books(context) as work:
        sync = t.device_sync
        work.connection.execute(update(sync).where(sync.c.id == device_id).values(read_back_at=None))
    for table in (t.event, t.held):
        while _forget(store, context, table, device_id) == AT_ONCE:
            pass


def remove_device(work: Work, device_id: int) -> int:
    """Remove the device within its unit of work; answers how many revocations it never proved.

    Commands keep their words for the operation log, those under way end.
    """
    r, connection = t.read_back, work.connection
    unproved = connection.execute(
        select(func.count()).where(r.c.device_id == device_id, r.c.absent_at.is_(None))
    ).scalar_one()
    keep_of_device(work, device_id)
    for table in (t.read_back, t.event, t.held, t.relay_held, t.drift):
        connection.execute(delete(table).where(table.c.device_id == device_id))
    _end_commands(work, device_id)
    for table in (t.device_state, t.device_sync):
        connection.execute(delete(table).where(table.c.id == device_id))
    relay = t.relay
    relay_ids = connection.execute(select(relay.c.id).where(relay.c.device_id == device_id)).scalars().all()
    for opens in (t.access_group_relay, t.own_relay, t.relay_hold):
        for row_id in connection.execute(select(opens.c.id).where(opens.c.relay_id.in_(relay_ids))).scalars().all():
            work.delete(opens, row_id)
    for relay_id in relay_ids:
        work.delete(relay, relay_id)
    let_go(work, device_id)
    work.delete(t.device, device_id)
    return int(unproved)


def _forget(store: Store, context: Context, table: Table, device_id: int) -> int:
    ids = select(table.c.id).where(table.c.device_id == device_id).limit(AT_ONCE)
    with store.books(context) as work:
        return work.connection.execute(delete(table).where(table.c.id.in_(ids))).rowcount


def _end_commands(work: Work, device_id: int) -> None:
    c = t.command
    under_way = c.c.state.in_((CommandState.QUEUED.value, CommandState.CLAIMED.value))
    ended = case(
        (c.c.state == CommandState.CLAIMED.value, CommandState.UNKNOWN.value), else_=CommandState.REFUSED.value
    )
    mine = c.c.device_id == device_id
    work.connection.execute(
        update(c).where(mine, under_way).values(state=ended, ended_at=work.at, result="the device was removed")
    )
    work.connection.execute(update(c).where(mine).values(device_id=None, relay_id=None))
