"""How a resident's facts, doors and history are drawn, in the pane under the list and on their page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backend.catalog.states import drawn
from backend.domain.enums import CredentialKind, LoginState
from backend.domain.formats import Formats, age, counted
from screens.base.drawing import column, wrapped
from widgets.frame import Part
from widgets.panel import fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.domain.credentials import CredentialRecord
    from backend.domain.doors import LogLine
    from backend.domain.residents import LoginRecord, ResidentRecord
    from backend.domain.revocations import RevocationLine
    from backend.domain.staff import StaffRecord

    PersonRecord = ResidentRecord | StaffRecord


BEFORE_LOGIN = 5
"""Facts of a page that come first: a small terminal shows seven."""

WORDS = {"pin": "PIN", "card": "Card", "face": "Face", "id_access": "ID access", "qr": "QR code"}
"""Kinds of credentials as people read them."""


def codes_of(record: PersonRecord) -> list[CredentialRecord]:
    """The codes a person has; one that was taken away is none, though doors may still have to forget it."""
    return [one for one in record.credentials if one.status not in ("cooling", "gone")]


def access_lines(record: ResidentRecord, formats: Formats) -> list[tuple[Part, ...]]:
    """Account, contact, credentials, groups, last seen."""
    state = drawn("account", record.account_status)
    codes = [(f"{told(one)}   ", "$sp-t1") for one in codes_of(record)]
    lines = [
        fact("Account", ((f"{state.symbol} ", f"$sp-{state.symbol_tone}"), (state.word, f"$sp-{state.word_tone}"))),
        fact("E-mail", ((record.email or "–", "$sp-t1"),)),
        fact("Mobile", ((record.mobile or "–", "$sp-t1"),)),
        fact("Codes", tuple(codes) or (("none", "$sp-t3"),)),
        fact("Groups", ((", ".join(name for _, name in record.groups) or "none", "$sp-t1"),)),
        fact("Opens", ((counted(sum(1 for door in record.doors if door.opens), "door"), "$sp-t1"),)),
        fact("Remark", ((record.remark or "–", "$sp-t2"),)),
    ]
    return [*lines, *seen_lines(record, formats)]


def seen_lines(record: PersonRecord, formats: Formats) -> list[tuple[Part, ...]]:
    """When somebody was last let in and refused, where that is known."""
    return [
        fact(label, _seen(line, tone, formats))
        for label, line, tone in (("Last seen", record.last_seen, "t1"), ("Refused", record.last_refusal, "bad"))
        if line is not None
    ]


def told(code: CredentialRecord) -> str:
    """A code by its kind and what may be seen of it; of a face the kind says all."""
    word = WORDS[code.kind.value]
    return word if code.kind is CredentialKind.FACE else f"{word} {code.masked}"


def page_lines(record: ResidentRecord, formats: Formats) -> list[tuple[Part, ...]]:
    """The facts of the person's own page: what the pane says, with login, face, floors, locks and fees among it."""
    facts = access_lines(record, formats)
    return [*facts[:BEFORE_LOGIN], *_more_lines(record, formats), *facts[BEFORE_LOGIN:]]


def _more_lines(record: ResidentRecord, formats: Formats) -> list[tuple[Part, ...]]:
    lines = [fact("Login", _login(record.login, formats))]
    if record.login.error:
        lines += [((" " * 12, ""), *line) for line in wrapped(record.login.error, 34, "$sp-t2")]
    if record.linked:
        lines.append(fact("Linked", ((record.linked, "$sp-t2"),)))
    for sentence in filter(None, (record.unsent, record.fee)):
        lines += [
            ((("  " if at else "▲ "), "$sp-warn"), *line) for at, line in enumerate(wrapped(sentence, 44, "$sp-t2"))
        ]
    faces = [one for one in codes_of(record) if one.kind is CredentialKind.FACE]
    lines += [fact("Face", ((enrolled(one, formats), "$sp-t2"),)) for one in faces]
    if record.own_doors:
        own = ", ".join(name for _, name in record.own_doors)
        lines.append(fact("Self devices", ((own, "$sp-t1"), (f"  {record.own_hours}", "$sp-t2")), 14))
    lines.append(fact("Floors", ((", ".join(record.floors) or "–", "$sp-t1"),)))
    return lines


