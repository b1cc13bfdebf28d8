"""Temporary keys: made, mailed, found, given another time, deleted (rules 7.1, 7.2; features VIS-01 to VIS-04)."""

from __future__ import annotations

import random
import secrets
from collections import deque
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context
from backend.domain.enums import Repeat
from backend.domain.errors import Conflict, Invalid, Stale
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.domain.temp_key_times import KeyTime, check_time, usual_time
from backend.domain.temp_keys import (
    COUNT_FROM,
    LIVING,
    KeyDeletion,
    KeyState,
    TempKeyDefaults,
    TempKeyDraft,
    TempKeyRecord,
)
from backend.services import late_libraries
from backend.services.base import Service, replayed, saved
from backend.services.communities import community_row
from backend.services.credentials import credentials_of
from backend.services.holders import reaching
from backend.services.lists import ListHandle
from backend.services.own_rights import set_windows
from backend.services.qr import qr_png
from backend.services.slices import taken
from backend.services.temp_key_deletion import delete_keys, deletion_of, portions, present
from backend.services.temp_key_doors import usual_doors
from backend.services.temp_key_drafts import check_draft, door_advice, insert_key
from backend.services.temp_key_list import temp_key_listing
from backend.services.temp_key_mail import post_key
from backend.services.temp_key_pages import digits_of, key_record
from backend.services.temp_key_plans import plan_new, plan_time
from backend.services.temp_key_rows import key_row, key_state, key_time, title_of
from backend.services.undone import is_undone
from backend.services.visitor_rules import visitor_rules
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

_OVER = {
    KeyState.USED_UP: "This key is used up. Make a new one.",
    KeyState.EXPIRED: "This key has expired. Make a new one.",
}


