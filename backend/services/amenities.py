"""Amenities: what residents can reserve, when, how many at once, and behind which door (rules 6; BOOK-01, BOOK-03)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row, select

from backend.domain.access.results import DoorPlan
from backend.domain.amenities import AmenityDraft, AmenityRecord, Closed
from backend.domain.context import Context, new_id
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services.amenity_checks import NEW, checked, keep_picture, set_buildings
from backend.services.amenity_rows import amenity_listing, amenity_record, amenity_row, picture_of
from backend.services.base import Service, replayed, saved
from backend.services.booking_checks import refuse_without_premium, why_closed
from backend.services.booking_plans import imagine_device
from backend.services.booking_rights import cancel_rows, give_rights, is_live, live_in
from backend.services.default_groups import place_in_default_groups
from backend.services.going_on import Step, do_steps, go_on
from backend.services.holders import reaching
from backend.services.lists import ListHandle
from backend.services.plans import door_plans
from backend.services.proofs_of_acts import proofs_of
from backend.store import tables as t
from backend.store.work import Work


class Amenities(Service):
    """The amenities of a community."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The amenities, by name."""
        listing = amenity_listing(context.community_id, self.store.clock())
        return ListHandle(self.store, context, "booking.read", listing, query)

    def get(self, context: Context, amenity_id: int) -> AmenityRecord:
        """One amenity's whole page; raises NotFound."""
        with self.store.read(context, "booking.read") as connection:
            row = amenity_row(connection, context.community_id, amenity_id)
            return amenity_record(connection, row, self.store.clock())

    def picture(self, context: Context, amenity_id: int) -> bytes | None:
        """The JPEG of an amenity, None where it has none; raises NotFound."""
        with self.store.read(context, "booking.read") as connection:
            return picture_of(connection, amenity_row(connection, context.community_id, amenity_id).picture)

    def closed(self, context: Context) -> Closed:
        """Whether the premium plan leaves anything to be reserved, and how many reservations still run."""
        now = self.store.clock()
        with self.store.read(context, "booking.read") as connection:
            reason = why_closed(connection, context.community_id, now)
            return Closed(reason=reason, upcoming=live_in(connection, context.community_id, now))

    def plan(self, context: Context, amenity_id: int | None, draft: AmenityDraft) -> tuple[DoorPlan, ...]:
        """What saving a new amenity (no id) or a changed one would make of the doors; raises NotFound, Invalid."""
        with self.store.read(context, "plan.read") as connection:
            row = None if amenity_id is None else amenity_row(connection, context.community_id, amenity_id)
            old = (None, False) if row is None else (row.device_id, row.out_of_group)
            device_id = old[0] if draft.device_id is None else draft.device_id
            out = old[1] if draft.out_of_group is None else draft.out_of_group
            now = self.store.clock()
            before, after = imagine_device(
                connection,
                self.store.sealer,
                context.community_id,
                old=old,
                new=(device_id, out),
                amenity_id=amenity_id,
                now=now,
            )
            return door_plans(connection, before, after, now)

    def add(self, context: Context, draft: AmenityDraft) -> Saved:
        """Make an amenity; its device leaves the default groups where that is ticked, and stays out (edge case 43).

        What doors have to prove of however many people follows in slices, as in `edit` and `delete`. Raises Invalid
        with every bad field, Conflict (name, device_id: one device is in at most one amenity, which the unique index
        decides, edge case 44), also without the premium plan.
        """
        with self.store.write(context, "amenity.add") as work:
            work.require("booking.write")
            if work.replayed is not None:
                return replayed(work)
            refuse_without_premium(work.connection, context.community_id, work.at)
            wanted = checked(work.connection, context.community_id, draft, NEW)
            picture = keep_picture(work, draft.picture, "")
            with _at_devices(work, {wanted["device_id"]} if wanted["out_of_group"] else set()):
                amenity_id = work.insert(
                    t.amenity, uuid=new_id(), community_id=context.community_id, picture=picture, **wanted
                )
            set_buildings(work, amenity_id, draft.building_ids)
            work.tell("Added amenity", "amenity", amenity_id, wanted["name"])
            work.touch("amenities", "groups")
            answer = saved(work, amenity_id)
        return self._go_on(context, "amenity.add", answer, deque())

    def edit(self, context: Context, amenity_id: int, version: int, draft: AmenityDraft) -> Saved:
        """Change an amenity; None keeps. Reservations that are made stay; with another device their keys open that one.

        Without the tick the device is back in the default groups. Raises as `add`, and Stale, NotFound.
        """
        with self.store.write(context, "amenity.edit") as work:
            work.require("booking.write")
            if work.replayed is not None:
                answer, queue = replayed(work), _steps(_keys(work, amenity_id), _move_key)
            else:
                row = amenity_row(work.connection, context.community_id, amenity_id, lock=True)
                wanted = checked(work.connection, context.community_id, draft, dict(row._mapping))
                picture = keep_picture(work, draft.picture, row.picture)
                with _at_devices(work, _concerned(row, wanted)):
                    differs = work.update(t.amenity, amenity_id, version=version, picture=picture, **wanted)
                if set_buildings(work, amenity_id, draft.building_ids) and not differs:
                    differs = work.update(t.amenity, amenity_id, row_version=0)  # who has it open is told
                moved = wanted["device_id"] != row.device_id
                queue = _steps(_keys(work, amenity_id) if moved else (), _move_key)
                action = "Changed amenity" if differs else "Saved without a change"
                work.tell(action, "amenity", amenity_id, wanted["name"], undoable=differs)
                do_steps(work, queue, ("amenities", "groups", "bookings"))
                answer = saved(work, amenity_id)
        return self._go_on(context, "amenity.edit", answer, queue)

    def delete(self, context: Context, amenity_id: int) -> Saved:
        """Delete an amenity: its device is back in the default groups, its live reservations are cancelled.

        They commit in slices under one operation; the same request goes on where it was broken off. Raises NotFound.
        """
        with self.store.write(context, "amenity.delete") as work:
            work.require("booking.write")
            if work.replayed is not None:
                answer = replayed(work)
            else:
                row = amenity_row(work.connection, context.community_id, amenity_id, lock=True)
                with _at_devices(work, {row.device_id} if row.out_of_group and row.device_id else set()):
                    work.update(t.amenity, amenity_id, removed_at=work.at, device_id=None, device_mac="")
                work.tell("Deleted amenity", "amenity", amenity_id, row.name)
                work.touch("amenities", "groups", "bookings")
                answer = saved(work, amenity_id)
            queue = _steps(_keys(work, amenity_id), _cancel)
        return self._go_on(context, "amenity.delete", answer, queue)

    def _go_on(self, context: Context, act: str, answer: Saved, queue: deque[Step]) -> Saved:
        """Do what is queued, and have doors prove what people lost by the rules that changed."""
        with self.store.read(context, "booking.write") as connection:
            queue += proofs_of(connection, self.store.sealer, answer.operation)
        return go_on(
            self.store, context, act, answer, queue, permission="booking.write", topics=("bookings", "residents")
        )


