"""Reservations of amenities: a key that is valid in the slot, moved and cancelled with it (rules 6; BOOK-02)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from backend.domain.access.results import DoorPlan
from backend.domain.amenities import Slot
from backend.domain.bookings import BookingDraft, BookingRecord, BookingStatus, Day, whole_minutes
from backend.domain.context import Context, new_id
from backend.domain.enums import HolderKind
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.names import fold
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services.amenity_rows import amenity_row
from backend.services.base import Service, replayed, saved
from backend.services.booking_checks import (
    Place,
    check_place,
    formats_of,
    refuse_without_premium,
    resident_row,
    told,
)
from backend.services.booking_day import day_of
from backend.services.booking_list import booking_listing, booking_record, booking_row, status_at
from backend.services.booking_mail import post_key, renew_unsent
from backend.services.booking_plans import imagine_booking
from backend.services.booking_rights import cancel_rows, give_key, give_rights, is_live
from backend.services.communities import community_row
from backend.services.credentials import credentials_of, open_value, spoken
from backend.services.holders import reaching
from backend.services.lists import ListHandle
from backend.services.plans import door_plans
from backend.services.slices import taken
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.work import Work


class Bookings(Service):
    """The reservations of a community."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The reservations, the latest first."""
        return ListHandle(self.store, context, "booking.read", booking_listing(context, self.store.clock()), query)

    def get(self, context: Context, booking_id: int) -> BookingRecord:
        """One reservation's whole page; raises NotFound."""
        with self.store.read(context, "booking.read") as connection:
            row = booking_row(connection, context.community_id, booking_id)
            return booking_record(connection, self.store.sealer, context, row, self.store.clock())

    def day(self, context: Context, amenity_id: int, day: date) -> Day:
        """When an amenity is open on a day of the community's calendar, and which slots are taken; raises NotFound."""
        with self.store.read(context, "booking.read") as connection:
            row = amenity_row(connection, context.community_id, amenity_id)
            zone = community_row(connection, context.community_id).timezone
            return day_of(connection, row, day, zone)

    def plan_add(self, context: Context, draft: BookingDraft) -> tuple[DoorPlan, ...]:
        """What a reservation gives to the doors when its slot begins; raises NotFound."""
        with self.store.read(context, "plan.read") as connection:
            amenity = amenity_row(connection, context.community_id, draft.amenity_id)
            before, after = imagine_booking(connection, self.store.sealer, amenity, draft.slot)
            return door_plans(connection, before, after, max(self.store.clock(), draft.slot.start))

    def add(self, context: Context, draft: BookingDraft) -> Saved:
        """Reserve an amenity for a resident: a key for the slot, mailed to whoever has an address.

        Whether there is a seat is decided in this transaction. Adjacent reservations of the resident become one, whose
        key stays as it is and is not sent again; the answer is that one then. Raises Invalid (amenity_id, resident_id,
        start, end), Conflict (start) without a seat, Conflict without the premium plan, NotFound.
        """
        with self.store.write(context, "booking.add") as work:
            work.require("booking.write")
            if work.replayed is not None:
                return replayed(work)
            refuse_without_premium(work.connection, context.community_id, work.at)
            amenity = amenity_row(work.connection, context.community_id, draft.amenity_id, lock=True)
            resident = resident_row(work.connection, context.community_id, draft.resident_id)
            place = check_place(work.connection, amenity, resident, draft.slot, work.at)
            if place.beside:
                booking_id = _merge(work, place, place.beside[0])
                renew_unsent(work, booking_id, amenity, resident, place.slot)
            else:
                booking_id = _insert(work, amenity, resident, place.slot)
            action = "Extended reservation" if place.beside else "Reserved"
            _tell(work, action, booking_id, _title(amenity, resident), place.slot)
            return saved(work, booking_id)

    def move(self, context: Context, booking_id: int, version: int, slot: Slot) -> Saved:
        """Give a reservation another slot; its key moves with it and is not sent again (rules 6).

        One that is in progress keeps its start. Adjacent reservations of the resident become one with it. Raises as
        `add`, and Stale, Conflict for one that is over or cancelled.
        """
        slot = whole_minutes(slot)
        with self.store.write(context, "booking.move") as work:
            work.require("booking.write")
            if work.replayed is not None:
                return replayed(work)
            refuse_without_premium(work.connection, context.community_id, work.at)
            row = booking_row(work.connection, context.community_id, booking_id)
            record = booking_record(work.connection, work.sealer, context, row, work.at)
            _refuse(record.status, "moved")
            begun = record.status is BookingStatus.IN_PROGRESS
            if begun and slot.start != record.starts_at:
                raise Invalid({"start": "It is in progress: only its end can be moved."})
            amenity = amenity_row(work.connection, context.community_id, row.amenity_id, lock=True)
            resident = resident_row(work.connection, context.community_id, row.resident_id)
            place = check_place(work.connection, amenity, resident, slot, work.at, moving=booking_id, begun=begun)
            work.update(t.booking, booking_id, version=version)  # whoever saw another slot is told
            _merge(work, place, booking_id)
            renew_unsent(work, booking_id, amenity, resident, place.slot)
            moved = place.slot != record.slot
            action = "Moved reservation" if moved else "Saved without a change"
            _tell(work, action, booking_id, _title(amenity, resident), place.slot, undoable=moved)
            return saved(work, booking_id)

    def cancel(self, context: Context, booking_ids: Iterable[int]) -> Saved:
        """Cancel reservations: their seats are free at once and their keys leave every door.

        Many commit in slices under one operation. Raises Conflict for one that is over or cancelled, NotFound.
        """
        ids = sorted(set(booking_ids))
        with self.store.write(context, "booking.cancel") as work:
            work.require("booking.write")
            if work.replayed is not None:
                answer, queue = replayed(work), deque(_left(work, ids))
            else:
                if not ids:
                    raise Invalid({"": "Choose a reservation."})
                _refuse_unless_all_live(work, ids)
                first = self._record(work, context, ids[0])
                count = "reservation" if len(ids) == 1 else f"{len(ids)} reservations"
                more = "" if len(ids) == 1 else f" and {len(ids) - 1} more"
                slot = told(first.slot, formats_of(work.connection, context.community_id))
                title = f"{first.amenity} · {first.resident} · {slot}{more}"
                work.tell(f"Cancelled {count}", "booking", first.id if len(ids) == 1 else None, title)
                queue = deque(ids)
                _cancel(work, queue)
                answer = saved(work, first.id)
        while queue:
            with self.store.write(context, "booking.cancel", operation_id=answer.operation) as work:
                work.require("booking.write")
                _cancel(work, queue)
                answer = answer.with_doors(saved(work, answer.id).doors)
        return answer

    def mail(self, context: Context, booking_id: int) -> Saved:
        """Mail the key of a reservation once more.

        Raises Conflict for one that is over or cancelled, Invalid (email) where the resident has no address, NotFound.
        """
        with self.store.write(context, "booking.mail") as work:
            work.require("booking.write")
            if work.replayed is not None:
                return replayed(work)
            record = self._record(work, context, booking_id)
            _refuse(record.status, "mailed")
            amenity = amenity_row(work.connection, context.community_id, record.amenity_id)
            resident = resident_row(work.connection, context.community_id, record.resident_id)
            keys = [open_value(work.sealer, one) for one in credentials_of(work.connection, [booking_id])]
            if not keys or not post_key(work, booking_id, amenity, resident, slot=record.slot, digits=keys[0]):
                raise Invalid({"email": f"{spoken(record.resident)} has no e-mail address."})
            work.tell("Mailed key of reservation", "booking", booking_id, _title(amenity, resident), undoable=False)
            return saved(work, booking_id)

    def _record(self, work: Work, context: Context, booking_id: int) -> BookingRecord:
        row = booking_row(work.connection, context.community_id, booking_id)
        return booking_record(work.connection, work.sealer, context, row, work.at)


