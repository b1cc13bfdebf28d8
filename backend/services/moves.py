"""Moving families out and in as one act, now or ahead (feature RES-16; rules 4.2, 5.1, 5.2; edge case 36).

The licence stays with the apartment: the next master takes over account status and expiry, as a reset keeps them.
Deleting a master by hand costs the licence; a move does not.
"""

from __future__ import annotations

import random
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context, new_id
from backend.domain.enums import MoveKind, MoveState
from backend.domain.errors import Conflict, Invalid, Stale
from backend.domain.moves import MoveDraft, MovePatch, MovePreview, MoveRecord
from backend.domain.receipts import Receipt
from backend.domain.records import Saved
from backend.domain.residents import ResidentDraft
from backend.domain.timewords import describe_moment
from backend.services import late_libraries
from backend.services.apartment_pages import apartment_row
from backend.services.base import Service, replayed, saved
from backend.services.communities import refuse_permissions
from backend.services.door_states import formats_of
from backend.services.move_acts import ACT, begin, go_on, leaving_ids, master_id_of, permit, step
from backend.services.move_plans import goes_of, imagine_move, stays_of
from backend.services.move_receipts import receipt_of
from backend.services.move_rows import (
    leaving_of,
    move_record,
    move_row,
    name_of,
    open_incoming,
    planned_of,
    seal_incoming,
)
from backend.services.plans import door_plans
from backend.services.resident_advice import advice_on_draft
from backend.services.resident_drafts import check_draft
from backend.services.resident_find import free_pin
from backend.services.resident_places import place_of
from backend.store import tables as t
from backend.store.permission import require
from backend.store.seal import Sealer
from backend.store.store import Store
from backend.store.work import Work

NEWEST = 20
"""Moves that the page of an apartment shows."""


