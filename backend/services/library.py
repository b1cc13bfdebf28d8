"""The Library: one PIN or card shown, replaced, taken away, through to its owner (rules 11; LIB-01, LIB-02).

What the app made is read-only here. Taking away asks for `library.delete`, which Delete Account Permission switches
off (edge case 40), besides the owner's own permission.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from backend.domain.access.results import DoorPlan
from backend.domain.codes import check_pin, contained_pins, normalise_card
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, HolderKind, Origin, PinMode
from backend.domain.errors import Conflict, Invalid, NotFound, Stale
from backend.domain.library import FreePins, LibraryRecord, Taking
from backend.domain.records import Saved
from backend.services.base import Service, replayed, saved
from backend.services.communities import community_row
from backend.services.credentials import LIVE, Value, clash, free, issue, open_value, owner_of, spoken
from backend.services.holders import reaching
from backend.services.library_codes import (
    credential_of,
    free_of,
    library_record,
    pins_of,
    taking_of,
    title_of,
    word_of,
)
from backend.services.library_list import code_rows, note_look_up
from backend.services.library_plans import imagine_replaced, imagine_without
from backend.services.plans import door_plans
from backend.services.slices import taken
from backend.services.texts import count_kinds
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.work import Work

COUNT_FROM = 21
"""From so many codes on their number has to be typed."""

WRITE: Mapping[str, str] = {
    HolderKind.RESIDENT.value: "resident.write",
    HolderKind.STAFF.value: "visitor.write",
    HolderKind.DELIVERY.value: "visitor.write",
}
"""Kind of an owner -> what changing their codes asks for."""


class Library(Service):
    """Every PIN and card of residents, staff and deliveries, whoever they belong to."""

    def get(self, context: Context, credential_id: int) -> LibraryRecord:
        """One code, masked, with its owner and the doors that hold them; raises NotFound."""
        with self.store.read(context, "library.read") as connection:
            return library_record(connection, self.store.sealer, _row(connection, context, credential_id))

    def by_card(self, context: Context, typed: str) -> int:
        """The credential of a card number in any notation (edge case 8); raises Invalid (card), NotFound."""
        with self.store.read(context, "library.read") as connection:
            return credential_of(connection, self.store.sealer, context, CredentialKind.CARD, typed)

    def by_pin(self, context: Context, typed: str) -> int:
        """The credential of a whole PIN; the look-up is an operation. Raises Invalid (pin), NotFound.

        In APT+PIN mode several people may have it: Conflict (pin) then.
        """
        note_look_up(self.store, context)
        with self.store.read(context, "credential.reveal") as connection:
            return credential_of(connection, self.store.sealer, context, CredentialKind.PIN, typed)

    def edit(self, context: Context, credential_id: int, version: int, typed: str) -> Saved:
        """Replace a value in one step: the old one is taken away, then the new one given.

        Raises NotFound, Stale, Forbidden by the owner's kind, Invalid (value), Conflict (value) naming whose it is, and
        Conflict for a code that the app made.
        """
        with self.store.write(context, "library.edit") as work:
            there = code_rows(work.connection, context.community_id, [credential_id])
            work.require(WRITE[there[0].owner] if there else "resident.write")
            if work.replayed is not None:
                return replayed(work)
            row = _row(work.connection, context, credential_id)
            _refuse_app_made([row])
            if row.row_version != version:
                raise Stale(
                    f"Somebody else changed this {word_of(row)} of {spoken(row.name)} meanwhile.", row.row_version
                )
            text = _checked(CredentialKind(row.kind), typed)
            differs = text != open_value(work.sealer, row)
            if differs:
                value = Value(CredentialKind(row.kind), text, row.scope, Origin.MANAGER, row.community_id)
                _refuse_taken(work, row, value)
                with reaching(work, [row.holder_id], f"{word_of(row)} replaced"):
                    free(work, row.id)
                    new_id = issue(work, row.holder_id, value)
                    _turn_version(work, [row])
            action = f"Replaced a {word_of(row)}" if differs else "Saved without a change"
            work.tell(action, row.owner, row.holder_id, title_of(row), undoable=differs)
            work.touch("residents", "personnel")
            return saved(work, new_id if differs else row.id)

    def taking(self, context: Context, ids: Iterable[int]) -> Taking:
        """What taking these codes away does, door by door; raises NotFound, Conflict for one that the app made."""
        with self.store.read(context, "library.delete") as connection:
            wanted = sorted(set(ids))
            rows = code_rows(connection, context.community_id, wanted)
            _need_all(rows, wanted)
            _refuse_app_made(rows)
            before, after = imagine_without(connection, self.store.sealer, rows)
            return taking_of(
                connection, self.store.sealer, rows, door_plans(connection, before, after, self.store.clock())
            )

    def delete(self, context: Context, ids: Iterable[int], expected: int | None = None) -> Saved:
        """Take codes away; they cool until every door is proved to be without them.

        They commit in slices under one operation; the same request goes on where it was broken off. More than 20 need
        their count in `expected`. Raises Invalid (expected), NotFound, Conflict for one that the app made.
        """
        wanted = sorted(set(ids))
        if not wanted:
            raise Invalid({"": "Choose a code."})
        if len(wanted) >= COUNT_FROM and expected != len(wanted):
            raise Invalid({"expected": f"This takes {len(wanted)} codes away. Type {len(wanted)} to go on."})
        with self.store.read(context, "library.delete") as connection:  # before the lock: it may be ten thousand
            rows = code_rows(connection, context.community_id, wanted)
        queue = deque(_by_owner(rows))
        with self.store.write(context, "library.delete") as work:
            work.require("library.delete")
            for permission in sorted({WRITE[row.owner] for row in rows}):
                work.require(permission)
            if work.replayed is not None:
                answer = replayed(work)
                if is_undone(work.connection, answer.operation):
                    return answer
            else:
                _need_all(rows, wanted)
                _refuse_app_made(rows)
                _tell_taken(work, rows)
                _take(work, queue)
                answer = saved(work, wanted[0])
        while queue:
            with self.store.write(context, "library.delete", operation_id=answer.operation) as work:
                work.require("library.delete")
                if is_undone(work.connection, answer.operation):
                    break
                _take(work, queue)
                answer = answer.with_doors(saved(work, answer.id).doors)
        return answer

    def plan_edit(self, context: Context, credential_id: int, typed: str) -> tuple[DoorPlan, ...]:
        """What each door would receive and lose by a new value; raises NotFound, Invalid (value)."""
        with self.store.read(context, "plan.read") as connection:
            row = _row(connection, context, credential_id)
            text = _checked(CredentialKind(row.kind), typed)
            before, after = imagine_replaced(connection, self.store.sealer, row, text)
            return door_plans(connection, before, after, self.store.clock())

    def advise(self, context: Context, credential_id: int, typed: str) -> str:
        """What to know of a new value though it is allowed (edge cases 6, 7), "" for nothing; raises NotFound."""
        with self.store.read(context, "resident.write") as connection:
            row = _row(connection, context, credential_id)
            if row.kind != CredentialKind.PIN.value:
                return ""
            try:
                pin = check_pin(typed)
            except Invalid:
                return ""
            others = [text for one, text in pins_of(connection, self.store.sealer, context, LIVE) if one.id != row.id]
            if contained_pins(pin, others):
                return "Another PIN holds this one, or this one another: a door may take one for the other."
            taken_here = free_of(connection, self.store.sealer, context, [len(pin)])
            few = next((one for one in taken_here if one.few), None)
            return few_left(few) if few else ""

    def free_pins(self, context: Context) -> tuple[FreePins, ...]:
        """How many PINs nobody has, for each length that somebody has one of (edge case 7).

        Nothing in APT+PIN mode, where every apartment has all of them for itself.
        """
        with self.store.read(context, "library.read") as connection:
            if community_row(connection, context.community_id).pin_mode == PinMode.APT_PIN.value:
                return ()
            return free_of(connection, self.store.sealer, context, None)


def few_left(pins: FreePins) -> str:
    """The sentence for a length that runs out."""
    return f"Only {pins.free:,} of {pins.usable:,} PINs with {pins.length} digits are free: take longer ones."


def _row(connection: Connection, context: Context, credential_id: int) -> Row[Any]:
    rows = code_rows(connection, context.community_id, [credential_id])
    _need_all(rows, [credential_id])
    return rows[0]


def _need_all(rows: Sequence[Row[Any]], wanted: Sequence[int]) -> None:
    """Raise NotFound where a code is nobody's any more."""
    if not wanted or len(rows) < len(wanted):
        raise NotFound("There is no such code any more: it was taken away or replaced.")


