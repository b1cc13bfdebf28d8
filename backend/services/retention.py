"""Old rows are taken away once a day, some at a time (rules 1.2, 10; features LOG-07, SET-05).

Logs go after the days of the setting. What is still open stays whatever its age: texts that have not left, differences
at doors, revocations without proof. Proofs stay two years for their receipts. Operations and the changes behind them
always stay: they are the audit log, the source of undo, and the rules of the past.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, insert, or_, select, true

from backend.catalog.settings import DEFAULTS
from backend.domain.context import Context
from backend.domain.enums import CommandState, OutgoingState
from backend.domain.retention import Kept, RetentionRecord
from backend.services.base import Service
from backend.services.slices import Stopped, going_on
from backend.store import tables as t
from backend.store.store import Store

DAYS = "retention.days"
"""Setting: days for which logs are kept."""
PROOF_DAYS = 730
"""Days for which a proved revocation is kept for its receipt."""
EVERY = timedelta(days=1)
AT_ONCE = 200
"""Rows taken away in one transaction."""
LOOKED_UP = 5_000
"""Rows looked up in one reading, before any lock."""

_LEFT = (OutgoingState.SENT.value, OutgoingState.HANDED.value, OutgoingState.DEAD.value, OutgoingState.WITHDRAWN.value)
_WAITS = (CommandState.QUEUED.value, CommandState.CLAIMED.value)

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one table: the condition of those of a community, and of those too old at an instant.

    They are kept for `days`, None for those of the setting, 0 for what is over.
    """

    table: Table
    label: str
    mine: Callable[[int], Condition]
    old: Callable[[datetime], Condition]
    days: int | None = None


def _of(table: Table) -> Callable[[int], Condition]:
    return lambda community_id: table.c.community_id == community_id


def _at_devices(table: Table) -> Callable[[int], Condition]:
    """Rows about devices of a community, and about none."""
    d = t.device
    here = select(d.c.id)
    return lambda community_id: or_(
        table.c.device_id.in_(here.where(d.c.community_id == community_id)), table.c.device_id.is_(None)
    )


def _whole_site(_community_id: int) -> Condition:
    return true()


def _settled_report(before: datetime) -> Condition:
    """An import that has ended, or that nobody has gone on with for so long."""
    return t.import_report.c.touched_at < before


def _reports(condition: Condition) -> Condition:
    return t.import_row.c.report_id.in_(select(t.import_report.c.id).where(condition))


KINDS = (
    Kind(
        t.door_log,
        "Door logs",
        _of(t.door_log),
        lambda before: and_(t.door_log.c.happened_at < before, t.door_log.c.received_at < before),
    ),
    Kind(t.event, "Messages of devices", _at_devices(t.event), lambda before: t.event.c.received_at < before),
    Kind(
        t.command,
        "Commands to devices",
        _at_devices(t.command),
        lambda before: and_(t.command.c.made_at < before, t.command.c.state.not_in(_WAITS)),
    ),
    Kind(t.drift, "Settled differences", _at_devices(t.drift), lambda before: t.drift.c.ended_at < before),
    Kind(
        t.revocation,
        "Proved revocations",
        _of(t.revocation),
        lambda before: and_(t.revocation.c.freed_at < before, t.revocation.c.absent_at.is_not(None)),
        PROOF_DAYS,
    ),
    Kind(
        t.outgoing,
        "Mails and text messages",
        _of(t.outgoing),
        lambda before: and_(
            func.coalesce(t.outgoing.c.ended_at, t.outgoing.c.made_at) < before, t.outgoing.c.state.in_(_LEFT)
        ),
    ),
    Kind(
        t.import_row,
        "Rows of import reports",
        lambda community_id: _reports(t.import_report.c.community_id == community_id),
        lambda before: _reports(_settled_report(before)),
    ),
    Kind(
        t.import_report,
        "Import reports",
        _of(t.import_report),
        lambda before: and_(_settled_report(before), t.import_report.c.id.not_in(select(t.import_row.c.report_id))),
    ),
    Kind(t.login_session, "Sign-ins", _whole_site, lambda before: t.login_session.c.expires_at < before, 0),
    Kind(t.login_code, "Mailed codes", _whole_site, lambda before: t.login_code.c.expires_at < before, 0),
    Kind(t.request, "Marks of what was asked", _whole_site, lambda before: t.request.c.at < before),
)
"""In the order in which they go: rows before what they belong to."""