class TempKeys(Service):
    """The temporary keys of a community."""

    def __init__(self, store: Store, rng: random.Random | None = None) -> None:
        super().__init__(store)
        self._rng = rng or secrets.SystemRandom()

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The keys, those that hold longest first; codes are not in it."""
        listing = temp_key_listing(context.community_id, self.store.clock)
        return ListHandle(self.store, context, "visitor.read", listing, query)

    def get(self, context: Context, key_id: int) -> TempKeyRecord:
        """A key's whole page; its digits only for an actor who may see codes. Raises NotFound."""
        with self.store.read(context, "visitor.read") as connection:
            row = key_row(connection, context.community_id, key_id)
            return key_record(connection, self.store.sealer, context, row, self.store.clock())

    def defaults(self, context: Context, apartment_id: int | None) -> TempKeyDefaults:
        """What the form of a new key can know: its usual end, and doors as last time or of the building."""
        with self.store.read(context, "visitor.write") as connection:
            rules = visitor_rules(connection)
            relay_ids, source = usual_doors(connection, context, apartment_id)
            return TempKeyDefaults(
                ends=usual_time(rules, self.store.clock()).ends or self.store.clock(),
                relay_ids=relay_ids,
                rules=rules,
                id_access=community_row(connection, context.community_id).id_access,
                sources={"relay_ids": source} if source else {},
            )

    def add(self, context: Context, draft: TempKeyDraft) -> Saved:
        """Make a key with random digits, and mail it where there is an address.

        Raises Conflict where a taken RUN is all that is wrong, else Invalid with every bad field of the draft, Busy.
        """
        late_libraries.load()
        with self.store.write(context, "temp_key.add") as work:
            work.require("visitor.write")
            if work.replayed is not None:
                return replayed(work)
            key_id, digits = insert_key(work, check_draft(work, draft), self._rng)
            post_key(work, key_id, digits)
            row = key_row(work.connection, context.community_id, key_id)
            work.tell("Added temporary key", "temp-key", key_id, title_of(row))
            work.touch("temp_keys")
            return saved(work, key_id)

    def edit(self, context: Context, key_id: int, version: int, time: KeyTime) -> Saved:
        """Give a key another time, the one thing of it that changes (rules 7.1); its visitor is mailed again.

        Raises NotFound, Stale, Conflict for one that has expired or is used up, Invalid (ends_at, schedule, repeat).
        """
        late_libraries.load()
        with self.store.write(context, "temp_key.edit") as work:
            work.require("visitor.write")
            if work.replayed is not None:
                return replayed(work)
            row = key_row(work.connection, context.community_id, key_id)
            if row.row_version != version:
                raise Stale("Somebody else changed this key meanwhile.", row.row_version)
            self._refuse_over(work, key_id)
            before = key_time(work.connection, key_id)
            if (before.repeat is Repeat.NEVER) is not (time.repeat is Repeat.NEVER):
                raise Invalid({"repeat": "Whether a key repeats stays as it is: make a new one."})
            wanted = check_time(time, visitor_rules(work.connection), work.at)
            differs = wanted != before
            if differs:
                work.update(t.temp_key, key_id, repeat=wanted.repeat.value, row_version=version + 1)
                _set_time(work, key_id, wanted)
                post_key(work, key_id, digits_of(work.connection, work.sealer, key_id), changed=True)
            action = "Changed time of temporary key" if differs else "Saved without a change"
            work.tell(action, "temp-key", key_id, title_of(row), undoable=differs)
            work.touch("temp_keys")
            return saved(work, key_id)

    def resend(self, context: Context, key_id: int) -> Saved:
        """Mail a key again; it was valid all the same (edge case 23).

        Raises NotFound, Conflict where it is over or has no address.
        """
        late_libraries.load()
        with self.store.write(context, "temp_key.resend") as work:
            work.require("visitor.write")
            if work.replayed is not None:
                return replayed(work)
            row = key_row(work.connection, context.community_id, key_id)
            self._refuse_over(work, key_id)
            if not row.email:
                raise Conflict("email", "This key has no e-mail address.")
            post_key(work, key_id, digits_of(work.connection, work.sealer, key_id))
            work.tell("Mailed temporary key again", "temp-key", key_id, title_of(row), undoable=False)
            work.touch("temp_keys")
            return saved(work, key_id)

    def advise_add(self, context: Context, draft: TempKeyDraft) -> dict[str, str]:
        """What to know before a draft is saved: doors that read no QR code (edge case 22), ID access kept here."""
        with self.store.read(context, "visitor.write") as connection:
            relay_ids = draft.relay_ids
            if relay_ids is None:
                relay_ids = usual_doors(connection, context, draft.apartment_id)[0]
            return door_advice(connection, relay_ids, id_access=bool(draft.run.strip()))

    def deletion(self, context: Context, ids: Iterable[int]) -> KeyDeletion:
        """What deleting these keys takes away; raises NotFound."""
        with self.store.read(context, "visitor.write") as connection:
            return deletion_of(connection, context.community_id, ids, self.store.clock())

    def delete(self, context: Context, ids: Iterable[int], expected: int | None = None) -> Saved:
        """Delete keys; their digits leave every door and cool until that is proved, mails that wait are taken back.

        They commit in slices under one operation. More than 20 need their count in `expected`. Raises Invalid
        (expected), NotFound.
        """
        wanted = sorted(set(ids))
        if not wanted:
            raise Invalid({"": "Choose a temporary key."})
        if len(wanted) >= COUNT_FROM and expected != len(wanted):
            raise Invalid({"expected": f"This deletes {len(wanted)} keys. Type {len(wanted)} to go on."})
        with self.store.write(context, "temp_key.delete") as work:
            work.require("visitor.write")
            if work.replayed is not None:
                answer = replayed(work)
                undone = is_undone(work.connection, answer.operation)
                queue = portions([] if undone else present(work.connection, context.community_id, wanted))
            else:
                rows = present(work.connection, context.community_id, wanted, whole=True)
                queue, first, more = portions(rows), title_of(rows[0]), len(rows) - 1
                if more:
                    name = f"{first} and {more} more"
                    work.tell(f"Deleted {more + 1} temporary keys", "temp-key", None, name)
                else:
                    work.tell("Deleted temporary key", "temp-key", rows[0].id, first)
                _delete(work, queue)
                answer = saved(work, wanted[0])
        while queue:
            with self.store.write(context, "temp_key.delete", operation_id=answer.operation) as work:
                work.require("visitor.write")
                if is_undone(work.connection, answer.operation):
                    break
                _delete(work, queue)
                answer = answer.with_doors(saved(work, answer.id).doors)
        return answer

    def plan_add(self, context: Context, draft: TempKeyDraft) -> tuple[DoorPlan, ...]:
        """What each door would receive from this draft once it holds."""
        with self.store.read(context, "plan.read") as connection:
            return plan_new(connection, self.store.sealer, context, draft, self.store.clock())

    def plan_edit(self, context: Context, key_id: int, time: KeyTime) -> tuple[DoorPlan, ...]:
        """What each door would receive and lose by another time; raises NotFound."""
        with self.store.read(context, "plan.read") as connection:
            key_row(connection, context.community_id, key_id)
            return plan_time(connection, self.store.sealer, context, key_id, time, now=self.store.clock())

    def picture(self, context: Context, key_id: int) -> bytes:
        """The QR code of a key as a PNG; raises NotFound, Conflict where the key is over."""
        late_libraries.load()
        with self.store.read(context, "credential.reveal") as connection:
            row = key_row(connection, context.community_id, key_id)
            if (state := key_state(connection, row, self.store.clock())) not in LIVING:
                raise Conflict("", _OVER[state])
            return qr_png(digits_of(connection, self.store.sealer, key_id))

    def _refuse_over(self, work: Work, key_id: int) -> None:
        row = key_row(work.connection, work.context.community_id, key_id)
        if (state := key_state(work.connection, row, work.at)) not in LIVING:
            raise Conflict("", _OVER[state])


def _delete(work: Work, queue: deque[list[Row[Any]]]) -> None:
    """Delete keys from the front of the queue while there is time."""
    for rows in taken(queue):
        delete_keys(work, rows)


def _set_time(work: Work, key_id: int, time: KeyTime) -> None:
    """Write another time of a key: its hours, and the dates of its codes."""
    with reaching(work, [key_id], "time of temporary key changed"):
        set_windows(work, t.own_window, key_id, (time.window(),))
        for credential in credentials_of(work.connection, [key_id]):
            work.update(t.credential, credential.id, valid_from=time.valid_from, valid_to=time.valid_to)