def _checked(kind: CredentialKind, typed: str) -> str:
    """A new value as it is kept; raises Invalid (value)."""
    try:
        return check_pin(typed) if kind is CredentialKind.PIN else normalise_card(typed)
    except Invalid as error:
        raise Invalid({"value": str(error)}) from None


def _refuse_app_made(rows: Sequence[Row[Any]]) -> None:
    """Raise Conflict where the app made one of the codes (rules 11)."""
    made = [row for row in rows if row.origin == Origin.APP.value]
    if not made:
        return
    first = f"{spoken(made[0].name)} made this {word_of(made[0])} in the app: it is read-only here."
    raise Conflict(
        "", first if len(rows) == 1 else f"{len(made)} of these were made in the app and are read-only here."
    )


def _refuse_taken(work: Work, row: Row[Any], value: Value) -> None:
    """Raise Conflict (value) with whose a value is, the person's own other code included."""
    if sentence := clash(work.connection, work.sealer, value, row.holder_id):
        raise Conflict("value", sentence)
    there = owner_of(work.connection, work.sealer, value)
    if there is not None and there.status in LIVE:
        raise Conflict("value", f"{spoken(row.name)} has this {word_of(row)} already.")


def _turn_version(work: Work, rows: Sequence[Row[Any]]) -> None:
    """Have forms of these owners that were opened before be out of date."""
    for row in {row.holder_id: row for row in rows}.values():
        table = t.resident if row.owner == HolderKind.RESIDENT.value else t.holder
        work.update(table, row.holder_id, row_version=0)  # any other number: the unit of work counts on


def _take(work: Work, queue: deque[list[Row[Any]]]) -> None:
    """Take codes away from the front of the queue while there is time; what is gone meanwhile is left out."""
    for rows in taken(queue):
        still = code_rows(work.connection, work.context.community_id, [row.id for row in rows])
        with reaching(work, [row.holder_id for row in still], "code taken away"):
            for row in still:
                free(work, row.id)
            _turn_version(work, still)
    work.touch("residents", "personnel")


def _by_owner(rows: Iterable[Row[Any]]) -> list[list[Row[Any]]]:
    """The codes person by person, which is what one slice takes away whole."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.holder_id].append(row)
    return list(found.values())


def _tell_taken(work: Work, rows: Sequence[Row[Any]]) -> None:
    first, people = rows[0], {row.holder_id for row in rows}
    kinds = count_kinds(Counter(CredentialKind(row.kind) for row in rows))
    if len(people) == 1:
        work.tell(f"Took away {kinds}", first.owner, first.holder_id, title_of(first))
    else:
        work.tell(f"Took away {kinds}", "credential", None, f"{title_of(first)} and {len(people) - 1} more")
