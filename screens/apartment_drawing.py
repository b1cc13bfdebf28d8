"""How an apartment's people, devices and settings are drawn, and what a reset takes away (features APT-02, APT-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.catalog.states import drawn
from backend.catalog.words import DEVICE_KINDS, label_of
from backend.domain.calling import CALL_TYPE_WORDS, CallWay
from backend.domain.formats import Formats, figure
from screens.base.drawing import beside, column, wrapped
from widgets.frame import Part
from widgets.panel import fact
from widgets.text import clean, fit

if TYPE_CHECKING:
    from backend.domain.apartments import ApartmentRecord, Reset

Line = tuple[Part, ...]

GOES_WIDE, STAYS_WIDE = 34, 36
"""Cells of the two lists of a reset, beside each other."""
LABEL_WIDE = 13
"""Cells of the labels of what stays."""


def people_lines(record: ApartmentRecord) -> list[Line]:
    """Who lives there."""
    lines: list[Line] = [
        ((column(name, 34), "$sp-t1"), (role.value.capitalize(), "$sp-t2")) for _, name, role in record.residents
    ]
    nobody: Line = (("Nobody lives here.  ", "$sp-t2"), ("f", "bold $sp-acc"), (" adds the master", "$sp-t2"))
    return lines or [nobody]


def device_lines(record: ApartmentRecord) -> list[Line]:
    """The apartment's own devices."""
    lines: list[Line] = []
    for device in record.devices:
        look = drawn("device", device.status)
        state: Line = ((f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (look.word, f"$sp-{look.word_tone}"))
        kind = column(label_of(DEVICE_KINDS, device.kind), 26)
        lines.append(((column(device.name, 24), "$sp-t1"), (kind, "$sp-t2"), *state))
    return lines or [(("No device of its own.", "$sp-t3"),)]


def settings_lines(record: ApartmentRecord, formats: Formats) -> list[Line]:
    """Calls, what users may, account."""
    way = "IP call" if record.sip_or_ip is CallWay.IP else "SIP call"
    limit = f"{record.members} of {record.member_limit}" if record.member_limit_on else f"{record.members}, no limit"
    return [
        fact("Call type", ((CALL_TYPE_WORDS[record.call_type], "$sp-t1"),)),
        fact("Calls", ((way, "$sp-t1"),)),
        fact("Users may", _allowed(record)),
        fact("Members", ((limit, "$sp-t1"),)),
        fact("Account", _account(record, formats)),
        fact("Devices", ((", ".join(one.name for one in record.devices) or "none", "$sp-t1"),)),
    ]


def _allowed(record: ApartmentRecord) -> Line:
    """What users may make in the app: a sign and a word each."""
    parts: list[Part] = []
    for allowed, word in (
        (record.allow_qr, "QR code"),
        (record.allow_face, "Face ID"),
        (record.allow_id_access and record.plan.id_access, "ID access"),
        (record.allow_card and record.plan.premium, "RF card"),
    ):
        parts += [("✓ " if allowed else "– ", "$sp-ok" if allowed else "$sp-t3")]
        parts += [(f"{word}   ", "$sp-t1" if allowed else "$sp-t3")]
    return tuple(parts)


def _account(record: ApartmentRecord, formats: Formats) -> Line:
    if record.account_status is None:
        return (("–", "$sp-t3"),)
    look = drawn("account", record.account_status)
    until = f"  until {formats.day(record.expires_at)}" if record.expires_at else ""
    return ((f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (look.word, f"$sp-{look.word_tone}"), (until, "$sp-t2"))


def warning_lines(record: ApartmentRecord, width: int) -> list[Line]:
    """What is odd about it, and that nobody can sign in."""
    texts = [*record.warnings, *([record.unreachable] if record.unreachable else [])]
    return [line for text in texts for line in _warned(text, width)]


def reset_lines(found: Reset, *, brief: bool) -> list[Line]:
    """Two lists, goes and stays, with counts; `brief` leaves out what there is none of."""
    goes: list[Line] = [(("Goes", "bold $sp-t1"),)]
    for words, count in found.goes:
        tone = "$sp-t1" if count else "$sp-t3"
        if count or not brief:
            goes.append((("- ", "$sp-bad"), (column(words, 26), tone), (f"{figure(count):>5}", tone)))
    stays: list[Line] = [(("Stays", "bold $sp-t1"),)]
    for words, value in found.stays:
        room = STAYS_WIDE - LABEL_WIDE
        first, *more = [((fit(clean(value), room), "$sp-t1"),)] if brief else wrapped(value, room, "$sp-t1")
        stays.append(((column(words, LABEL_WIDE), "$sp-t3"), *first))
        stays += [((" " * LABEL_WIDE, ""), *line) for line in more]
    doors = "1 door is" if len(found.doors) == 1 else f"{figure(len(found.doors))} doors are"
    return [
        *beside(goes, stays, GOES_WIDE),
        (("", ""),),
        *_warned("No mail goes out: nobody can sign in until an address is entered.", 70),
        (("u", "bold $sp-acc"), (f" takes it back, but no log line and no message. {doors} read back.", "$sp-t3")),
    ]


def _warned(text: str, width: int) -> list[Line]:
    first, *more = wrapped(text, width - 2, "$sp-t1")
    return [(("▲ ", "$sp-warn"), *first), *((("  ", ""), *line) for line in more)]
