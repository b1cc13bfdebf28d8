"""Commands: claimed before they are sent, never sent twice, ended with an honest word."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, or_, select, update

from backend.domain.context import Context
from backend.domain.enums import CommandState, CommandVerb, LogAction, LogResponse, LogType
from backend.domain.names import fold
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

ABANDONED = "the agent stopped while it was under way"
LOST_AFTER = timedelta(seconds=60)
"""No device takes so long to answer, twice its time limit: whoever claimed a command and is silent has gone."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A command that is ours to carry out."""

    id: int
    uuid: str
    verb: CommandVerb
    device_id: int | None
    relay_id: int | None
    relay_number: int | None
    args: dict[str, str]
    actor_name: str


def waiting_devices(connection: Connection) -> set[int | None]:
    """The devices that queued commands are for; None stands for commands without a device."""
    c = t.command
    return set(connection.execute(select(c.c.device_id).where(c.c.state == CommandState.QUEUED).distinct()).scalars())


def claim(store: Store, context: Context, device_id: int | None) -> Claimed | None:
    """Take the oldest queued command of a device that has not expired; it is never sent again.

    One at a time: what waits behind a slow device stays queued, where it expires.
    """
    c = t.command
    oldest = (
        _with_relay()
        .where(c.c.device_id.is_not_distinct_from(device_id), c.c.state == CommandState.QUEUED)
        .order_by(c.c.id)
        .limit(1)
    )
    with store.books(context) as work:
        row = work.connection.execute(oldest.where(c.c.expires_at > work.at)).first()
        if row is None:
            return None
        work.connection.execute(
            update(c).where(c.c.id == row.id).values(state=CommandState.CLAIMED, claimed_at=work.at)
        )
        return _claimed(row)


def end(store: Store, context: Context, command: Claimed, state: CommandState, result: str) -> None:
    """Note how a command ended; an opening leaves its line in the door log in the same transaction.

    A command that was given up meanwhile stays as it ended then.
    """
    with store.books(context) as work:
        _end(work, command, state, result)


def expire(store: Store, context: Context) -> int:
    """End the commands that nobody took in time, and those whose taker fell silent; answers how many."""
    now = store.clock()
    c = t.command
    late = and_(c.c.state == CommandState.QUEUED, c.c.expires_at <= now)
    lost = and_(c.c.state == CommandState.CLAIMED, c.c.claimed_at <= now - LOST_AFTER)
    with store.read() as connection:
        if connection.execute(select(c.c.id).where(or_(late, lost)).limit(1)).first() is None:
            return 0
    with store.books(context) as work:
        ended = work.connection.execute(
            update(c).where(late).values(state=CommandState.EXPIRED, ended_at=work.at, result="not sent in time")
        )
        work.touch("doors")
        return ended.rowcount + _give_up(work, lost)


def abandon(store: Store, context: Context) -> int:
    """After a crash: what had been claimed may have been sent, so it ends unknown and is not sent again."""
    with store.books(context) as work:
        return _give_up(work, t.command.c.state == CommandState.CLAIMED)


def _give_up(work: Work, which: ColumnElement[bool]) -> int:
    rows = work.connection.execute(_with_relay().where(which).order_by(t.command.c.id)).all()
    for row in rows:
        _end(work, _claimed(row), CommandState.UNKNOWN, ABANDONED)
    return len(rows)


def _end(work: Work, command: Claimed, state: CommandState, result: str) -> None:
    c = t.command
    ended = work.connection.execute(
        update(c)
        .where(c.c.id == command.id, c.c.state == CommandState.CLAIMED)
        .values(state=state, result=result, ended_at=work.at)
    )
    if ended.rowcount and command.verb is CommandVerb.OPEN:
        _log_opening(work, command, state, result)
    work.touch("doors")


def _with_relay() -> Select[Any]:
    return select(t.command, t.relay.c.number.label("relay_number")).outerjoin(
        t.relay, t.relay.c.id == t.command.c.relay_id
    )


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(
        row.id,
        row.uuid,
        CommandVerb(row.verb),
        row.device_id,
        row.relay_id,
        row.relay_number,
        json.loads(row.args or "{}"),
        row.actor_name,
    )


_RESPONSES = {
    CommandState.DONE: LogResponse.SUCCESS,
    CommandState.UNKNOWN: LogResponse.UNKNOWN,
}


def _log_opening(work: Work, command: Claimed, state: CommandState, result: str) -> None:
    place = _place(work.connection, command.relay_id)
    if place is None:
        return
    work.connection.execute(
        insert(t.door_log).values(
            community_id=place.community_id,
            device_id=place.device_id,
            relay_id=command.relay_id,
            building_id=place.building_id,
            happened_at=_to_second(work.at),
            received_at=work.at,
            building=place.building or "",
            device=place.device,
            door=place.door,
            initiated_by=command.actor_name,
            initiated_fold=fold(command.actor_name),
            type=LogType.RELEASE,
            action=LogAction.HTTP,
            response=_RESPONSES.get(state, LogResponse.FAILED),
            reason="" if state is CommandState.DONE else result,
            remote_key=f"command:{command.uuid}",
        )
    )
    work.touch("door_logs")


def _place(connection: Connection, relay_id: int | None) -> Row[*tuple[Any, ...]] | None:
    relay, device, building = t.relay, t.device, t.building
    return connection.execute(
        select(
            device.c.community_id,
            device.c.id.label("device_id"),
            device.c.name.label("device"),
            device.c.building_id,
            building.c.name.label("building"),
            relay.c.name.label("door"),
        )
        .select_from(relay)
        .join(device, device.c.id == relay.c.device_id)
        .outerjoin(building, building.c.id == device.c.building_id)
        .where(relay.c.id == relay_id)
    ).one_or_none()


def _to_second(at: datetime) -> datetime:
    """Devices log whole seconds: ours are cut alike, so that both stand in one order."""
    return at.replace(microsecond=0)
