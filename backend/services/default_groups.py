"""Which doors the default group of a building has (rules 8; features AG-02, SET-06).

This module alone decides it: a new building, a device that comes, moves or goes, and whatever else has a say about a
public door ask here, so that nothing puts a door back that is to stay out (edge case 43).
"""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from backend.services.amenity_device import kept_out
from backend.store import tables as t
from backend.store.work import Work


def default_relays(connection: Connection, building_id: int) -> frozenset[int]:
    """The relays that the default group of a building is to have: those of every public device that stands in it.

    Public devices of the whole community belong to every building, else nobody passes the main gate. The device of an
    amenity that was taken out stays out (rules 6).
    """
    d, b = t.device, t.building
    here = or_(d.c.building_id.is_(None), d.c.building_id == building_id)
    relays = (
        select(t.relay.c.id)
        .join(d, d.c.id == t.relay.c.device_id)
        .join(b, b.c.community_id == d.c.community_id)
        .where(b.c.id == building_id, d.c.public.is_(True), d.c.apartment_id.is_(None), here)
        .where(d.c.id.not_in(kept_out()))
    )
    return frozenset(connection.execute(relays).scalars())


def place_in_default_groups(work: Work, device_id: int) -> None:
    """Have the doors of one device in the default groups that are to have them, and in no other.

    Call it within `reaching` where somebody can lose the door by it.
    """
    g, opens, relay = t.access_group, t.access_group_relay, t.relay
    mine = frozenset(work.connection.execute(select(relay.c.id).where(relay.c.device_id == device_id)).scalars())
    groups = work.connection.execute(
        select(g.c.id, g.c.building_id)
        .where(g.c.community_id == work.context.community_id, g.c.system.is_(True))
        .order_by(g.c.id)
    ).all()
    for group in groups:
        wanted = mine & default_relays(work.connection, group.building_id)
        there = select(opens.c.relay_id, opens.c.id).where(opens.c.group_id == group.id, opens.c.relay_id.in_(mine))
        rows = {row.relay_id: row.id for row in work.connection.execute(there)}
        for relay_id in sorted(rows.keys() - wanted):
            work.delete(opens, rows[relay_id])
        for relay_id in sorted(wanted - rows.keys()):
            work.insert(opens, group_id=group.id, relay_id=relay_id)
