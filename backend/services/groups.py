"""Access groups: finding, adding, changing, deleting them, and their people (rules 8; features AG-01 to AG-04)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy import Connection, func, select

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context
from backend.domain.errors import NotFound
from backend.domain.groups import GroupDeletion, GroupDraft, GroupPatch, GroupPerson, GroupRecord, PeopleChange
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services import group_deletion as deletions
from backend.services.base import Service, replayed, saved
from backend.services.communities import community_row
from backend.services.group_drafts import (
    apply_group,
    checked_draft,
    checked_patch,
    insert_group,
    refuse_for_residents,
)
from backend.services.group_list import NO_HOURS, GroupHandle, hours_in_words
from backend.services.group_members import change_of, concerned, join, leave, queue_of
from backend.services.group_pages import group_record, group_row, members_of, people_of
from backend.services.group_plans import plan_of_edit
from backend.services.slices import taken
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.work import Work

Step = Callable[[Work], None]
"""A part of an act on many that one slice does whole."""


def named_groups(connection: Connection, group_ids: Iterable[int]) -> tuple[tuple[int, str], ...]:
    """These groups with their names, by number."""
    group = t.access_group
    rows = connection.execute(
        select(group.c.id, group.c.name).where(group.c.id.in_(sorted(group_ids))).order_by(group.c.number, group.c.id)
    )
    return tuple((row.id, row.name) for row in rows)


class Groups(Service):
    """The access groups of a community."""

    def list(self, context: Context, query: ListQuery) -> GroupHandle:
        """The groups by number, with their hours in words."""
        return GroupHandle(self.store, context, query)

    def list_all(self, context: Context) -> tuple[tuple[int, str, str, int], ...]:
        """Every group by number: id, name, its hours in words ("daily 08:00-18:00"), how many doors it opens."""
        group, opens = t.access_group, t.access_group_relay
        with self.store.read(context, "access_group.read") as connection:
            zone = community_row(connection, context.community_id).timezone
            groups = connection.execute(
                select(group.c.id, group.c.name)
                .where(group.c.community_id == context.community_id)
                .order_by(group.c.number, group.c.id)
            ).all()
            hours = hours_in_words(connection, [row.id for row in groups], zone)
            counted = connection.execute(
                select(opens.c.group_id, func.count().label("doors")).group_by(opens.c.group_id)
            )
            doors = {row.group_id: row.doors for row in counted}
        return tuple((row.id, row.name, hours.get(row.id, NO_HOURS), doors.get(row.id, 0)) for row in groups)

    def get(self, context: Context, group_id: int) -> GroupRecord:
        """A group's whole page; raises NotFound."""
        with self.store.read(context, "access_group.read") as connection:
            return group_record(connection, group_row(connection, context.community_id, group_id))

    def people(self, context: Context, group_id: int) -> tuple[GroupPerson, ...]:
        """Everybody in a group, by name; raises NotFound."""
        with self.store.read(context, "access_group.read") as connection:
            return people_of(connection, group_row(connection, context.community_id, group_id).id)

    def add(self, context: Context, draft: GroupDraft) -> Saved:
        """Make a group that nobody is in yet; raises Invalid (name, schedule, relay_ids), Conflict (name)."""
        with self.store.write(context, "group.add") as work:
            work.require("access_group.write")
            if work.replayed is not None:
                return replayed(work)
            new = checked_draft(work.connection, context.community_id, draft, work.at)
            group_id = insert_group(work, new)
            work.tell("Added access group", "access-group", group_id, new.name)
            work.touch("groups")
            return saved(work, group_id)

    def edit(self, context: Context, group_id: int, version: int, patch: GroupPatch) -> Saved:
        """Change a group: None keeps. Of a default group nothing can be changed but its people.

        Raises Stale, NotFound, Invalid (name, schedule, relay_ids), Conflict (name), Forbidden where only an installer
        sets residents' permissions (AG-06).
        """
        with self.store.write(context, "group.edit") as work:
            work.require("access_group.write")
            if work.replayed is not None:
                return replayed(work)
            row = group_row(work.connection, context.community_id, group_id)
            wanted = checked_patch(work.connection, row, patch, work.at)
            refuse_for_residents(work.connection, context, members_of(work.connection, [group_id]))
            differs = apply_group(work, row, version, wanted)
            action = "Changed access group" if differs else "Saved without a change"
            work.tell(action, "access-group", group_id, wanted.name, undoable=differs)
            work.touch("groups", "residents")
            return saved(work, group_id)

    def plan_edit(self, context: Context, group_id: int, patch: GroupPatch) -> tuple[DoorPlan, ...]:
        """What each door would give to and take from the group's people; raises as `edit`."""
        with self.store.read(context, "plan.read") as connection:
            row = group_row(connection, context.community_id, group_id)
            now = self.store.clock()
            wanted = checked_patch(connection, row, patch, now)
            return plan_of_edit(connection, self.store.sealer, row, wanted, now)

    def people_change(self, context: Context, group_id: int, ids: Iterable[int], *, add: bool) -> PeopleChange:
        """What adding these residents to a group, or taking them out, would do; raises NotFound, Invalid."""
        with self.store.read(context, "plan.read") as connection:
            row = group_row(connection, context.community_id, group_id)
            return change_of(connection, self.store.sealer, row, ids, self.store.clock(), add=add)

    def add_people(self, context: Context, group_id: int, ids: Iterable[int]) -> Saved:
        """Put residents into a group; those who are in it already are left as they are.

        They commit in slices under one operation; the same request goes on where it was broken off. Raises NotFound,
        Invalid for nobody, Forbidden where only an installer sets residents' permissions (AG-06).
        """
        return self._move(context, "group.add_people", group_id, set(ids), add=True)

    def remove_people(self, context: Context, group_id: int, ids: Iterable[int]) -> Saved:
        """Take residents out of a group, as `add_people` puts them in; their doors prove it."""
        return self._move(context, "group.remove_people", group_id, set(ids), add=False)

    def losses(self, context: Context, ids: Iterable[int]) -> GroupDeletion:
        """What deleting these groups takes away, and what forbids it; raises NotFound, Invalid for none."""
        with self.store.read(context, "access_group.write") as connection:
            return deletions.deletion_of(connection, self.store.sealer, context.community_id, ids, self.store.clock())

    def delete(self, context: Context, ids: Iterable[int]) -> Saved:
        """Delete custom groups: their people leave them first, in slices under one operation.

        Raises NotFound, Invalid for none, Forbidden (AG-06), and Conflict for a default group and while somebody is in
        no other group.
        """
        wanted = sorted(set(ids))

        def begin(work: Work) -> tuple[deque[Step], int]:
            groups = deletions.groups_to_go(work.connection, context.community_id, wanted)
            people = members_of(work.connection, wanted)
            refuse_for_residents(work.connection, context, people)
            deletions.refuse_if_blocked(work.connection, groups)
            names = groups[0].name if len(groups) == 1 else f"{len(groups)} access groups"
            work.tell("Deleted access group", "access-group", groups[0].id, names)
            return _deletion_steps(work.connection, wanted), groups[0].id

        def rest(connection: Connection) -> deque[Step]:
            return _deletion_steps(connection, [one for one in wanted if _is_there(connection, context, one)])

        return self._in_slices(context, "group.delete", begin, rest)

    def _move(self, context: Context, act: str, group_id: int, ids: set[int], *, add: bool) -> Saved:
        change = join if add else leave

        def steps(people: Iterable[int]) -> deque[Step]:
            return deque(partial(change, group_id=group_id, holder_ids=some) for some in queue_of(people))

        def begin(work: Work) -> tuple[deque[Step], int]:
            group = group_row(work.connection, context.community_id, group_id)
            people = concerned(work.connection, group, ids, add=add)
            refuse_for_residents(work.connection, context, people)
            count = "1 person" if len(people) == 1 else f"{len(people):,} people"
            words = f"Added {count} to access group" if add else f"Took {count} out of access group"
            work.tell(words, "access-group", group_id, group.name, undoable=bool(people))
            return steps(people), group_id

        def rest(connection: Connection) -> deque[Step]:
            if not _is_there(connection, context, group_id):
                return deque()
            group = group_row(connection, context.community_id, group_id)
            try:
                return steps(concerned(connection, group, ids, add=add))
            except NotFound:  # somebody was deleted since
                return deque()

        return self._in_slices(context, act, begin, rest)

    def _in_slices(
        self,
        context: Context,
        act: str,
        begin: Callable[[Work], tuple[deque[Step], int]],
        rest: Callable[[Connection], deque[Step]],
    ) -> Saved:
        """Do an act step by step, slice by slice; a request that was broken off goes on with the `rest`."""
        with self.store.write(context, act) as work:
            work.require("access_group.write")
            if work.replayed is not None:
                answer = replayed(work)
                undone = is_undone(work.connection, answer.operation)
                queue = deque[Step]() if undone else rest(work.connection)
            else:
                queue, record_id = begin(work)
                answer = _done(work, queue, record_id)
        while queue:
            with self.store.write(context, act, operation_id=answer.operation) as work:
                work.require("access_group.write")
                if is_undone(work.connection, answer.operation):
                    break
                more = _done(work, queue, answer.id)
                answer = answer.with_doors(more.doors)
        return answer


def _done(work: Work, queue: deque[Step], record_id: int) -> Saved:
    for step in taken(queue):
        step(work)
    work.touch("groups", "residents")
    return saved(work, record_id)


def _deletion_steps(connection: Connection, group_ids: Iterable[int]) -> deque[Step]:
    """The people leave, some at a time; the last step takes whoever has come meanwhile, and the group."""
    steps: deque[Step] = deque()
    for group_id in group_ids:
        steps += [
            partial(leave, group_id=group_id, holder_ids=some) for some in queue_of(members_of(connection, [group_id]))
        ]
        steps.append(partial(_delete, group_id=group_id))
    return steps


def _delete(work: Work, group_id: int) -> None:
    leave(work, group_id, members_of(work.connection, [group_id]))
    deletions.delete_empty(work, group_id)


def _is_there(connection: Connection, context: Context, group_id: int) -> bool:
    try:
        return bool(group_row(connection, context.community_id, group_id))
    except NotFound:
        return False
