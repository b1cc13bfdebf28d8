"""Commands: claimed before they are sent, never sent twice, ended with an honest word."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from backend.domain.context import Context
from backend.domain.enums import CommandState, CommandVerb, LogAction, LogResponse, LogType
from backend.domain.names import fold
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work


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


def claim(store: Store, context: Context, device_id: int | None) -> list[Claimed]:
    """Take the queued commands of a device that have not expired, oldest first; they are never sent again."""
    c, relay = t.command, t.relay
    with store.read() as connection:
        mine = c.c.device_id.is_(None) if device_id is None else c.c.device_id == device_id
        rows = connection.execute(
            select(c, relay.c.number.label("relay_number"))
            .outerjoin(relay, relay.c.id == c.c.relay_id)
            .where(mine, c.c.state == CommandState.QUEUED)
            .order_by(c.c.id)
        ).all()
    if not rows:
        return []
    taken = []
    with store.books(context) as work:
        for row in rows:
            claimed = work.connection.execute(
                update(c)
                .where(c.c.id == row.id, c.c.state == CommandState.QUEUED, c.c.expires_at > work.at)
                .values(state=CommandState.CLAIMED, claimed_at=work.at)
            )
            if claimed.rowcount:
                taken.append(
                    Claimed(
                        row.id,
                        row.uuid,
                        CommandVerb(row.verb),
                        row.device_id,
                        row.relay_id,
                        row.relay_number,
                        json.loads(row.args or "{}"),
                        row.actor_name,
                    )
                )
        work.touch("doors")
    return taken


def end(store: Store, context: Context, command: Claimed, state: CommandState, result: str) -> None:
    """Note how a command ended; an opening leaves its line in the door log in the same transaction."""
    with store.books(context) as work:
        work.connection.execute(
            update(t.command)
            .where(t.command.c.id == command.id, t.command.c.state == CommandState.CLAIMED)
            .values(state=state, result=result, ended_at=work.at)
        )
        if command.verb is CommandVerb.OPEN:
            _log_opening(work, command, state, result)
        work.touch("doors")


def expire(store: Store, context: Context) -> int:
    """End the commands that nobody took in time; answers how many."""
    now = store.clock()
    c = t.command
    late = (c.c.state == CommandState.QUEUED, c.c.expires_at <= now)
    with store.read() as connection:
        if connection.execute(select(c.c.id).where(*late).limit(1)).first() is None:
            return 0
    with store.books(context) as work:
        ended = work.connection.execute(
            update(c).where(*late).values(state=CommandState.EXPIRED, ended_at=work.at, result="not sent in time")
        )
        work.touch("doors")
        return ended.rowcount


def abandon(store: Store, context: Context) -> int:
    """After a crash: what had been claimed may have been sent, so it ends unknown and is not sent again."""
    c = t.command
    with store.books(context) as work:
        ended = work.connection.execute(
            update(c)
            .where(c.c.state == CommandState.CLAIMED)
            .values(state=CommandState.UNKNOWN, ended_at=work.at, result="the agent stopped while it was under way")
        )
        if ended.rowcount:
            work.touch("doors")
        return ended.rowcount


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