def enrolled(face: CredentialRecord, formats: Formats) -> str:
    """When a face was enrolled, by whom, and by which way."""
    day = f" {formats.day(formats.local(face.made_at).date())}" if face.made_at else ""
    by = f" by {face.made_by}" if face.made_by else ""
    way = {"app": " in the app", "import": " by import"}.get(face.origin.value, "")
    return f"enrolled{day}{by}{way}"


def _login(login: LoginRecord, formats: Formats) -> tuple[Part, ...]:
    """Where the last login information is, with its state in the Outbox."""
    if not login.sent_to:
        waits = login.state is LoginState.WAITING
        return (("◐ ", "$sp-warn"), ("waits for an address", "$sp-warn")) if waits else (("none sent", "$sp-t3"),)
    look = drawn("outgoing", login.delivery)
    at = f"  {formats.moment(login.at)}" if login.at else ""
    return (
        (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
        (f"{look.word} ", f"$sp-{look.word_tone}"),
        (login.sent_to, "$sp-t1"),
        (at, "$sp-t3"),
    )


def brief_lines(record: PersonRecord, formats: Formats) -> list[tuple[Part, ...]]:
    """The same in three lines, for terminals with few."""
    codes = ", ".join(told(one) for one in codes_of(record)) or "no code"
    opens = sum(1 for door in record.doors if door.opens)
    groups = ", ".join(name for _, name in record.groups) or "no group"
    behind = [door for door in record.doors if door.state != "in_sync"]
    look = drawn("sync", behind[0].state if behind else "in_sync" if record.doors else "none")
    count = len(behind) or len(record.doors)
    lines: list[tuple[Part, ...]] = [
        ((f"{codes} · {groups} · opens {counted(opens, 'door')}", "$sp-t2"),),
        (
            (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
            (f"{count} {look.word}" if count else look.word, f"$sp-{look.word_tone}"),
        ),
    ]
    seen = record.last_refusal or record.last_seen
    if seen is not None:
        word, tone = ("refused ", "bad") if record.last_refusal else ("seen ", "t2")
        lines.append(((word, "$sp-t3"), *_seen(seen, tone, formats)))
    return lines


def _seen(line: LogLine, tone: str, formats: Formats) -> tuple[Part, ...]:
    return (formats.moment(line.happened_at), f"$sp-{tone}"), (f"  {line.door or line.device}", "$sp-t2")


def door_lines(record: PersonRecord, now: datetime) -> list[tuple[Part, ...]]:
    """Each door with its sync state for this person and the age of the reading."""
    lines: list[tuple[Part, ...]] = []
    for door in record.doors:
        look = drawn("sync", door.state)
        read = age(max(timedelta(0), now - door.read_at)) if door.read_at else "never"
        lines.append(
            (
                (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
                (column(door.device, 16), "$sp-t1"),
                (f"{look.word:<10}", f"$sp-{look.word_tone}"),
                (f"{read:>5}", "$sp-t3"),
                (f"  {door.detail}" if door.detail and door.state != "in_sync" else "", "$sp-t2"),
            )
        )
    return lines or [(("opens no door", "$sp-t3"),)]


def revoked_figure(lines: Sequence[RevocationLine]) -> tuple[Part, ...]:
    """How many doors were read back without what was taken away; green only when every one was."""
    gone = sum(1 for line in lines if line.absent_at is not None)
    tone = "$sp-ok" if gone == len(lines) else "$sp-warn"
    return ((f"{gone} of {counted(len(lines), 'door')} read back without it", tone),)


def revoked_lines(lines: Sequence[RevocationLine], formats: Formats) -> list[tuple[Part, ...]]:
    """Per door: read back and gone, or not yet and why."""
    wide = max([16, *(len(line.device) + 1 for line in lines if line.relay)])
    return [
        (
            ("✓ " if line.absent_at else "◐ ", "$sp-ok" if line.absent_at else "$sp-warn"),
            (column(line.device, wide), "$sp-t1"),
            (column(line.credential, 14), "$sp-t2"),
            (f"read back {formats.time(line.absent_at, seconds=True)}, gone", "$sp-ok")
            if line.absent_at
            else (line.reason or "not read back yet", "$sp-warn"),
        )
        for line in lines
    ]
