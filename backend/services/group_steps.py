"""The parts of an act on an access group and its many people, each of which one slice writes whole (AG-03, AG-04)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from backend.services.going_on import Step
from backend.services.group_deletion import delete_empty
from backend.services.group_drafts import REASON
from backend.services.group_members import join, leave, queue_of
from backend.services.group_pages import members_of
from backend.services.own_rights import relays_of
from backend.services.proofs_due import Place, devices_of
from backend.services.settling import let_in_by, settle, waiting_at
from backend.store import tables as t
from backend.store.work import Work


def people_steps(connection: Connection, group_id: int, holder_ids: Iterable[int], *, add: bool) -> deque[Step]:
    """People join a group or leave it, some at a time."""
    change, doors = join if add else leave, len(relays_of(connection, t.access_group_relay, group_id))
    return deque(partial(change, group_id=group_id, holder_ids=some) for some in queue_of(holder_ids, doors))


def proof_steps(
    connection: Connection, group_id: int, left: frozenset[Place], come: frozenset[Place], *, since: datetime
) -> deque[Step]:
    """What doors that a group `left` have to prove of its people, and those it came to have not to prove any more.

    Nothing where it opens the same doors as before: other hours take nobody's right away.
    """
    if left:
        people: Iterable[int] = members_of(connection, [group_id])
    else:
        people = waiting_at(connection, devices_of(come), group_id)
    return deque(partial(_prove, holder_ids=some, left=left, since=since) for some in queue_of(people, len(left)))


def _prove(work: Work, holder_ids: list[int], left: frozenset[Place], since: datetime) -> None:
    """A device may have been read back since the group left it: where it has more to prove it is read again."""
    if settle(work, let_in_by(work.connection, holder_ids, left), since):
        work.dirty(devices_of(left), REASON)


def deletion_steps(connection: Connection, group_ids: Iterable[int]) -> deque[Step]:
    """The people leave, some at a time; the last step takes whoever has come meanwhile, and the group."""
    steps: deque[Step] = deque()
    for group_id in group_ids:
        steps += people_steps(connection, group_id, members_of(connection, [group_id]), add=False)
        steps.append(partial(_delete, group_id=group_id))
    return steps


def _delete(work: Work, group_id: int) -> None:
    leave(work, group_id, members_of(work.connection, [group_id]))
    delete_empty(work, group_id)
