"""Access groups: finding, adding, changing, deleting them, and their people (rules 8; features AG-01 to AG-04)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from sqlalchemy import Connection, func, select

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context
from backend.domain.errors import NotFound, SmartPlusError
from backend.domain.groups import GroupDeletion, GroupDraft, GroupPatch, GroupPerson, GroupRecord, PeopleChange
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services import group_deletion as deletions
from backend.services.base import Service, replayed, saved
from backend.services.communities import community_row
from backend.services.going_on import Step, do_steps, go_on
from backend.services.group_drafts import (
    apply_group,
    checked_draft,
    checked_patch,
    insert_group,
    refuse_for_residents,
)
from backend.services.group_list import NO_HOURS, GroupHandle, hours_in_words
from backend.services.group_members import change_of, concerned
from backend.services.group_pages import group_record, group_row, people_of
from backend.services.group_plans import plan_of_edit
from backend.services.group_steps import deletion_steps, people_steps, proof_steps
from backend.store import tables as t
from backend.store.work import Work

_WRITE = "access_group.write"
_TOPICS = ("groups", "residents")


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
            return group_record(connection, group_row(connection, context.community_id, group_id), self.store.clock())

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

        The rules change at once, for however many people; what doors have to prove of them follows in slices. Raises
        Stale, NotFound, Invalid (name, schedule, relay_ids), Conflict (name), Forbidden where only an installer
        sets residents' permissions (AG-06).
        """
        with self.store.write(context, "group.edit") as work:
            work.require("access_group.write")
            if work.replayed is not None:
                return replayed(work)
            row = group_row(work.connection, context.community_id, group_id)
            wanted = checked_patch(work.connection, row, patch, work.at)
            refuse_for_residents(work.connection, context, group_ids=[group_id])
            applied = apply_group(work, row, version, wanted)
            action = "Changed access group" if applied.differs else "Saved without a change"
            work.tell(action, "access-group", group_id, wanted.name, undoable=applied.differs)
            work.touch("groups", "residents")
            answer = saved(work, group_id)
        with self.store.read(context, "access_group.read") as connection:
            queue = proof_steps(connection, group_id, applied.left, applied.come, since=work.at)
        return go_on(self.store, context, "group.edit", answer, queue, permission=_WRITE, topics=_TOPICS)

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

        def steps(connection: Connection) -> deque[Step]:
            return deletion_steps(connection, [one for one in wanted if _is_there(connection, context, one)])

        def begin(work: Work) -> int:
            groups = deletions.groups_to_go(work.connection, context.community_id, wanted)
            refuse_for_residents(work.connection, context, group_ids=wanted)
            deletions.refuse_if_blocked(work.connection, groups)
            names = groups[0].name if len(groups) == 1 else f"{len(groups)} access groups"
            work.tell("Deleted access group", "access-group", groups[0].id, names)
            return int(groups[0].id)

        return self._in_slices(context, "group.delete", steps, begin)

    def _move(self, context: Context, act: str, group_id: int, ids: set[int], *, add: bool) -> Saved:
        people: list[int] = []

        def steps(connection: Connection) -> deque[Step]:
            group = group_row(connection, context.community_id, group_id)
            people.extend(concerned(connection, group, ids, add=add))
            return people_steps(connection, group_id, people, add=add)

        def begin(work: Work) -> int:
            group = group_row(work.connection, context.community_id, group_id)
            refuse_for_residents(work.connection, context, holder_ids=people)
            count = "1 person" if len(people) == 1 else f"{len(people):,} people"
            words = f"Added {count} to access group" if add else f"Took {count} out of access group"
            work.tell(words, "access-group", group_id, group.name, undoable=bool(people))
            return group_id

        return self._in_slices(context, act, steps, begin)

    def _in_slices(
        self,
        context: Context,
        act: str,
        steps: Callable[[Connection], deque[Step]],
        begin: Callable[[Work], int],
    ) -> Saved:
        """Do an act step by step, slice by slice; a request that was broken off goes on with what is left.

        The steps are looked up before the write lock is taken, so each of them looks again at what it does.
        """
        queue, refused = deque[Step](), None
        try:
            with self.store.read(context, "access_group.write") as connection:
                queue = steps(connection)
        except SmartPlusError as error:  # of no account where the act has begun already
            refused = error
        with self.store.write(context, act) as work:
            work.require("access_group.write")
            if work.replayed is None:
                if refused is not None:
                    raise refused
                record_id = begin(work)
                do_steps(work, queue, _TOPICS)
                answer = saved(work, record_id)
            else:
                answer = replayed(work)
        return go_on(self.store, context, act, answer, queue, permission=_WRITE, topics=_TOPICS)


def _is_there(connection: Connection, context: Context, group_id: int) -> bool:
    try:
        return bool(group_row(connection, context.community_id, group_id))
    except NotFound:
        return False
