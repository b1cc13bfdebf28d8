"""Keys of reservations that are over or used up: they leave every door and cool (rules 6; edge case 21)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from backend.domain.context import Context
from backend.domain.enums import CredentialKind
from backend.services.booking_rights import end_keys
from backend.services.credentials import LIVE, credentials_of, free
from backend.services.holders import reaching
from backend.store import tables as t
from backend.store.store import Store

AT_ONCE = 20
"""Keys freed in one transaction."""


class _Nobody(Exception):
    """Another process has freed them meanwhile."""


def free_over(store: Store, context: Context) -> int:
    """Free the keys of a community that are over or used up, as operations of the agent; answers how many.

    A reservation whose key is used up keeps its seat. Where nothing is to be done it costs one small query.
    """
    freed = 0
    while True:
        with store.read() as connection:
            if not _over(connection, context.community_id, store.clock()):
                return freed
        with suppress(_Nobody), store.write(context.again(), "booking.end") as work:
            work.require("booking.write")
            rows = _over(work.connection, context.community_id, work.at)
            if not rows:
                raise _Nobody
            ended = [row.id for row in rows if row.ends_at <= work.at]
            used_up = [row.id for row in rows if row.ends_at > work.at]
            end_keys(work, ended, "reservation over")
            with reaching(work, used_up, "key of reservation used up"):
                for one in credentials_of(work.connection, used_up):
                    free(work, one.id)
            words = "Key of reservation over" if len(rows) == 1 else f"{len(rows)} keys of reservations over"
            only = rows[0] if len(rows) == 1 else None
            work.tell(words, "booking", only.id if only else None, only.name if only else "", undoable=False)
            work.touch("bookings")
            freed += len(rows)


def _over(connection: Connection, community_id: int, now: datetime) -> list[Row[Any]]:
    """Reservations whose key still holds although their time or its uses are over, a few of them."""
    a, b, c, h, use = t.amenity, t.booking, t.credential, t.holder, t.temp_key_use
    uses = select(func.count()).select_from(use).where(use.c.holder_id == b.c.id).correlate(b).scalar_subquery()
    query = (
        select(b, h.c.name)
        .join(a, a.c.id == b.c.amenity_id)
        .join(h, h.c.id == b.c.id)
        .join(c, and_(c.c.holder_id == b.c.id, c.c.kind == CredentialKind.PIN.value, c.c.status.in_(LIVE)))
        .where(a.c.community_id == community_id)
        .where(or_(b.c.ends_at <= now, and_(a.c.uses > 0, uses >= a.c.uses)))
        .order_by(b.c.id)
        .limit(AT_ONCE)
    )
    return list(connection.execute(query))
