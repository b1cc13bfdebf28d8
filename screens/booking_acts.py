"""Acts on reservations that list and page offer: cancel, mail the key once more."""

from __future__ import annotations

from collections.abc import Sequence

from backend.catalog.bookings import BOOKING
from screens.base.page import Page
from screens.booking_drawing import slot_text
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part

_CANCEL = BOOKING.verb("delete")
assert _CANCEL is not None
CANCEL = _CANCEL
COUNT_FROM = 21
NAMED = 5


async def cancel_bookings(page: Page, ids: Sequence[int]) -> None:
    """Say what cancelling takes away, ask, cancel; the count is typed when there are more than twenty."""
    session = page.session
    records = [await session.ask(session.engine.bookings.get, session.context, one) for one in ids[:NAMED]]
    lines: list[tuple[Part, ...]] = [
        (("- ", "$sp-bad"), (one.resident, "$sp-t1"), (f"  {one.amenity}, {slot_text(one, session.formats)}", "$sp-t2"))
        for one in records
    ]
    if len(ids) > NAMED:
        lines.append(((f"and {len(ids) - NAMED} more", "$sp-t2"),))
    keys = "Its key opens" if len(ids) == 1 else "Their keys open"
    lines += [(("", ""),), ((f"{keys} no more; the seat is free at once.", "$sp-t2"),)]
    lines.append((("u", "bold $sp-acc"), (" takes it back while the seat is free.", "$sp-t3")))
    dialog = ConfirmDialog(
        "Cancel",
        "Cancel this reservation?" if len(ids) == 1 else f"Cancel these {len(ids)} reservations?",
        lines=lines,
        choices=[
            Choice(CANCEL.confirm_key, "Free the seat" if len(ids) == 1 else "Free the seats", "cancel", danger=True)
        ],
        opened_by=CANCEL.key,
        typed=str(len(ids)) if len(ids) >= COUNT_FROM else "",
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_cancel, page, tuple(ids))

    page.app.push_screen(dialog, answered)


async def _cancel(page: Page, ids: Sequence[int]) -> None:
    session = page.session
    saved = await session.ask(session.engine.bookings.cancel, session.act(), ids)
    title = "Reservation" if len(ids) == 1 else f"{len(ids)} reservations"
    page.watch_save(f"{title} cancelled", saved)
    page.say(f"{title} cancelled", "u Undo")


async def mail_key(page: Page, booking_id: int) -> None:
    """Ask, then mail the key to its resident once more."""
    session = page.session
    record = await session.ask(session.engine.bookings.get, session.context, booking_id)
    dialog = ConfirmDialog(
        "Mail key",
        f"Mail the key of {record.amenity} to {record.resident}?",
        lines=[(("Sent mail cannot be taken back.", "$sp-t2"),)],
        choices=[Choice("y", "Mail", "mail")],
        opened_by="m",
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_mail, page, booking_id)

    page.app.push_screen(dialog, answered)


async def _mail(page: Page, booking_id: int) -> None:
    session = page.session
    await session.ask(session.engine.bookings.mail, session.act(), booking_id)
    page.say("Key on its way")
