"""Staff and deliveries: adding, editing, deleting, showing codes (rules 7.3, 7.4; features VIS-05, VIS-06).

Both own codes and stand in access groups; what differs between them stands in `backend.domain.staff`.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any, ClassVar

from sqlalchemy import Connection, Row, select

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context
from backend.domain.credentials import CredentialRecord
from backend.domain.enums import HolderKind
from backend.domain.errors import Invalid, NotFound
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.domain.residents import Deletion
from backend.domain.staff import NOUNS, StaffDefaults, StaffDraft, StaffPatch, StaffRecord
from backend.services.base import Service, replayed, saved
from backend.services.credentials import records_of
from backend.services.holders import groups_of, reaching
from backend.services.leaving import take_all, what_goes
from backend.services.lists import ListHandle
from backend.services.person_pages import last_seen, unsent
from backend.services.personnel_defaults import advice_on, defaults_of, groups_for
from backend.services.personnel_drafts import apply_change, check_change, check_new, give, insert_person, person_row
from backend.services.personnel_list import PersonnelHandle
from backend.services.photos import photo_of
from backend.services.plans import door_plans
from backend.services.resident_deletion import COUNT_FROM
from backend.services.resident_plans import imagine_changed, with_new
from backend.services.resident_stale import stale
from backend.services.rules import load_rules
from backend.services.slices import taken
from backend.services.sync_people import doors_of
from backend.services.texts import count_kinds
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.store import Store
from backend.store.work import Work

TOPIC = "personnel"


class Personnel(Service):
    """The people of one kind; `KIND` is what their holders, operations and records are called."""

    KIND: ClassVar[HolderKind]

    def __init__(self, store: Store, rng: random.Random | None = None) -> None:
        super().__init__(store)
        self._rng = rng or secrets.SystemRandom()

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """Everybody of the kind, by name; `pin:` and `card:` find a whole code. Raises Invalid (filter)."""
        return PersonnelHandle(self.store, context, self.KIND, query)

    def get(self, context: Context, person_id: int) -> StaffRecord:
        """A person's whole page, codes masked; raises NotFound."""
        with self.store.read(context, "visitor.read") as connection:
            row = person_row(connection, context.community_id, self.KIND, person_id)
            records = tuple(record for record, _ in records_of(connection, self.store.sealer, row.id))
            doors = doors_of(connection, context.community_id, row.id, self.store.clock())
            seen, refused = last_seen(connection, context, row.id)
            return StaffRecord(
                id=row.id,
                version=row.row_version,
                kind=self.KIND,
                name=row.name,
                credentials=records,
                groups=groups_of(connection, row.id),
                doors=doors,
                floors=tuple(part for part in row.floors.split(";") if part),
                last_seen=seen,
                last_refusal=refused,
                unsent=unsent(connection, row.floors, doors, records),
            )

    def defaults(self, context: Context) -> StaffDefaults:
        """What the form of a new one can know, each default with where it is from, and a free PIN."""
        with self.store.read(context, "visitor.write") as connection:
            return defaults_of(connection, self.store.sealer, context, self.KIND, self._rng)

    def add(self, context: Context, draft: StaffDraft) -> Saved:
        """Add a person; without groups they get those of `defaults`.

        Raises Conflict where one taken value (pin, cards, run) is all that is wrong, else Invalid with every bad field.
        """
        with self.store.write(context, self._act("add")) as work:
            work.require("visitor.write")
            if work.replayed is not None:
                return replayed(work)
            if draft.group_ids is None:
                draft = draft.model_copy(update={"group_ids": groups_for(work.connection, context, self.KIND)})
            new = check_new(work.connection, work.sealer, context.community_id, self.KIND, draft)
            holder_id = insert_person(work, self.KIND, new.name, new.floors)
            with reaching(work, [holder_id], f"{NOUNS[self.KIND][0]} added"):
                give(work, holder_id, new)
            return self._told(work, "Added", holder_id, new.name)

    def edit(self, context: Context, person_id: int, version: int, patch: StaffPatch) -> Saved:
        """Change a person: None keeps, "" clears; a code that is replaced cools.

        Raises Stale naming what changed meanwhile, NotFound, Conflict where one taken value (pin, pins_add, cards_add,
        run) is all that is wrong, else Invalid with every bad field.
        """
        with self.store.write(context, self._act("edit")) as work:
            work.require("visitor.write")
            if work.replayed is not None:
                return replayed(work)
            row = person_row(work.connection, context.community_id, self.KIND, person_id)
            if row.row_version != version:
                raise stale(work.connection, work.sealer, row, version, t.holder)
            changed = check_change(work.connection, work.sealer, row, patch)
            only, why = changed.only_doors(work.connection, row.id), f"{NOUNS[self.KIND][0]} changed"
            with reaching(work, [row.id], why, only=only) if only != set() else nullcontext():
                apply_change(work, row, changed)
            if changed.differs:
                return self._told(work, "Changed", row.id, changed.name)
            work.tell("Saved without a change", self.KIND.value, row.id, row.name, undoable=False)
            return saved(work, row.id)

    def deletion(self, context: Context, ids: Iterable[int]) -> Deletion:
        """What deleting these people takes away; raises NotFound."""
        with self.store.read(context, "library.delete") as connection:
            people = self._present(connection, context, ids)
            self._refuse_missing(people, ids)
            return what_goes(connection, self.store.sealer, context.community_id, people, self.store.clock())

    def delete(self, context: Context, ids: Iterable[int], expected: int | None = None) -> Saved:
        """Delete people; their codes leave every door and cool until that is proved.

        They commit in slices under one operation; the same request goes on where it was broken off. More than 20 need
        their count in `expected`. Taking codes away follows the switch that forbids deleting (edge case 40). Raises
        Invalid (expected), NotFound.
        """
        wanted = sorted(set(ids))
        one, many = NOUNS[self.KIND]
        if not wanted:
            raise Invalid({"": f"Choose a {one}."})
        if len(wanted) >= COUNT_FROM and expected != len(wanted):
            raise Invalid({"expected": f"This deletes {len(wanted)} {many}. Type {len(wanted)} to go on."})
        with self.store.write(context, self._act("delete")) as work:
            work.require("library.delete")
            people = self._present(work.connection, context, wanted)
            queue = deque(people)
            if work.replayed is not None:
                answer = replayed(work)
            else:
                self._refuse_missing(people, wanted)
                title = people[0].name if len(people) == 1 else f"{people[0].name} and {len(people) - 1} more"
                what = f"Deleted {one}" if len(people) == 1 else f"Deleted {len(people)} {many}"
                work.tell(what, self.KIND.value, people[0].id if len(people) == 1 else None, title)
                self._take(work, queue)
                answer = saved(work, wanted[0])
        while queue:
            with self.store.write(context, self._act("delete"), operation_id=answer.operation) as work:
                work.require("library.delete")
                if is_undone(work.connection, answer.operation):
                    break
                self._take(work, queue)
                answer = answer.with_doors(saved(work, answer.id).doors)
        return answer

    def plan_add(self, context: Context, draft: StaffDraft) -> tuple[DoorPlan, ...]:
        """What each door would receive from this draft; what is not understood yet is left out."""
        with self.store.read(context, "plan.read") as connection:
            before = load_rules(connection, self.store.sealer, context.community_id, holder_ids=())
            chosen = draft.group_ids
            group_ids = groups_for(connection, context, self.KIND) if chosen is None else chosen
            after = with_new(before, draft.name.strip(), group_ids, draft)
            return door_plans(connection, before, after, self.store.clock())

    def plan_edit(self, context: Context, person_id: int, patch: StaffPatch) -> tuple[DoorPlan, ...]:
        """What each door would receive and lose by this patch; raises NotFound."""
        with self.store.read(context, "plan.read") as connection:
            person_row(connection, context.community_id, self.KIND, person_id)
            before, after = imagine_changed(connection, self.store.sealer, context.community_id, person_id, patch)
            return door_plans(connection, before, after, self.store.clock())

    def advise_add(self, context: Context, draft: StaffDraft) -> dict[str, str]:
        """What to know before a draft is saved, a sentence a field; nothing of it forbids saving."""
        with self.store.read(context, "visitor.write") as connection:
            return advice_on(connection, self.store.sealer, context.community_id, draft)

    def advise_edit(self, context: Context, person_id: int, patch: StaffPatch) -> dict[str, str]:
        """The same before a patch is saved; raises NotFound."""
        with self.store.read(context, "visitor.write") as connection:
            person_row(connection, context.community_id, self.KIND, person_id)
            return advice_on(connection, self.store.sealer, context.community_id, patch, person_id)

    def photo(self, context: Context, person_id: int) -> bytes | None:
        """The JPEG of a person's face, None where they have none; raises NotFound."""
        with self.store.read(context, "visitor.read") as connection:
            person_row(connection, context.community_id, self.KIND, person_id)
            return photo_of(connection, self.store.sealer, person_id)

    def reveal(self, context: Context, person_id: int) -> tuple[tuple[CredentialRecord, str], ...]:
        """The codes themselves; an operation says which were shown and to whom. Raises NotFound."""
        with self.store.write(context, self._act("reveal")) as work:
            work.require("credential.reveal")
            row = person_row(work.connection, context.community_id, self.KIND, person_id)
            shown = records_of(work.connection, work.sealer, person_id)
            if work.replayed is None:
                kinds = count_kinds(Counter(record.kind for record, _ in shown)) or "that there is no code"
                work.tell(f"Showed {kinds}", self.KIND.value, row.id, row.name, undoable=False)
            return shown

    def _act(self, verb: str) -> str:
        return f"{self.KIND.value}.{verb}"

    def _told(self, work: Work, did: str, holder_id: int, name: str) -> Saved:
        work.tell(f"{did} {NOUNS[self.KIND][0]}", self.KIND.value, holder_id, name)
        work.touch(TOPIC, "groups")
        return saved(work, holder_id)

    def _present(self, connection: Connection, context: Context, ids: Iterable[int]) -> Sequence[Row[Any]]:
        """Id and name of those who are there, by name."""
        h = t.holder
        here = select(h.c.id, h.c.name).where(
            h.c.community_id == context.community_id, h.c.kind == self.KIND.value, h.c.removed_at.is_(None)
        )
        found: Sequence[Any] = [
            row for part in chunks(sorted(set(ids))) for row in connection.execute(here.where(h.c.id.in_(part)))
        ]
        return sorted(found, key=lambda row: (row.name.casefold(), row.id))

    def _refuse_missing(self, people: Sequence[Row[Any]], ids: Iterable[int]) -> None:
        wanted, (one, many) = set(ids), NOUNS[self.KIND]
        if len(people) < len(wanted):
            what = f"This {one} does" if len(wanted) == 1 else f"Some of these {many} do"
            raise NotFound(f"{what} not exist any more.")

    def _take(self, work: Work, queue: deque[Row[Any]]) -> None:
        """Delete people from the front of the queue while there is time; who is gone meanwhile is left out."""
        for person in taken(queue):
            ids = [row.id for row in self._present(work.connection, work.context, [person.id])]
            with reaching(work, ids, f"{NOUNS[self.KIND][0]} deleted"):
                take_all(work, ids)
        work.touch(TOPIC, "groups")


class Staff(Personnel):
    """The property's own staff."""

    KIND = HolderKind.STAFF


class Deliveries(Personnel):
    """Couriers with a PIN or a card."""

    KIND = HolderKind.DELIVERY
