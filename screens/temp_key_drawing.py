"""How a temporary key is drawn: who, when, uses, doors, its mails and its log (look: 06)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backend.catalog.states import Drawn, drawn
from backend.catalog.temp_keys import REPEATS
from backend.catalog.words import LOG_ACTIONS, label_of
from backend.domain.enums import LogResponse, OutgoingState
from backend.domain.formats import Formats, age
from backend.domain.outgoing import TRIES
from backend.domain.temp_keys import KeyState
from backend.domain.visitor_letters import spaced
from screens.base.drawing import column, wrapped
from widgets.frame import Part
from widgets.panel import fact
from widgets.plots import share_cells

if TYPE_CHECKING:
    from backend.domain.outgoing import OutgoingRecord
    from backend.domain.temp_keys import KeyDoor, TempKeyRecord

Line = tuple[Part, ...]
LABEL = 12
MOST_MARKS = 24
"""Uses that are drawn as marks; more are a gauge."""
GAUGE = 24
OVER = {KeyState.USED_UP: "Used up", KeyState.EXPIRED: "Expired"}
_UNKNOWN = Drawn("–", "gone", "t3", "t3")


def rule(word: str, width: int, figure: str = "") -> Line:
    """A sub-heading: the word, a line, a figure at the right end."""
    tail = f" {figure}" if figure else ""
    return (
        (word, "bold $sp-t1"),
        (f" {'─' * max(3, width - len(word) - 1 - len(tail))}", "$sp-line"),
        (tail, "$sp-t3"),
    )


def state_parts(record: TempKeyRecord, now: datetime) -> Line:
    """The state, and how long it lasts: "● Valid for 2 d"."""
    look = drawn("temp_key", record.state.value)
    more = ""
    if record.state is KeyState.VALID and record.ends_at is not None:
        more = f" for {age(record.ends_at - now)}"
    elif record.state is KeyState.NOT_STARTED and record.begins_at is not None:
        more = f", begins in {age(record.begins_at - now)}"
    return (
        (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
        (look.word, f"$sp-{look.symbol_tone}"),
        (more, "$sp-t2"),
    )


def who_lines(record: TempKeyRecord) -> list[Line]:
    """Name, document, where."""
    family = ((f"  {record.family}", "$sp-t3"),) if record.family else ()
    lines = [
        fact("Name", ((record.name, "$sp-t1"),), LABEL),
        fact("ID number", ((record.id_number or "–", "$sp-t1" if record.id_number else "$sp-t3"),), LABEL),
        fact("Apartment", ((record.place, "$sp-t1"), *family), LABEL),
    ]
    return [*lines, fact("ID access", ((f"RUN {record.run}", "$sp-t1"),), LABEL)] if record.run else lines


def when_lines(record: TempKeyRecord, formats: Formats, now: datetime) -> list[Line]:
    """Repeats, from, until, and how much of the span is over."""
    lines = [fact("Repeats", ((label_of(REPEATS, record.repeat.value), "$sp-t1"),), LABEL)]
    if record.schedule:
        lines.append(fact("Hours", ((record.hours.partition(", from")[0].partition(", until")[0], "$sp-t1"),), LABEL))
    for label, moment in (("From", record.begins_at), ("Until", record.ends_at)):
        lines.append(fact(label, ((formats.moment(moment) if moment else "–", "$sp-t1"),), LABEL))
    if record.begins_at is not None and record.ends_at is not None:
        whole = (record.ends_at - record.begins_at).total_seconds()
        done = min(1.0, max(0.0, (now - record.begins_at).total_seconds() / whole))
        filled, empty = share_cells(round(done * 100), 100, GAUGE)
        lines.append(fact("", ((filled, "$sp-plot"), (empty, "$sp-line"), (f" {done:.0%}", "$sp-t3")), LABEL))
    return lines


def use_lines(record: TempKeyRecord, formats: Formats) -> list[Line]:
    """The pool as marks, and where the key was used last."""
    lines = []
    if record.total is None:
        lines.append(fact("Pool", (("as often as wanted", "$sp-t1"),), LABEL))
    else:
        left = record.total - record.used
        marks: Line = (("■ " * left, "$sp-ok"), ("□ " * record.used, "$sp-idle"))
        if record.total > MOST_MARKS:
            filled, empty = share_cells(left, record.total, GAUGE)
            marks = ((filled, "$sp-plot"), (empty, "$sp-line"))
        lines.append(fact("Pool", ((str(left), "$sp-t1"), (f" of {record.total} left   ", "$sp-t2"), *marks), LABEL))
    if record.over_used:
        lines += [((" " * LABEL, ""), ("▲ ", "$sp-warn"), ("doors that were offline let in more often", "$sp-t2"))]
    if record.last_used is not None:
        when = formats.moment(record.last_used.happened_at)
        lines.append(fact("Last used", ((record.last_used.door, "$sp-t1"), (f" {when}", "$sp-t2")), LABEL))
    return lines


def brief_lines(record: TempKeyRecord, formats: Formats) -> list[Line]:
    """What three lines can say: when, how often, where."""
    doors = ", ".join(door.device for door in record.doors)
    return [
        fact("When", ((record.hours, "$sp-t1"),), LABEL),
        use_lines(record, formats)[0],
        fact("Doors", ((doors or "–", "$sp-t1"),), LABEL),
    ]


def door_lines(doors: Sequence[KeyDoor], now: datetime) -> list[Line]:
    """Each door phone: in sync or not, QR or digits only, age of the reading."""
    lines: list[Line] = []
    for door in doors:
        look = drawn("sync", door.state.value) if door.state else _UNKNOWN
        read = age(max(timedelta(0), now - door.read_at)) if door.read_at else "never"
        reader: Part = ("QR and digits", "$sp-t2") if door.reads_qr else ("digits only", "$sp-warn")
        lines.append(
            (
                (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
                (column(door.device, 13), "$sp-t1"),
                (column(look.word, 9), f"$sp-{look.word_tone}"),
                (column(reader[0], 14), reader[1]),
                (f"{read:>6}", "$sp-t3"),
            )
        )
    return lines or [(("no door is left", "$sp-bad"),)]


def mail_lines(mails: Sequence[OutgoingRecord], email: str, formats: Formats, width: int) -> list[Line]:
    """The mails of a key, oldest first, each with the server's words; what failed is kept."""
    if not email:
        return [(("– no e-mail address: hand it over", "$sp-t3"),)]
    lines: list[Line] = [((email, "$sp-t2"),)]
    for mail in mails:
        look = drawn("outgoing", mail.state.value)
        failed = mail.state in (OutgoingState.FAILED, OutgoingState.DEAD, OutgoingState.UNKNOWN)
        tries = f", try {mail.attempt} of {TRIES}" if failed and mail.attempt else ""
        when = formats.time(mail.ended_at or mail.made_at, seconds=True)
        lines.append(
            (
                (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
                (f"{when}  ", "$sp-t3"),
                (f"{look.word}{tries}", f"$sp-{look.word_tone}"),
            )
        )
        if mail.answer:
            lines += wrapped(mail.answer, width, "$sp-bad" if failed else "$sp-t3", ("  ", ""))
    if any(mail.state in (OutgoingState.DEAD, OutgoingState.FAILED) for mail in mails[-1:]):
        lines.append((("  valid all the same: ", "$sp-t2"), ("m", "bold $sp-acc"), (" mails again", "$sp-t2")))
    return lines


def log_lines(record: TempKeyRecord, formats: Formats, width: int) -> list[Line]:
    """What doors told of the key, the newest first, and which of its doors read no QR code."""
    if record.logs is None:
        return [(("Log Access Control is off for your account.", "$sp-t3"),)]
    lines: list[Line] = []
    for line in record.logs:
        opened = line.response is LogResponse.SUCCESS
        told = (
            f"use {record.counted.index(line.id) + 1} of {record.total}" if line.id in record.counted else line.reason
        )
        lines.append(
            (
                (f"{formats.moment(line.happened_at, seconds=True)}  ", "$sp-t3"),
                ("● " if opened else "× ", "$sp-ok" if opened else "$sp-bad"),
                (column(line.door or line.device, 16), "$sp-t1"),
                (column(label_of(LOG_ACTIONS, line.action.value), 9), "$sp-t2"),
                ("opened" if opened else "refused", "$sp-t2" if opened else "$sp-bad"),
                (f"  {told}" if told else "", "$sp-t2"),
                ("" if opened else "  w", "bold $sp-acc"),
                ("" if opened else " why", "$sp-t2"),
            )
        )
    lines = lines or [(("No door has told of it yet.", "$sp-t3"),)]
    without = [f"{door.device} ({door.model})" for door in record.doors if not door.reads_qr]
    if without:
        verb = "have" if len(without) > 1 else "has"
        told = f"{', '.join(without)} {verb} no QR reader: the visitor types the digits there."
        lines += [(("", ""),), *wrapped(told, width, "$sp-t2", ("▲ ", "$sp-warn"))]
    return lines


def digit_lines(record: TempKeyRecord) -> tuple[Line, ...]:
    """The digits, spaced; the word instead of a code that opens nothing any more."""
    if word := OVER.get(record.state):
        return (((word, "bold $sp-t1"),), ((f"{record.masked} opens nothing any more", "$sp-t3"),))
    if not record.digits:
        return (((record.masked, "bold $sp-t1"),), (("Your account may not see codes.", "$sp-t3"),))
    return whole_lines(record.digits)


def whole_lines(digits: str) -> tuple[Line, ...]:
    """The digits of a key, spaced, and what they are for."""
    apart = "  ".join(" ".join(half) for half in spaced(digits).split())
    return (((f"   {apart}", "bold $sp-t1"),), (("for doors without QR reader", "$sp-t3"),))


def fact_lines(record: TempKeyRecord, formats: Formats, now: datetime, width: int, *, air: bool) -> Iterator[Line]:
    """The blocks beside the code, with or without air between them."""
    phones = f"{record.phones} door{'s' if record.phones != 1 else ''}"
    blocks = (
        ("Who", "", who_lines(record)),
        ("When", "", when_lines(record, formats, now)),
        ("Uses", f"{record.each_count} per door x {phones}" if record.each_count else "", use_lines(record, formats)),
        ("Doors", "read", door_lines(record.doors, now)),
        ("Delivery", "", mail_lines(record.mails, record.email, formats, width)),
    )
    for number, (word, figure, lines) in enumerate(blocks):
        if number and air:
            yield (("", ""),)
        yield rule(word, width, figure)
        yield from lines
