"""Apartments (features APT-01 to APT-03, SET-06; rules 4; edge cases 38, 39)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, select

from backend.domain.apartments import ApartmentPatch, ApartmentRecord, Reset
from backend.domain.context import Context, new_id
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.names import check_apartment, fold
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services import apartment_reset as reset
from backend.services.apartment_checks import checked_name, checked_patch, numbers_of
from backend.services.apartment_faces import settle_faces
from backend.services.apartment_list import apartment_listing
from backend.services.apartment_pages import apartment_record, apartment_row, people_of, plan_of
from backend.services.base import Service, replayed, saved
from backend.services.buildings import building_row, named
from backend.services.lists import ListHandle
from backend.services.move_rows import planned_of
from backend.services.slices import taken
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.work import Work

_Item = TypeVar("_Item")


class Apartments(Service):
    """The apartments of a community; a number is text and unique within its building."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The apartments, by building and number."""
        return ListHandle(self.store, context, "apartment.read", apartment_listing(context.community_id), query)

    def get(self, context: Context, apartment_id: int) -> ApartmentRecord:
        """One apartment's whole page; raises NotFound."""
        with self.store.read(context, "apartment.read") as connection:
            row = apartment_row(connection, context.community_id, apartment_id)
            return apartment_record(connection, row, context.community_id, self.store.clock())

    def add(self, context: Context, building_id: int, number: str, name: str = "") -> Saved:
        """Make an apartment; raises Invalid (building_id, number, name) and Conflict (number)."""
        bad: dict[str, str] = {}
        try:
            number = check_apartment(number)
        except Invalid as error:
            bad["number"] = error.fields["apartment"]
        try:
            name = checked_name(name)
        except Invalid as error:
            bad |= error.fields
        with self.store.write(context, "apartment.add") as work:
            work.require("apartment.create")
            if work.replayed is not None:
                return replayed(work)
            building = _building(work.connection, context.community_id, building_id, bad)
            apartment_id = _insert(work, building_id, number, name)
            work.tell("Added apartment", "apartment", apartment_id, f"{building} {number}")
            work.touch("apartments", "buildings")
            return saved(work, apartment_id)

    def add_range(self, context: Context, building_id: int, first: str, last: str) -> Saved:
        """Make the apartments from `first` to `last`, both included, as wide as `first` is written ("0101").

        They commit in slices under one operation; answers the first one's id. Raises Invalid (building_id, first,
        last), also for more than RANGE_LONGEST, and Conflict (first) naming the numbers that are there already.
        """
        numbers, bad = numbers_of(first, last)
        with self.store.write(context, "apartment.add_range") as work:
            work.require("apartment.create")
            if work.replayed is not None:
                return replayed(work)
            building = _building(work.connection, context.community_id, building_id, bad)
            a = t.apartment
            there = work.connection.execute(
                select(a.c.number).where(a.c.building_id == building_id, a.c.number.in_(numbers)).order_by(a.c.number)
            )
            if present := list(there.scalars()):
                raise Conflict("first", f"{building} already has {named(present)}.")
            queue = deque(numbers)
            ids = [_insert(work, building_id, number, "") for number in taken(queue)]
            count = "1 apartment" if len(numbers) == 1 else f"{len(numbers)} apartments"
            work.tell(f"Added {count}", "apartment", ids[0], f"{building} {numbers[0]} to {numbers[-1]}")
            work.touch("apartments", "buildings")
            answer = saved(work, ids[0])
        while queue:
            with self.store.write(context, "apartment.add_range", operation_id=answer.operation) as work:
                work.require("apartment.create")
                for number in taken(queue):
                    _insert(work, building_id, number, "")
                work.touch("apartments", "buildings")
        return answer

    def edit(self, context: Context, apartment_id: int, version: int, patch: ApartmentPatch) -> Saved:
        """Change settings, None keeps; raises Invalid (the fields of the patch), Stale, NotFound.

        A limit below the present count keeps who is there. Where Face ID is not allowed any more, faces from the app
        are suspended; those of managers and imports stay (edge cases 13, 37). The page of the record warns of what is
        saved without effect.
        """
        with self.store.write(context, "apartment.edit") as work:
            work.require("apartment.write")
            if work.replayed is not None:
                return replayed(work)
            row = apartment_row(work.connection, context.community_id, apartment_id)
            plan = plan_of(work.connection, context.community_id, work.at)
            wanted = checked_patch(patch, row, plan)
            differs = work.update(t.apartment, apartment_id, version=version, **wanted)
            if differs:
                settle_faces(work, plan, apartment_id)
            action = "Changed apartment" if differs else "Saved without a change"
            work.tell(action, "apartment", apartment_id, f"{row.building} {row.number}", undoable=differs)
            work.touch("apartments", "residents")
            return saved(work, apartment_id)

    def reset_preview(self, context: Context, apartment_id: int) -> Reset:
        """What resetting an apartment takes away and what stays; raises NotFound."""
        with self.store.read(context, "apartment.reset") as connection:
            row = apartment_row(connection, context.community_id, apartment_id)
            return reset.reset_of(connection, context.community_id, row)

    def reset(self, context: Context, apartment_id: int, number: str) -> Saved:
        """Empty an apartment for the next tenant; `number` is its number, typed again. No mail goes out.

        The master's codes and contact data go first, then the family and its guests, then the log lines, in slices
        under one operation; the same request goes on where it was broken off. Undo brings back everything but log
        lines and messages. Raises Invalid (number), Conflict where there is nothing to reset, NotFound.
        """
        found = self.reset_preview(context, apartment_id)  # counts logs: not while others wait for the lock
        with self.store.write(context, "apartment.reset") as work:
            work.require("apartment.reset")
            row = apartment_row(work.connection, context.community_id, apartment_id)
            if work.replayed is not None:
                answer = replayed(work)
            else:
                if number.strip() != row.number:
                    raise Invalid({"number": f"Type {row.number}, the number of the apartment, to reset it."})
                if not found.master and not any(count for _, count in found.goes):
                    raise Conflict("", f"Nobody lives in {found.place}: there is nothing to reset.")
                work.tell("Reset apartment", "apartment", apartment_id, found.place)
                reset.clear_master(work, apartment_id)
                answer = saved(work, apartment_id)
        with self.store.read(context, "apartment.reset") as connection:
            people = reset.others(connection, apartment_id)
        while people and (step := self._reset_step(context, answer, reset.remove_others, people)) is not None:
            answer = step
        with self.store.read(context, "apartment.reset") as connection:
            logs = reset.log_ids(connection, context.community_id, row, answer.operation)
        while logs and (step := self._reset_step(context, answer, reset.remove_logs, logs)) is not None:
            answer = step
        return answer

    def _reset_step(
        self, context: Context, answer: Saved, act: Callable[[Work, deque[_Item]], None], queue: deque[_Item]
    ) -> Saved | None:
        """One further slice of a reset; None where the reset was taken back meanwhile."""
        with self.store.write(context, "apartment.reset", operation_id=answer.operation) as work:
            work.require("apartment.reset")
            if is_undone(work.connection, answer.operation):
                return None
            act(work, queue)
            return answer.with_doors(saved(work, answer.id).doors)

    def delete(self, context: Context, apartment_id: int) -> Saved:
        """Delete an empty apartment; raises Conflict naming its residents or devices, NotFound."""
        with self.store.write(context, "apartment.delete") as work:
            work.require("apartment.create")
            if work.replayed is not None:
                return replayed(work)
            row = apartment_row(work.connection, context.community_id, apartment_id)
            place = f"{row.building} {row.number}"
            if people := [person.name for person in people_of(work.connection, apartment_id)]:
                raise Conflict("", f"{place} still has residents: {named(people)}. Delete them first.")
            if planned_of(work.connection, apartment_id) is not None:
                raise Conflict("", f"A move is planned in {place}. Cancel it first.")
            if reset.guests_of(work.connection, apartment_id):
                raise Conflict("", f"{place} still has temporary keys or bookings. Delete them, or reset it first.")
            devices = select(t.device.c.name).where(t.device.c.apartment_id == apartment_id)
            if names := sorted(work.connection.execute(devices).scalars()):
                raise Conflict("", f"{place} still has devices: {named(names)}. Move or delete them first.")
            work.delete(t.apartment, apartment_id)
            work.tell("Deleted apartment", "apartment", apartment_id, place)
            work.touch("apartments", "buildings")
            return saved(work, apartment_id)


def _insert(work: Work, building_id: int, number: str, name: str) -> int:
    return work.insert(
        t.apartment, uuid=new_id(), building_id=building_id, number=number, name=name, name_fold=fold(name)
    )


def _building(connection: Connection, community_id: int, building_id: int, bad: dict[str, str]) -> str:
    """The building's name; raises Invalid with `bad` and with the building's own field."""
    try:
        name = str(building_row(connection, community_id, building_id).name)
    except NotFound as error:
        bad = {"building_id": str(error), **bad}
    if bad:
        raise Invalid(bad)
    return name