class Moves(Service):
    """Moves of whole families in a community."""

    def __init__(self, store: Store, rng: random.Random | None = None) -> None:
        super().__init__(store)
        self._rng = rng or secrets.SystemRandom()

    def preview(self, context: Context, apartment_id: int) -> MovePreview:
        """Who would leave an apartment, what goes and what stays, with a free PIN; raises NotFound."""
        with self.store.read(context, "apartment.reset") as connection:
            require(connection, context, "resident.write")
            row = apartment_row(connection, context.community_id, apartment_id)
            leaving = leaving_ids(connection, apartment_id)
            place = place_of(connection, context.community_id, apartment_id, leaving)
            planned = planned_of(connection, apartment_id)
            return MovePreview(
                apartment_id=apartment_id,
                place=place.name,
                number=row.number,
                leaves=leaving_of(connection, apartment_id),
                goes=goes_of(connection, context.community_id, row),
                stays=stays_of(connection, context.community_id, row),
                free_pin=free_pin(connection, self.store.sealer, place, self._rng),
                planned=None if planned is None else move_record(connection, self.store.sealer, planned),
            )

    def plan(self, context: Context, draft: MoveDraft) -> tuple[DoorPlan, ...]:
        """What each door would lose and receive; what is not understood yet is left out. Raises NotFound."""
        with self.store.read(context, "plan.read") as connection:
            before, after = imagine_move(connection, self.store.sealer, context.community_id, draft)
            return door_plans(connection, before, after, self.store.clock())

    def plan_change(self, context: Context, move_id: int, patch: MovePatch) -> tuple[DoorPlan, ...]:
        """The same for a move that is planned, as the patch would make it; raises NotFound."""
        with self.store.read(context, "plan.read") as connection:
            row = move_row(connection, context.community_id, move_id)
            incoming = open_incoming(self.store.sealer, row)
            if incoming is not None:
                incoming = _patched(incoming, patch)
            out = row.kind != MoveKind.IN.value
            draft = MoveDraft(apartment_id=row.apartment_id, out=out, incoming=incoming)
            before, after = imagine_move(connection, self.store.sealer, context.community_id, draft)
            return door_plans(connection, before, after, self.store.clock())

    def advise(self, context: Context, draft: MoveDraft) -> dict[str, str]:
        """What to know of who comes, a sentence a field; nothing of it forbids the move."""
        with self.store.read(context, "resident.write") as connection:
            if draft.newcomer is None:
                return {}
            told = advice_on_draft(connection, self.store.sealer, context.community_id, draft.newcomer)
            return {name: sentence for name, sentence in told.items() if name != "role"}  # nobody stays beside them

    def check(self, context: Context, draft: MoveDraft) -> None:
        """Refuse what `move` would refuse, before the number is typed: Invalid, Conflict, NotFound."""
        late_libraries.load()
        with self.store.read(context, "apartment.reset") as connection:
            require(connection, context, "resident.write")
            _checked(connection, self.store.sealer, context, draft, self.store.clock())

    def move(self, context: Context, draft: MoveDraft, number: str) -> Saved:
        """Move a family out, the next one in, or both; `number` is the number of the apartment, typed again.

        Dated ahead the move is kept and carried out by the agent at its time; else it is done now, in one operation
        that undo takes back whole; the same request goes on where it was broken off. The answer's id is the move's.
        Raises Invalid (number, at, out, and the fields of a resident), Conflict, NotFound.
        """
        late_libraries.load()
        if draft.at is not None:
            return self._plan_ahead(context, draft, number)
        with self.store.write(context, ACT) as work:
            permit(work)
            if work.replayed is not None:
                answer = replayed(work)
            else:
                row = _insert(work, draft, number)
                begin(work, row)
                step(work, row.id, strict=True)
                answer = saved(work, row.id)
        doors = go_on(self.store, context, answer.id, answer.operation)
        return answer.with_doors(doors)

    def _plan_ahead(self, context: Context, draft: MoveDraft, number: str) -> Saved:
        with self.store.write(context, "apartment.plan_move") as work:
            permit(work)
            if work.replayed is not None:
                return replayed(work)
            row = _insert(work, draft, number)
            when = describe_moment(row.at, formats_of(work.connection, context.community_id))
            work.tell(f"Planned a move for {when}", "apartment", row.apartment_id, row.place, undoable=False)
            work.touch("apartments")
            return saved(work, row.id)

    def change(self, context: Context, move_id: int, version: int, patch: MovePatch) -> Saved:
        """Change the date of a planned move and who comes; None keeps, "" clears.

        Raises Invalid (at, and the fields of a resident), Conflict where it is not waiting any more, Stale, NotFound.
        """
        late_libraries.load()
        with self.store.write(context, "apartment.change_move") as work:
            permit(work)
            if work.replayed is not None:
                return replayed(work)
            row = _waiting(work, move_id)
            if row.row_version != version:
                raise Stale("Somebody else changed this move meanwhile.", row.row_version)
            at = patch.at or row.at
            _refuse_past(at, work.at)
            values: dict[str, Any] = {"at": at, "row_version": version + 1}
            incoming = open_incoming(work.sealer, row)
            typed = patch != MovePatch(at=patch.at)
            if typed and incoming is None:
                raise Conflict("", "Nobody moves in with this move. Cancel it and plan another.")
            if typed and incoming is not None:
                incoming = _patched(incoming, patch)
                leaving = leaving_ids(work.connection, row.apartment_id)
                check_draft(work.connection, work.sealer, context.community_id, incoming, leaving=leaving)
                values |= {"incoming_sealed": seal_incoming(work.sealer, row.uuid, incoming)}
                values |= {"comes": name_of(incoming)}
            work.connection.execute(update(t.move).where(t.move.c.id == move_id).values(**values))
            when = describe_moment(values["at"], formats_of(work.connection, context.community_id))
            work.tell(f"Changed the move to {when}", "apartment", row.apartment_id, row.place, undoable=False)
            work.touch("apartments")
            return saved(work, move_id)

    def cancel(self, context: Context, move_id: int) -> Saved:
        """Cancel a planned move; nobody moves. Raises Conflict where it is not waiting any more, NotFound."""
        with self.store.write(context, "apartment.cancel_move") as work:
            permit(work)
            if work.replayed is not None:
                return replayed(work)
            row = _waiting(work, move_id)
            gone = {"state": MoveState.CANCELLED.value, "ended_at": work.at, "incoming_sealed": None}
            gone |= {"row_version": row.row_version + 1}
            work.connection.execute(update(t.move).where(t.move.c.id == move_id).values(**gone))
            work.tell("Cancelled the planned move", "apartment", row.apartment_id, row.place, undoable=False)
            work.touch("apartments")
            return saved(work, move_id)

    def get(self, context: Context, move_id: int) -> MoveRecord:
        """One move, codes masked; raises NotFound."""
        with self.store.read(context, "resident.read") as connection:
            row = move_row(connection, context.community_id, move_id)
            return move_record(connection, self.store.sealer, row)

    def of(self, context: Context, apartment_id: int) -> tuple[MoveRecord, ...]:
        """The moves of an apartment, the planned one first, then the newest."""
        with self.store.read(context, "resident.read") as connection:
            m = t.move
            rows = connection.execute(
                select(m)
                .where(m.c.apartment_id == apartment_id, m.c.community_id == context.community_id)
                .order_by(m.c.state != MoveState.PLANNED.value, m.c.at.desc(), m.c.id.desc())
                .limit(NEWEST)
            ).all()
            return tuple(move_record(connection, self.store.sealer, row) for row in rows)

    def planned(self, context: Context) -> tuple[MoveRecord, ...]:
        """Every move that waits for its time, the next one first."""
        with self.store.read(context, "resident.read") as connection:
            m = t.move
            waits = (m.c.community_id == context.community_id) & (m.c.state == MoveState.PLANNED.value)
            rows = connection.execute(select(m).where(waits).order_by(m.c.at, m.c.id)).all()
            return tuple(move_record(connection, self.store.sealer, row) for row in rows)

    def receipt(self, context: Context, move_id: int) -> Receipt:
        """The receipt of a move that was carried out, with what is proved by now.

        Raises Conflict while there is nothing to tell, NotFound.
        """
        with self.store.read(context, "resident.read") as connection:
            row = move_row(connection, context.community_id, move_id)
            return receipt_of(connection, self.store.sealer, row, self.store.clock())


