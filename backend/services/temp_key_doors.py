"""Which doors a new temporary key gets without being asked: as last time, never more than its building's (tasks 5)."""

from __future__ import annotations

from sqlalchemy import Connection, select

from backend.domain.context import Context
from backend.domain.errors import NotFound
from backend.services.apartment_pages import apartment_row
from backend.services.buildings import default_group
from backend.services.own_rights import relays_of
from backend.store import tables as t

LAST_TIME = "as last time"


def usual_doors(connection: Connection, context: Context, apartment_id: int | None) -> tuple[tuple[int, ...], str]:
    """The doors proposed for a key of an apartment, or of none, and in words where they come from.

    They are those of the key that this manager made last, as far as the default group of the building has them; a key
    of the administration gets what was given last to one of that.
    """
    last = _last_doors(connection, context, of_none=apartment_id is None)
    if apartment_id is None:
        return tuple(sorted(last)), LAST_TIME if last else ""
    try:
        row = apartment_row(connection, context.community_id, apartment_id)
    except NotFound:
        return (), ""
    group_id = default_group(connection, row.building_id)
    allowed = relays_of(connection, t.access_group_relay, group_id) if group_id is not None else frozenset()
    if kept := last & allowed:
        return tuple(sorted(kept)), LAST_TIME
    return tuple(sorted(allowed)), f"default of {row.building}" if allowed else ""


def _last_doors(connection: Connection, context: Context, *, of_none: bool) -> frozenset[int]:
    k, h = t.temp_key, t.holder
    query = (
        select(k.c.id)
        .join(h, h.c.id == k.c.id)
        .where(k.c.made_by_id == context.actor_id, h.c.community_id == context.community_id)
        .order_by(k.c.id.desc())
        .limit(1)
    )
    if of_none:
        query = query.where(h.c.apartment_id.is_(None))
    found = connection.execute(query).scalar()
    return relays_of(connection, t.own_relay, found) if found is not None else frozenset()