@contextmanager
def _at_devices(work: Work, device_ids: set[int]) -> Iterator[None]:
    """Around a change of what keeps devices out of the default groups: these follow, and the doors are told."""
    yield
    for device_id in sorted(device_ids):
        place_in_default_groups(work, device_id)
    work.dirty(device_ids, "amenity")


def _concerned(row: Row[Any], wanted: dict[str, Any]) -> set[int]:
    """The devices that come out of the default groups or go back."""
    before = row.device_id if row.out_of_group else None
    after = wanted["device_id"] if wanted["out_of_group"] else None
    return {device_id for device_id in (before, after) if device_id is not None} if before != after else set()


def _keys(work: Work, amenity_id: int) -> list[int]:
    """The reservations of an amenity that are not over."""
    b = t.booking
    query = select(b.c.id).where(b.c.amenity_id == amenity_id, is_live(work.at)).order_by(b.c.id)
    return list(work.connection.execute(query).scalars())


def _steps(booking_ids: Iterable[int], act: Callable[[Work, int], None]) -> deque[Step]:
    def step(booking_id: int) -> Step:
        return lambda work: act(work, booking_id)

    return deque(map(step, booking_ids))


def _move_key(work: Work, booking_id: int) -> None:
    """Have the key of a reservation open the doors that the amenity has now."""
    with reaching(work, [booking_id], "amenity has another device"):
        give_rights(work, booking_id)


def _cancel(work: Work, booking_id: int) -> None:
    cancel_rows(work, [booking_id], "amenity deleted")