def _insert(work: Work, draft: MoveDraft, number: str) -> Row[Any]:
    """Check a draft and write it down as planned; raises Invalid, Conflict, NotFound."""
    connection, community_id = work.connection, work.context.community_id
    apartment, kind = _checked(connection, work.sealer, work.context, draft, work.at)
    if number.strip() != apartment.number:
        raise Invalid({"number": f"Type {apartment.number}, the number of the apartment, to go on."})
    uuid, incoming = new_id(), draft.newcomer
    move_id = work.insert(
        t.move,
        uuid=uuid,
        community_id=community_id,
        apartment_id=draft.apartment_id,
        place=f"{apartment.building} {apartment.number}",
        kind=kind.value,
        at=draft.at or work.at,
        master_id=master_id_of(connection, draft.apartment_id) if kind is not MoveKind.IN else None,
        incoming_sealed=None if incoming is None else seal_incoming(work.sealer, uuid, incoming),
        comes=name_of(incoming),
        planned_by_id=work.context.actor_id,
        planned_by=work.context.actor_name,
        planned_at=work.at,
    )
    return move_row(connection, community_id, move_id)


def _checked(
    connection: Connection, sealer: Sealer, context: Context, draft: MoveDraft, now: datetime
) -> tuple[Row[Any], MoveKind]:
    """The apartment of a draft and what the draft comes to there; raises Invalid, Conflict, NotFound."""
    community_id = context.community_id
    apartment = apartment_row(connection, community_id, draft.apartment_id)
    leaving = leaving_ids(connection, draft.apartment_id)
    if draft.incoming is None and not draft.out:
        raise Invalid({"": "Choose who leaves, or enter who comes."})
    if draft.incoming is None and not leaving:
        raise Conflict("", "Nobody lives here: there is nobody to move out. Enter who comes.")
    if not draft.out and master_id_of(connection, draft.apartment_id) is not None:
        raise Conflict("", "A family lives here. Move it out in the same step.")
    if (waits := planned_of(connection, draft.apartment_id)) is not None:
        when = describe_moment(waits.at, formats_of(connection, community_id))
        raise Conflict("", f"A move is planned in {waits.place} for {when}. Change or cancel that first.")
    if draft.at is not None:
        _refuse_past(draft.at, now)
    if draft.newcomer is None:
        return apartment, MoveKind.OUT
    new = check_draft(connection, sealer, community_id, draft.newcomer, leaving=leaving)
    if set(new.group_ids) != set(new.place.default_groups()):
        refuse_permissions(connection, context)
    return apartment, MoveKind.BOTH if draft.out and leaving else MoveKind.IN


def _patched(incoming: ResidentDraft, patch: MovePatch) -> ResidentDraft:
    """Who comes, as a patch makes them."""
    return incoming.model_copy(update=patch.model_dump(exclude={"at"}, exclude_none=True))


def _refuse_past(at: datetime, now: datetime) -> None:
    """Raise Invalid (at) for what is over."""
    if at <= now:
        raise Invalid({"at": "This is over. Leave it empty for now, or give a time to come."})


def _waiting(work: Work, move_id: int) -> Row[Any]:
    """A move that is planned and has not begun; raises Conflict, NotFound."""
    row = move_row(work.connection, work.context.community_id, move_id)
    if row.state != MoveState.PLANNED.value or row.operation_id is not None:
        words = {MoveState.PLANNED: "being carried out", MoveState.DONE: "done", MoveState.FAILED: "over"}
        raise Conflict("", f"This move is {words.get(MoveState(row.state), row.state)} already.")
    return row
