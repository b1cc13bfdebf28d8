"""Commands to devices: writing them down for the agent, and reading how they went."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from backend.domain.context import Context, new_id
from backend.domain.doors import CommandRecord
from backend.domain.enums import CommandState, CommandVerb
from backend.domain.errors import NotFound
from backend.services.texts import command_text
from backend.store import tables as t
from backend.store.work import Work

LIVES = {
    CommandVerb.OPEN: timedelta(seconds=10),
    CommandVerb.IDENTIFY: timedelta(seconds=60),
    CommandVerb.READ_BACK: timedelta(minutes=10),
    CommandVerb.REBOOT: timedelta(minutes=1),
}
"""How long the agent may take a command; nobody wants a door to open later than that."""

ANSWER_WITHIN = timedelta(seconds=30)
"""The slowest device answers in 12 s (protocol 1.1); an agent that took a command and is silent after this has died."""


def queue(
    work: Work,
    verb: CommandVerb,
    *,
    device_id: int | None,
    relay_id: int | None = None,
    args: Mapping[str, str] | None = None,
    uuid: str = "",
) -> int:
    """Write a command down for the agent and answer its id; it leaves with the commit and is never sent twice."""
    work.touch("commands")
    return work.insert(
        t.command,
        uuid=uuid or new_id(),
        device_id=device_id,
        relay_id=relay_id,
        verb=verb.value,
        args=json.dumps(dict(args or {})),
        state=CommandState.QUEUED.value,
        made_at=work.at,
        expires_at=work.at + LIVES[verb],
        actor_id=work.context.actor_id,
        actor_name=work.context.actor_name,
    )


def command_row(connection: Connection, context: Context, command_id: int) -> Row[Any]:
    """A command of this community or of this actor, with the names of its door and device; raises NotFound."""
    c, relay, device = t.command, t.relay, t.device
    found = connection.execute(
        select(c, relay.c.name.label("door"), device.c.name.label("device"))
        .outerjoin(relay, relay.c.id == c.c.relay_id)
        .outerjoin(device, device.c.id == c.c.device_id)
        .where(
            c.c.id == command_id,
            or_(device.c.community_id == context.community_id, c.c.actor_id == context.actor_id),
        )
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such command.")
    return found


def state_of(row: Row[Any], now: datetime) -> CommandState:
    """How a command stands: one that no agent ended in time is over, even where no agent lives to write it down."""
    state = CommandState(row.state)
    if state is CommandState.QUEUED and row.expires_at <= now:
        return CommandState.EXPIRED
    if state is CommandState.CLAIMED and row.claimed_at + ANSWER_WITHIN <= now:
        return CommandState.UNKNOWN
    return state


def command_record(row: Row[Any], now: datetime) -> CommandRecord:
    """A command and its honest result, as it stands `now`."""
    verb, state = CommandVerb(row.verb), state_of(row, now)
    return CommandRecord(
        id=row.id,
        verb=verb,
        state=state,
        door=row.door or "",
        device=row.device or "",
        text=command_text(verb, state, row.result, LIVES[verb]),
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
