"""`smartplus amenity` and `smartplus booking` (features BOOK-01 to BOOK-03)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from backend.catalog.amenities import AMENITY
from backend.catalog.bookings import BOOKING
from backend.domain.errors import Invalid
from backend.domain.filter import Term
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.lists import Asked, export_command, list_options, show_list
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import say
from smartplus_tui.cli.references import find_booking, find_resident
from smartplus_tui.cli.rights import plan_lines
from smartplus_tui.cli.verbs import Binding, Typed, meant, record_group
from smartplus_tui.cli.words import counted
from smartplus_tui.cli.writes import confirm, count_option, finish, need_count, wait_option

if TYPE_CHECKING:
    from backend.domain.amenities import AmenityDraft, AmenityRecord, Slot
    from backend.domain.bookings import BookingRecord
    from backend.domain.records import Saved


def _amenity(call: Call, amenity_id: int) -> AmenityRecord:
    return call.engine.amenities.get(call.context, amenity_id)


def _draft(values: Values) -> AmenityDraft:
    """The fields as the service takes them: naming buildings means only those."""
    from backend.domain.amenities import AmenityDraft

    if values.get("building_ids") and "everywhere" not in values:
        values = {**values, "everywhere": False}
    return AmenityDraft(**values)


def _add_amenity(call: Call, values: Values, _typed: Typed) -> Saved:
    draft = _draft(values)
    _ask_losses(call, None, draft, f"Add {draft.name or 'the amenity'}?")
    return call.engine.amenities.add(call.act(), draft)


def _edit_amenity(call: Call, amenity_id: int, values: Values, _typed: Typed) -> Saved:
    record, draft = _amenity(call, amenity_id), _draft(values)
    _ask_losses(call, amenity_id, draft, f"Change {record.name}?")
    return call.engine.amenities.edit(call.act(), amenity_id, record.version, draft)


def _ask_losses(call: Call, amenity_id: int | None, draft: AmenityDraft, question: str) -> None:
    """Ask where people lose the door by it."""
    plans = call.engine.amenities.plan(call.context, amenity_id, draft)
    if any(plan.removes for plan in plans):
        confirm(call, question, lambda: list(plan_lines(plans, call.formats)))


def _delete_amenity(call: Call, ids: Sequence[int], _count: int | None) -> Saved:
    return call.engine.amenities.delete(call.act(), ids[0])


def _amenity_losses(call: Call, ids: Sequence[int]) -> list[str]:
    return [
        f"{record.name}: {counted(record.upcoming, 'reservation')} that {'is' if record.upcoming == 1 else 'are'} "
        "not over would be cancelled."
        for record in (_amenity(call, one) for one in ids)
    ]


amenity = record_group(
    Binding(
        AMENITY,
        get=_amenity,
        add=_add_amenity,
        edit=_edit_amenity,
        delete=_delete_amenity,
        losses=_amenity_losses,
    )
)
amenity.add_command(export_command(AMENITY))


def _booking(call: Call, booking_id: int) -> BookingRecord:
    return call.engine.bookings.get(call.context, booking_id)


def _slot(call: Call, values: Values) -> Slot:
    from backend.domain.bookings import parse_slot

    now = call.engine.clock()
    return parse_slot(values.get("day", ""), values.get("start", ""), values.get("end", ""), now, call.formats.zone)


def _add_booking(call: Call, values: Values, _typed: Typed) -> Saved:
    from backend.domain.bookings import BookingDraft

    missing = {
        name: f"Name the {word}."
        for name, word in (("amenity_id", "amenity"), ("resident_id", "resident"))
        if values.get(name) is None
    }
    if missing:
        raise Invalid(missing)
    slot = _slot(call, values)
    draft = BookingDraft(
        amenity_id=values["amenity_id"], resident_id=values["resident_id"], starts_at=slot.start, ends_at=slot.end
    )
    saved = call.engine.bookings.add(call.act(), draft)
    if _booking(call, saved.id).mail is None:
        say("No mail: the resident has no e-mail address. `smartplus booking show` has the key.")
    return saved


def _list(call: Call, resident: str | None, **asked: Any) -> None:
    whose = (Term("resident_id", "eq", (find_resident(call.engine, call.context, resident),)),) if resident else ()
    show_list(call, BOOKING, Asked(**asked), only=whose)


booking = record_group(Binding(BOOKING, get=_booking, add=_add_booking))
booking.add_command(export_command(BOOKING))
booking.add_command(
    Command(
        "list",
        callback=pass_call(_list),
        params=[
            *list_options(BOOKING),
            click.Option(["--resident"], metavar="RESIDENT", help="Those of one resident."),
        ],
        help="List reservations.",
    )
)


@booking.command("move")
@click.argument("record_id", metavar="ID")
@click.option("--day", default="", metavar="DATE", help="today, tomorrow, fr or 2026-12-01; its own day without it.")
@click.option("--start", default="", metavar="TIME", help="18 or 18:30; its own start without it.")
@click.option("--end", required=True, metavar="TIME", help="19:30, or how long: 90m.")
@pass_call
def move(call: Call, record_id: str, day: str, start: str, end: str) -> None:
    """Give a reservation another slot: its key moves with it and is not sent again."""
    record = _booking(call, find_booking(call.engine, call.context, record_id))
    slot = _moved(call, record, day, start, end)
    saved = call.engine.bookings.move(call.act(), record.id, record.version, slot)
    finish(call, saved, "Moved reservation")


def _moved(call: Call, record: BookingRecord, day: str, start: str, end: str) -> Slot:
    """The new slot; without a day and a start it keeps its own, which may lie behind us."""
    from backend.domain.amenities import Slot
    from backend.domain.bookings import parse_end

    if not day and not start:
        return Slot(record.starts_at, parse_end(end, record.starts_at, call.formats.zone))
    own = call.formats.local(record.starts_at)
    return _slot(call, {"day": day or f"{own.date()}", "start": start or f"{own:%H:%M}", "end": end})


@booking.command("mail")
@click.argument("record_id", metavar="ID")
@pass_call
def mail(call: Call, record_id: str) -> None:
    """Mail the key of a reservation to its resident once more."""
    booking_id = find_booking(call.engine, call.context, record_id)
    finish(call, call.engine.bookings.mail(call.act(), booking_id), "Mailed key")


def _cancel(call: Call, record_ids: tuple[str, ...], filter: str | None, count: int | None, wait: float | None) -> None:
    ids = meant(call, BOOKING, record_ids, filter)
    if not ids:
        raise Invalid({"filter": "Nothing matches."})
    need_count(len(ids), count, "reservation")
    confirm(call, f"Cancel {counted(len(ids), 'reservation')}?", lambda: _what_goes(call, ids))
    finish(call, call.engine.bookings.cancel(call.act(), ids), "Cancelled reservation", wait, cancelled=len(ids))


def _what_goes(call: Call, ids: Sequence[int]) -> list[str]:
    found = [_booking(call, one) for one in ids[:10]]
    lines = [
        f"{one.amenity}, {one.resident}, {call.formats.moment(one.starts_at)}: the key opens no more." for one in found
    ]
    return [*lines, *([f"and {len(ids) - 10} more"] if len(ids) > 10 else [])]


def _cancel_options() -> list[Any]:
    return [
        click.Argument(["record_ids"], nargs=-1, metavar="ID..."),
        click.Option(["--filter"], metavar="EXPR", help="All that match, instead of ids."),
        count_option(),
        wait_option(),
    ]


booking.add_command(
    Command(
        "cancel",
        callback=pass_call(_cancel),
        params=_cancel_options(),
        help="Cancel reservations: their seats are free, their keys are revoked.",
    )
)
