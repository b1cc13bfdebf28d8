"""What doors have to prove after rules changed for very many people: read from the changes of the act (SYNC-03).

The rules change at once, in one short transaction that makes every door concerned dirty. This follows some people at a
time; where it is broken off or stopped the agent notes what is left, before it takes anybody off a door.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Set
from datetime import datetime
from functools import partial
from itertools import chain

from sqlalchemy import Connection, select

from backend.services.going_on import Step
from backend.services.group_members import queue_of
from backend.services.group_steps import proof_steps
from backend.services.holders import barred_places, people_at, places_holding, private_devices
from backend.services.proofs_due import devices_of
from backend.services.settling import settle, waiting_at
from backend.services.undo_changes import Change, changes_of, doors_of_groups
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer
from backend.store.work import Work

REASON = "only public area"
_RULES = (t.access_group, t.access_group_relay, t.community)


def proofs_of(connection: Connection, sealer: Sealer, operation_id: int) -> deque[Step]:
    """The steps that follow an act on the doors of groups or on Only Public Area, an undo of one too."""
    changes = changes_of(connection, sealer, operation_id, _RULES)
    since = connection.execute(select(t.operation.c.at).where(t.operation.c.id == operation_id)).scalar_one()
    groups = doors_of_groups(connection, changes)
    steps = chain(*(proof_steps(connection, one, *doors, since=since) for one, doors in groups.items()))
    flipped = [change.row_id for change in changes if _flips(change)]
    return deque(chain(steps, *(_only_public(connection, one, since) for one in flipped)))


def may_follow(changes: Iterable[Change]) -> bool:
    """Whether taking these changes back may leave doors something to prove afterwards."""
    return any(change.table in (t.amenity, t.access_group_relay) or _flips(change) for change in changes)


def used_devices(connection: Connection, device_ids: Set[int]) -> set[int]:
    """Those of the devices that a group or an own right opens, or that hold somebody."""
    relay, held = t.relay, t.held
    opens = select(t.access_group_relay.c.relay_id).union(select(t.own_relay.c.relay_id))
    found: set[int] = set()
    for part in chunks(sorted(device_ids)):
        opened = select(relay.c.device_id).where(relay.c.device_id.in_(part), relay.c.id.in_(opens))
        holding = select(held.c.device_id).where(held.c.device_id.in_(part), held.c.to_at.is_(None))
        found |= set(connection.execute(opened.union(holding)).scalars())
    return found


def _flips(change: Change) -> bool:
    return change.table is t.community and "only_public_area" in change.differing()


def _only_public(connection: Connection, community_id: int, since: datetime) -> Iterable[Step]:
    """What private doors have to prove of residents now, or have not to prove of them any more."""
    private = private_devices(connection, community_id)
    c = t.community
    on = connection.execute(select(c.c.only_public_area).where(c.c.id == community_id)).scalar_one()
    people = people_at(connection, private) if on else waiting_at(connection, private)
    return [partial(_bar, holder_ids=some, private=private, since=since) for some in queue_of(people, 1)]


def _bar(work: Work, holder_ids: list[int], private: Set[int], since: datetime) -> None:
    """A device may have been read back since the switch: where it has more to prove it is read again."""
    barred, holding = barred_places(work.connection, holder_ids), places_holding(work.connection, holder_ids)
    before = {one: barred[one] | {place for place in holding[one] if place[0] in private} for one in holder_ids}
    if settle(work, before, since):
        work.dirty(devices_of(chain(*before.values())), REASON)