class Retention(Service):
    """What is kept, and for how long."""

    def figures(self, context: Context) -> RetentionRecord:
        """How many rows of each kind there are, how many of them are too old, and when old ones went last."""
        with self.store.read(context, "setting.read") as connection:
            days, now = _days(connection), self.store.clock()
            kinds = tuple(_kept(connection, kind, context.community_id, days, now) for kind in KINDS)
            p = t.purge
            last = connection.execute(select(p).where(p.c.id == context.community_id)).one_or_none()
        return RetentionRecord(
            days=days,
            purged_at=last.at if last else None,
            purged=json.loads(last.counts) if last else {},
            kinds=kinds,
        )


def purge(store: Store, context: Context, stopped: Stopped = going_on) -> int:
    """Take a community's old rows away, once a day, as an operation of the agent; answers how many.

    Each transaction is short; `stopped` is asked between two, and what is left goes the next time.
    """
    with store.read() as connection:
        if not _is_due(connection, context.community_id, store.clock()):
            return 0
        days = _days(connection)
    gone: dict[str, int] = {}
    for kind in KINDS:
        if count := _purge_kind(store, context, kind, days, stopped):
            gone[kind.table.name] = count
        if stopped():
            break
    else:
        _note(store, context, gone)
    return sum(gone.values())


def _purge_kind(store: Store, context: Context, kind: Kind, days: int, stopped: Stopped) -> int:
    old = kind.old(_before(kind, days, store.clock()))
    key = kind.table.primary_key.columns[0]
    count = 0
    while True:
        with store.read() as connection:
            query = select(key).where(kind.mine(context.community_id), old).limit(LOOKED_UP)
            ids = deque(connection.execute(query).scalars())
        if not ids:
            return count
        while ids:
            if stopped():
                return count
            some = [ids.popleft() for _ in range(min(AT_ONCE, len(ids)))]
            with store.books(context) as work:
                work.connection.execute(delete(kind.table).where(key.in_(some), old))
            count += len(some)


def _note(store: Store, context: Context, gone: dict[str, int]) -> None:
    """Note that it is done for today, and in the operation log what went."""
    values: dict[str, Any] = {"id": context.community_id, "counts": json.dumps(gone)}
    with store.books(context) as work:
        work.connection.execute(delete(t.purge).where(t.purge.c.id == context.community_id))
        work.connection.execute(insert(t.purge).values(at=work.at, **values))
        work.touch("settings", *(["door_logs"] if t.door_log.name in gone else []))
    if gone:
        went = [(kind, gone[kind.table.name]) for kind in KINDS if kind.table.name in gone]
        words = ", ".join(f"{count:,} {kind.label.lower()}" for kind, count in went)
        with store.write(context.again(), "retention.purge") as work:
            work.require("setting.write")
            work.tell(f"Took away what is too old: {words}", "setting", None, "", undoable=False)


def _is_due(connection: Connection, community_id: int, now: datetime) -> bool:
    last = connection.execute(select(t.purge.c.at).where(t.purge.c.id == community_id)).scalar()
    return last is None or last <= now - EVERY


def _days(connection: Connection) -> int:
    found = connection.execute(select(t.setting.c.value).where(t.setting.c.name == DAYS)).scalar()
    return int(found or DEFAULTS[DAYS])


def _before(kind: Kind, days: int, now: datetime) -> datetime:
    """The instant before which rows of a kind are too old."""
    return now - timedelta(days=days if kind.days is None else kind.days)


def _kept(connection: Connection, kind: Kind, community_id: int, days: int, now: datetime) -> Kept:
    mine = select(func.count()).select_from(kind.table).where(kind.mine(community_id))
    return Kept(
        name=kind.table.name,
        label=kind.label,
        days=days if kind.days is None else kind.days,
        rows=connection.execute(mine).scalar_one(),
        due=connection.execute(mine.where(kind.old(_before(kind, days, now)))).scalar_one(),
    )
