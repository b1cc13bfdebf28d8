"""Residents: adding, finding, editing, deleting, showing codes (rules 5; features RES-01 to RES-08, SYNC-02)."""

from __future__ import annotations

import random
import secrets
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import nullcontext

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context
from backend.domain.credentials import CredentialRecord
from backend.domain.enums import ResidentRole
from backend.domain.errors import Invalid
from backend.domain.names import clean
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.domain.residents import Deletion, ResidentDefaults, ResidentDraft, ResidentPatch, ResidentRecord
from backend.services import late_libraries
from backend.services import resident_deletion as deletions
from backend.services.base import Service, replayed, saved
from backend.services.communities import community_row, refuse_permissions
from backend.services.credentials import records_of
from backend.services.groups import named_groups
from backend.services.holders import reaching
from backend.services.lists import ListHandle
from backend.services.logins import make_due, send_due
from backend.services.photos import photo_of
from backend.services.plans import door_plans
from backend.services.resident_advice import advice_on_draft, advice_on_patch
from backend.services.resident_checks import REMARK_LONGEST
from backend.services.resident_drafts import apply_patch, check_draft, check_patch, insert_holder, insert_resident
from backend.services.resident_find import find_resident, free_pin
from backend.services.resident_list import resident_listing
from backend.services.resident_pages import resident_record
from backend.services.resident_places import place_of
from backend.services.resident_plans import imagine_changed, imagine_new
from backend.services.resident_rows import resident_row, title_of
from backend.services.resident_stale import stale
from backend.services.self_devices import SCHEDULE, imagined, private_doors
from backend.services.slices import taken
from backend.services.texts import count_kinds
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work


