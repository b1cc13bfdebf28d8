"""The slot of a reservation as a form types it, and what is taken on its day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from backend.domain.errors import SmartPlusError
from screens.base.form_page import FormPage
from screens.base.session import Session
from screens.booking_drawing import day_title
from widgets.form import FormField, TextField
from widgets.form_field import UNDERSTOOD

if TYPE_CHECKING:
    from backend.domain.amenities import Slot
    from backend.domain.bookings import Day

DAY_HINT = "fr, tomorrow, 2026-12-01; none: the next"
END_HINT = "19:30, or how long: 90m"
MOST_TOLD = 4


def slot_fields() -> tuple[FormField, ...]:
    """Date, start and end as lines of text."""
    return (
        TextField("day", "Date", hint=DAY_HINT, max_length=20),
        TextField("start", "Start", required=True, hint="18 or 18:30", max_length=20),
        TextField("end", "End", required=True, hint=END_HINT, max_length=20),
    )


def typed_slot(session: Session, values: Mapping[str, Any]) -> Slot:
    """The slot as typed; raises Invalid (start, end)."""
    from backend.domain.bookings import parse_slot

    texts = (values["day"], values["start"], values["end"])
    return parse_slot(*texts, session.now(), session.formats.zone)


def told_day(day: Day, session: Session, without: int = 0) -> str:
    """What is taken on a day, in one line under its field."""
    taken = [one for one in day.taken if one.id != without]
    spans = [f"{session.formats.time(one.starts_at)}-{session.formats.time(one.ends_at)}" for one in taken]
    more = f" and {len(spans) - MOST_TOLD} more" if len(spans) > MOST_TOLD else ""
    words = f"taken {', '.join(spans[:MOST_TOLD])}{more}" if spans else "nothing is taken"
    return f"{day_title(day, session.formats)}: {words}"


async def advise_day(form: FormPage, amenity_id: Any, without: int = 0) -> Mapping[str, str]:
    """What is taken on the day in the fields, under the date; nothing while it cannot be told."""
    session = form.session
    if not amenity_id:
        return {}
    try:
        slot = typed_slot(session, {"end": "1h", **_shown(form.form.values())})
        local = session.formats.local(slot.start).date()
        day = await session.ask(session.engine.bookings.day, session.context, int(amenity_id), local)
    except SmartPlusError:
        return {}
    return {"day": f"{UNDERSTOOD}{told_day(day, session, without)}"}


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed; without a start the last minute of the date, so that the date alone tells its day."""
    return {"day": values["day"], "start": values["start"].strip() or "23:59"}
