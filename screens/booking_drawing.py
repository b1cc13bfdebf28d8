"""How amenities and reservations are drawn: facts, and the strip of a day (look: week)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from backend.catalog.states import drawn
from backend.domain.formats import Formats, age
from backend.domain.walltime import WEEKDAYS
from screens.base.drawing import wrapped
from widgets.frame import Part
from widgets.panel import fact

if TYPE_CHECKING:
    from backend.domain.amenities import AmenityRecord
    from backend.domain.bookings import BookingRecord, Day, Taken

Line = tuple[Part, ...]
LABEL = 13
WIDE_FROM = 72
"""Cells from which a cell of the strip is 20 minutes; below it is half an hour (look: week)."""
DAY = 24 * 60
MOST_TAKEN = 8
FULL, FREE, CLOSED = "█", "─", "·"


def strip_lines(day: Day, formats: Formats, width: int) -> list[Line]:
    """The day as a strip: hours above, then closed, free, how many seats are taken, or full."""
    step = 20 if width >= WIDE_FROM else 30
    hours = "".join(f"{hour:02}".ljust(2 * 60 // step) for hour in range(0, 24, 2))
    cells = [_cell(day, minute, minute + step, formats) for minute in range(0, DAY, step)]
    return [((hours, "$sp-t3"),), tuple(_runs(cells))]


def _cell(day: Day, start: int, end: int, formats: Formats) -> Part:
    if not any(first < end and start < last for first, last in day.open):
        return CLOSED, "$sp-t3"
    taken = sum(first < end and start < last for first, last in (_minutes(one, day, formats) for one in day.taken))
    if taken >= day.capacity:
        return FULL, "$sp-bad"
    return (str(taken) if taken < 10 else "+", "$sp-warn") if taken else (FREE, "$sp-plot")


def _minutes(taken: Taken, day: Day, formats: Formats) -> tuple[int, int]:
    """A slot as minutes of the wall clock of a day, cut at its ends."""
    first, last = formats.local(taken.starts_at), formats.local(taken.ends_at)
    start = first.hour * 60 + first.minute if first.date() == day.day else 0
    return start, last.hour * 60 + last.minute if last.date() == day.day else DAY


def _runs(cells: Sequence[Part]) -> list[Part]:
    """Neighbours of one look as one part."""
    runs: list[Part] = []
    for text, tone in cells:
        if runs and runs[-1][1] == tone:
            runs[-1] = (runs[-1][0] + text, tone)
        else:
            runs.append((text, tone))
    return runs


def legend(capacity: int) -> Line:
    """What the cells of a strip mean."""
    some: Line = (("  1 ", "$sp-warn"), ("taken", "$sp-t3")) if capacity > 1 else ()
    return (
        (FREE, "$sp-plot"),
        (" free", "$sp-t3"),
        *some,
        (f"  {FULL} ", "$sp-bad"),
        ("full", "$sp-t3"),
        (f"  {CLOSED} closed", "$sp-t3"),
    )


def day_title(day: Day, formats: Formats) -> str:
    """The day in words."""
    return f"{WEEKDAYS[day.day.weekday()]} {formats.day(day.day)}"


def taken_lines(day: Day, formats: Formats, most: int = MOST_TAKEN) -> list[Line]:
    """The slots that are taken, by their start."""
    lines: list[Line] = [
        (
            (f"{formats.time(one.starts_at)} - {formats.time(one.ends_at)}  ", "$sp-t2"),
            (one.resident, "$sp-t1"),
        )
        for one in day.taken[:most]
    ]
    if len(day.taken) > most:
        lines.append(((f"and {len(day.taken) - most} more", "$sp-t3"),))
    return lines or [(("Nothing is reserved on this day.", "$sp-t3"),)]


def slot_text(record: BookingRecord, formats: Formats) -> str:
    """The slot, with its second day where it has one."""
    same = formats.local(record.starts_at).date() == formats.local(record.ends_at).date()
    until = formats.time(record.ends_at) if same else formats.moment(record.ends_at)
    return f"{formats.moment(record.starts_at)} to {until}"


def status_parts(record: BookingRecord, now: datetime) -> Line:
    """The status, and how long until it changes: "○ Upcoming in 3 h"."""
    look = drawn("booking", record.status.value)
    more = {
        "upcoming": f" in {age(record.starts_at - now)}",
        "in_progress": f" for {age(record.ends_at - now)}",
    }.get(record.status.value, "")
    return ((f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (look.word, "$sp-t1"), (more, "$sp-t2"))


def booking_lines(record: BookingRecord, formats: Formats, now: datetime) -> list[Line]:
    """What there is to know of a reservation."""
    uses = f"{record.uses} of {record.most_uses}" if record.most_uses else f"{record.uses}, without a limit"
    if record.status.value == "no_show":
        uses = "never, as far as doors have told"
    return [
        fact("Resident", ((record.resident, "$sp-t1"), (f"  {record.apartment}", "$sp-t2")), LABEL),
        fact("Amenity", ((record.amenity, "$sp-t1"),), LABEL),
        fact("When", ((slot_text(record, formats), "$sp-t1"),), LABEL),
        fact("Status", status_parts(record, now), LABEL),
        fact("Key", ((record.masked or "–", "$sp-t1"), ("  in this slot only", "$sp-t3")), LABEL),
        fact("Used", ((uses, "$sp-t2"),), LABEL),
        fact("Opens", ((", ".join(record.doors) or "nothing any more", "$sp-t2"),), LABEL),
    ]


def mail_lines(record: BookingRecord, width: int) -> list[Line]:
    """How it stands with the mail of the key; what failed leaves the key valid."""
    if record.mail is None:
        return [fact("Mail", (("– no e-mail address: hand the key over", "$sp-t3"),), LABEL)]
    look = drawn("outgoing", record.mail.value)
    state: Line = ((f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (look.word, f"$sp-{look.word_tone}"))
    lines = [fact("Mail", (*state, (f"  to {record.email}", "$sp-t2")), LABEL)]
    if record.mail_answer:
        lines += wrapped(record.mail_answer, max(20, width - LABEL), "$sp-t3", (" " * LABEL, ""))
    return lines


def amenity_lines(record: AmenityRecord) -> list[Line]:
    """What there is to know of an amenity."""
    where = "all buildings" if record.everywhere else ", ".join(name for _, name in record.buildings) or "no building"
    device: Line = ((record.device, "$sp-t1"), (f"  {record.place}", "$sp-t2"))
    if record.device_id is None:
        device = (("× no device: nothing can be reserved", "$sp-bad"),)
    out = "out of the default groups" if record.out_of_group else "residents pass without a reservation too"
    uses = f"{record.uses} openings" if record.uses else "without a limit"
    return [
        fact("Residents of", ((where, "$sp-t1"),), LABEL),
        fact("Device", device, LABEL),
        fact("", ((out, "$sp-t2" if record.out_of_group else "$sp-warn"),), LABEL),
        fact("Open", ((record.hours, "$sp-t1"),), LABEL),
        fact("At most", ((f"{record.duration} minutes, {_days(record.lead_days)} ahead", "$sp-t1"),), LABEL),
        fact("At one time", ((_people(record.capacity), "$sp-t1"),), LABEL),
        fact("Key usage", ((uses, "$sp-t1"),), LABEL),
    ]


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