def _insert(work: Work, amenity: Row[Any], resident: Row[Any], slot: Slot) -> int:
    """A new reservation with its key; the holder is called like the resident, as logs will name them."""
    booking_id = work.insert(
        t.holder,
        uuid=new_id(),
        community_id=amenity.community_id,
        kind=HolderKind.BOOKING.value,
        name=resident.name,
        name_fold=fold(resident.name),
        apartment_id=resident.apartment_id,
    )
    work.insert(
        t.booking,
        id=booking_id,
        amenity_id=amenity.id,
        resident_id=resident.id,
        starts_at=slot.start,
        ends_at=slot.end,
    )
    with reaching(work, [booking_id], "reservation"):
        give_rights(work, booking_id)
        digits = give_key(work, booking_id)
    post_key(work, booking_id, amenity, resident, slot=slot, digits=digits)
    return booking_id


def _merge(work: Work, place: Place, keep: int) -> int:
    """Give the reservation `keep` the whole slot; the others beside it end in it."""
    absorbed = [one for one in place.beside if one != keep]
    if absorbed:
        cancel_rows(work, absorbed, "reservation became one with another")
    with reaching(work, [keep], "reservation moved"):
        work.update(t.booking, keep, starts_at=place.slot.start, ends_at=place.slot.end)
        give_rights(work, keep)
    return keep


def _cancel(work: Work, queue: deque[int]) -> None:
    for one in taken(queue):
        cancel_rows(work, [one], "reservation cancelled")


def _left(work: Work, ids: Sequence[int]) -> list[int]:
    """Those that a cancelling which was broken off has left."""
    query = select(t.booking.c.id).where(t.booking.c.id.in_(ids), is_live(work.at)).order_by(t.booking.c.id)
    return list(work.connection.execute(query).scalars())


def _tell(work: Work, action: str, booking_id: int, title: str, slot: Slot, *, undoable: bool = True) -> None:
    when = told(slot, formats_of(work.connection, work.context.community_id))
    work.tell(action, "booking", booking_id, f"{title} · {when}", undoable=undoable)
    work.touch("bookings", "amenities", "outbox")


def _title(amenity: Row[Any], resident: Row[Any]) -> str:
    return f"{amenity.name} · {resident.name} · {resident.building} {resident.number}"


def _refuse_unless_all_live(work: Work, ids: Sequence[int]) -> None:
    """Raise NotFound or Conflict for the first of these reservations that cannot be cancelled."""
    a, b = t.amenity, t.booking
    here = select(b.c.id, status_at(work.at)).join(a, a.c.id == b.c.amenity_id)
    here = here.where(a.c.community_id == work.context.community_id)
    found = {one: far for part in chunks(ids) for one, far in work.connection.execute(here.where(b.c.id.in_(part)))}
    for one in ids:
        if (far := found.get(one)) is None:
            raise NotFound("There is no such reservation.")
        _refuse(BookingStatus(far), "cancelled")


def _refuse(status: BookingStatus, word: str) -> None:
    if status is BookingStatus.CANCELLED:
        raise Conflict("", f"This reservation was cancelled: it cannot be {word}.")
    if status in (BookingStatus.COMPLETED, BookingStatus.NO_SHOW):
        raise Conflict("", f"This reservation is over: it cannot be {word}.")
