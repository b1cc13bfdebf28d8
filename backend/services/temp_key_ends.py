"""Uses of temporary keys, and keys that are over: their digits leave every door and cool (rules 7.1).

A use is counted in the transaction of the line of the door log that tells of it; a key without a use left is freed
right after, and by the agent's next round should it have been broken off in between. So is a key whose time is over, so
that nobody is given its digits while a door could still honour them (edge case 21).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, union

from backend.domain.context import Context
from backend.domain.enums import LogResponse
from backend.domain.temp_keys import ONE_ENTRY
from backend.services.credentials import LIVE, credentials_of, free
from backend.services.holders import reaching
from backend.services.temp_key_rows import key_rows, key_time, over, with_time
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

AT_ONCE = 20
"""Keys freed in one transaction."""


def count_uses(work: Work, device_id: int, remote_keys: Iterable[str]) -> int:
    """Count what these lines of a device's log tell of counted keys and reservations; answers how many uses are new.

    Each line counts once. Lines that failed, or that lie outside the key's time, use nothing; two relays of one phone
    opened by one entry are one use.
    """
    wanted = tuple(remote_keys)
    if not wanted:
        return 0
    log, key = t.door_log, t.temp_key
    counted_keys = union(select(key.c.id).where(key.c.each_count.is_not(None)), select(t.booking.c.id))
    lines = work.connection.execute(
        select(log.c.id, log.c.holder_id, log.c.relay_id, log.c.happened_at)
        .where(log.c.device_id == device_id, log.c.remote_key.in_(wanted))
        .where(log.c.response == LogResponse.SUCCESS.value, log.c.holder_id.in_(counted_keys))
        .order_by(log.c.happened_at, log.c.id)
    ).all()
    counted = 0
    for line in lines:
        if key_time(work.connection, line.holder_id).covers(line.happened_at) and not _counted(work, device_id, line):
            work.connection.execute(
                insert(t.temp_key_use).values(
                    holder_id=line.holder_id,
                    door_log_id=line.id,
                    device_id=device_id,
                    relay_id=line.relay_id,
                    at=line.happened_at,
                )
            )
            counted += 1
    if counted:
        work.touch("temp_keys", "bookings")
    return counted


def _counted(work: Work, device_id: int, line: Any) -> bool:
    """Whether the entry of a line is counted already, by itself or by the line of another relay of the phone."""
    use = t.temp_key_use
    near = use.c.at.between(line.happened_at - ONE_ENTRY, line.happened_at + ONE_ENTRY)
    same_entry = and_(
        use.c.holder_id == line.holder_id, use.c.device_id == device_id, use.c.relay_id != line.relay_id, near
    )
    found = select(use.c.id).where(or_(use.c.door_log_id == line.id, same_entry)).limit(1)
    return work.connection.execute(found).first() is not None


class _Nobody(Exception):
    """Another process has freed them meanwhile."""


def free_ended(store: Store, context: Context) -> int:
    """Free the keys of a community that are used up or over, as operations of the agent; answers how many."""
    freed = 0
    while True:
        with store.read() as connection:
            if not _ended(connection, context.community_id, store.clock()):
                return freed
        with suppress(_Nobody), store.write(context.again(), "temp_key.end") as work:
            work.require("visitor.write")
            rows = _ended(work.connection, context.community_id, work.at)
            if not rows:
                raise _Nobody
            _free(work, rows)
            freed += len(rows)


def _free(work: Work, rows: Sequence[Row[Any]]) -> None:
    """Free the codes of these keys."""
    ids = [row.id for row in rows]
    with reaching(work, ids, "temporary key over"):
        for credential in credentials_of(work.connection, ids):
            free(work, credential.id)
    if len(rows) == 1:
        work.tell("Temporary key over", "temp-key", ids[0], rows[0].name, undoable=False)
    else:
        name = f"{rows[0].name} and {len(rows) - 1} more"
        work.tell(f"{len(rows)} temporary keys over", "temp-key", None, name, undoable=False)
    work.touch("temp_keys")


def _ended(connection: Connection, community_id: int, now: datetime) -> list[Row[Any]]:
    """Keys whose digits still hold although nothing is left of their uses or their time, a few of them."""
    live = t.credential.c.status.in_(LIVE)
    query = with_time(key_rows(community_id)).where(live, over(now)).order_by(t.temp_key.c.id).limit(AT_ONCE)
    return list(connection.execute(query))