class Residents(Service):
    """The residents of a community."""

    def __init__(self, store: Store, rng: random.Random | None = None) -> None:
        super().__init__(store)
        self._rng = rng or secrets.SystemRandom()

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The residents, by name."""
        listing = resident_listing(context.community_id, self.store.clock)
        return ListHandle(self.store, context, "resident.read", listing, query)

    def get(self, context: Context, resident_id: int) -> ResidentRecord:
        """A resident's whole page, codes masked; raises NotFound."""
        with self.store.read(context, "resident.read") as connection:
            row = resident_row(connection, context.community_id, resident_id)
            return resident_record(connection, self.store.sealer, context, row, self.store.clock())

    def find(self, context: Context, text: str) -> int:
        """The resident meant by UID, id, or words of name, APT and building; raises NotFound, Conflict (resident)."""
        with self.store.read(context, "resident.read") as connection:
            return find_resident(connection, context.community_id, text)

    def defaults(self, context: Context, apartment_id: int | None) -> ResidentDefaults:
        """What the form of a new resident can know, with a free PIN; raises Invalid (apartment_id)."""
        with self.store.read(context, "resident.write") as connection:
            if apartment_id is None:
                free_members = community_row(connection, context.community_id).free_members
                return ResidentDefaults(
                    role=ResidentRole.MASTER, last="", calling_code="", group_ids=(), groups=(), free_pin="",
                    members=0, free_members=free_members,
                )  # fmt: skip
            place = place_of(connection, context.community_id, apartment_id)
            return ResidentDefaults(
                role=place.role_of(None),
                last=place.master_last,
                calling_code=place.calling_code,
                group_ids=place.default_groups(),
                groups=named_groups(connection, place.default_groups()),
                free_pin=free_pin(connection, self.store.sealer, place, self._rng),
                members=place.members,
                free_members=place.free_members,
                sources=place.sources(),
                country=place.country,
                id_access=place.id_access,
                landline=place.landline,
                private_doors=private_doors(connection, context.community_id, apartment_id),
            )

    def add(self, context: Context, draft: ResidentDraft) -> Saved:
        """Add a resident: master of an apartment without one, else member; group and codes as drafted.

        Login information goes out by the four rules of 5.2, in the same transaction. Raises Conflict where one taken
        value (role, email, pin, cards, run) is all that is wrong, else Invalid with every bad field of the draft.
        """
        late_libraries.load()
        with self.store.write(context, "resident.add") as work:
            work.require("resident.write")
            if work.replayed is not None:
                return replayed(work)
            new = check_draft(work.connection, work.sealer, context.community_id, draft, now=work.at)
            if set(new.group_ids) != set(new.place.default_groups()):
                refuse_permissions(work.connection, context)
            if new.own.relay_ids:
                refuse_permissions(work.connection, context, SCHEDULE)
            holder_id = insert_holder(work, new)
            with reaching(work, [holder_id], "resident added"):
                insert_resident(work, holder_id, new)
            title = title_of(new.name, new.place.building, new.place.number)
            work.tell(f"Added family {new.columns['role']}", "resident", holder_id, title)
            work.touch("residents", "apartments", "buildings", "groups")
            return saved(work, holder_id)

    def edit(self, context: Context, resident_id: int, version: int, patch: ResidentPatch) -> Saved:
        """Change a resident: None keeps, "" clears; a code that is replaced cools.

        Another e-mail address gets a new app password and ends the old one (edge case 32). What a linked user keeps is
        in `skipped` of the answer (edge case 33). Raises Stale naming what changed meanwhile, NotFound, Conflict where
        one taken value (email, pin, pins_add, cards_add, run) is all that is wrong, else Invalid with every bad field.
        """
        late_libraries.load()
        with self.store.write(context, "resident.edit") as work:
            work.require("resident.write")
            if work.replayed is not None:
                return replayed(work)
            row = resident_row(work.connection, context.community_id, resident_id)
            if row.row_version != version:
                raise stale(work.connection, work.sealer, row, version)
            place = place_of(work.connection, context.community_id, row.apartment_id)
            changed = check_patch(work.connection, work.sealer, row, place, patch, now=work.at)
            if changed.group_ids is not None:
                refuse_permissions(work.connection, context)
            if changed.own is not None:
                refuse_permissions(work.connection, context, SCHEDULE)
            only = changed.only_doors(work.connection, resident_id)
            with reaching(work, [resident_id], "resident changed", only=only) if only != set() else nullcontext():
                differs = apply_patch(work, resident_id, version, changed)
            title = title_of(changed.name, row.building, row.number)
            action = "Changed resident" if differs else "Saved without a change"
            work.tell(action, "resident", resident_id, title, undoable=differs)
            work.touch("residents", "apartments", "groups")
            return saved(work, resident_id, skipped=changed.skipped)

    def reset_password(self, context: Context, resident_id: int) -> Saved:
        """End a resident's app password; a new one goes out by the four rules, at once or with the first address.

        Raises NotFound.
        """
        late_libraries.load()
        with self.store.write(context, "resident.reset_password") as work:
            work.require("resident.write")
            if work.replayed is not None:
                return replayed(work)
            row = resident_row(work.connection, context.community_id, resident_id)
            make_due(work, resident_id)
            send_due(work, row.apartment_id)
            title = title_of(row.name, row.building, row.number)
            work.tell("Reset app password", "resident", resident_id, title, undoable=False)
            work.touch("residents")
            return saved(work, resident_id)

    def link(self, context: Context, resident_id: int, reason: str) -> Saved:
        """Lock e-mail, mobile and calling code of a linked user, saying why; "" unlocks them (rules 5.1).

        Raises NotFound, Invalid (reason).
        """
        with self.store.write(context, "resident.link") as work:
            work.require("resident.link")
            if work.replayed is not None:
                return replayed(work)
            row = resident_row(work.connection, context.community_id, resident_id)
            said = clean(reason, len(reason) + 1)
            if len(said) > REMARK_LONGEST:
                raise Invalid({"reason": f"At most {REMARK_LONGEST} characters, this has {len(said)}."})
            work.update(t.resident, resident_id, linked=bool(said), linked_reason=said)
            action = "Linked resident" if said else "Unlinked resident"
            work.tell(action, "resident", resident_id, title_of(row.name, row.building, row.number))
            work.touch("residents")
            return saved(work, resident_id)

    def advise_add(self, context: Context, draft: ResidentDraft) -> dict[str, str]:
        """What to know before a draft is saved, a sentence a field; nothing of it forbids saving."""
        with self.store.read(context, "resident.write") as connection:
            return advice_on_draft(connection, self.store.sealer, context.community_id, draft)

    def advise_edit(self, context: Context, resident_id: int, patch: ResidentPatch) -> dict[str, str]:
        """The same before a patch is saved; raises NotFound."""
        with self.store.read(context, "resident.write") as connection:
            row = resident_row(connection, context.community_id, resident_id)
            return advice_on_patch(connection, self.store.sealer, row, context.community_id, patch)

    def photo(self, context: Context, resident_id: int) -> bytes | None:
        """The JPEG of a resident's face, None where they have none; raises NotFound."""
        with self.store.read(context, "resident.read") as connection:
            resident_row(connection, context.community_id, resident_id)
            return photo_of(connection, self.store.sealer, resident_id)

    def deletion(self, context: Context, ids: Iterable[int]) -> Deletion:
        """What deleting these residents takes away, and what forbids it; raises NotFound."""
        with self.store.read(context, "resident.delete") as connection:
            return deletions.deletion_of(connection, self.store.sealer, context.community_id, ids, self.store.clock())

    def delete(self, context: Context, ids: Iterable[int], expected: int | None = None) -> Saved:
        """Delete residents; their codes leave every door and cool until that is proved.

        They commit family by family under one operation; the same request goes on where it was broken off. More than
        20 residents need their count in `expected`. Raises Invalid (expected), NotFound, and Conflict for a master
        whose family would stay.
        """
        wanted = sorted(set(ids))
        if not wanted:
            raise Invalid({"": "Choose a resident."})
        if len(wanted) >= deletions.COUNT_FROM and expected != len(wanted):
            raise Invalid({"expected": f"This deletes {len(wanted)} residents. Type {len(wanted)} to go on."})
        with self.store.write(context, "resident.delete") as work:
            work.require("resident.delete")
            if work.replayed is not None:
                answer = replayed(work)
                undone = is_undone(work.connection, answer.operation)
                queue = deque(() if undone else deletions.remaining(work.connection, context.community_id, wanted))
            else:
                queue = deque(deletions.families(work.connection, context.community_id, wanted))
                deletions.refuse_if_blocked(work.connection, queue)
                work.tell(*deletions.told(queue))
                _delete(work, queue)
                answer = saved(work, wanted[0])
        while queue:
            with self.store.write(context, "resident.delete", operation_id=answer.operation) as work:
                work.require("resident.delete")
                if is_undone(work.connection, answer.operation):
                    break
                _delete(work, queue)
                answer = answer.with_doors(saved(work, answer.id).doors)
        return answer

    def plan_add(self, context: Context, draft: ResidentDraft) -> tuple[DoorPlan, ...]:
        """What each door would receive from this draft; what is not understood yet is left out."""
        with self.store.read(context, "plan.read") as connection:
            now = self.store.clock()
            before, after = imagine_new(connection, self.store.sealer, context.community_id, draft)
            return door_plans(connection, before, imagined(connection, after, context.community_id, draft, now), now)

    def plan_edit(self, context: Context, resident_id: int, patch: ResidentPatch) -> tuple[DoorPlan, ...]:
        """What each door would receive and lose by this patch; raises NotFound."""
        with self.store.read(context, "plan.read") as connection:
            now = self.store.clock()
            before, after = imagine_changed(connection, self.store.sealer, context.community_id, resident_id, patch)
            return door_plans(connection, before, imagined(connection, after, context.community_id, patch, now), now)

    def reveal(self, context: Context, resident_id: int) -> tuple[tuple[CredentialRecord, str], ...]:
        """The codes themselves; an operation says which were shown and to whom. Raises NotFound."""
        with self.store.write(context, "resident.reveal") as work:
            work.require("credential.reveal")
            row = resident_row(work.connection, context.community_id, resident_id)
            shown = records_of(work.connection, work.sealer, resident_id)
            if work.replayed is None:
                title = title_of(row.name, row.building, row.number)
                work.tell(f"Showed {_kinds(shown)}", "resident", resident_id, title, undoable=False)
            return shown


def _delete(work: Work, queue: deque[deletions.Family]) -> None:
    """Delete families from the front of the queue while there is time; who is gone meanwhile is left out."""
    for family in taken(queue):
        there = deletions.remaining(work.connection, work.context.community_id, [row.id for row in family])
        deletions.refuse_if_blocked(work.connection, there)
        for still in there:
            deletions.delete_family(work, still)


def _kinds(shown: tuple[tuple[CredentialRecord, str], ...]) -> str:
    return count_kinds(Counter(record.kind for record, _ in shown)) or "that there is no code"
