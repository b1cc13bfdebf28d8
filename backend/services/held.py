"""What doors truly held: the rows of `held` with their sealed bodies, now and at an instant that has passed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from backend.domain.access.identity import face_name
from backend.domain.access.results import DoorUser
from backend.domain.access.rules import Credential
from backend.domain.doors import WHOLE
from backend.domain.enums import CredentialKind, HeldKind
from backend.domain.floors import NO_FLOOR
from backend.domain.formats import Formats
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer

_WORDS = {CredentialKind.PIN: "this PIN", CredentialKind.CARD: "this card", CredentialKind.FACE: "this face"}
_ANYTHING = "this person"


@dataclass(frozen=True, slots=True)
class Span:
    """A record of a person at a door from `start` until `end` (None: still), with the codes in it.

    `sure` is False after a request whose effect nobody saw.
    """

    start: datetime
    end: datetime | None
    sure: bool
    codes: frozenset[tuple[CredentialKind, str]] = field(repr=False)

    def covers(self, at: datetime) -> bool:
        """Whether the record was there at the instant."""
        return self.start <= at and (self.end is None or at < self.end)


def users_held(connection: Connection, sealer: Sealer, device_id: int) -> tuple[DoorUser, ...]:
    """The user records of ours that a device holds now, as far as we know, by key; raises Unreachable.

    A record whose content is not known, after a write that was never confirmed, is left out.
    """
    held = t.held
    rows = connection.execute(_records(device_id).where(held.c.to_at.is_(None)).order_by(held.c.key))
    return tuple(_user(row, open_body(sealer, row.mac, row.sealed)) for row in rows if row.sealed is not None)


def spans_of(
    connection: Connection, sealer: Sealer, device_id: int, holder_id: int, *, number: int
) -> tuple[Span, ...]:
    """Every record of a person that a device holds or held for the relay `number`, by start; raises Unreachable.

    One whose content is not known may be for any relay.
    """
    held = t.held
    rows = connection.execute(
        _records(device_id).where(held.c.holder_id == holder_id).order_by(held.c.from_at, held.c.id)
    )
    known = ((row, open_body(sealer, row.mac, row.sealed) if row.sealed else None) for row in rows)
    return tuple(
        Span(row.from_at, row.to_at, not row.unknown, _codes(body) if body else frozenset())
        for row, body in known
        if body is None or number in relays_of_body(body)
    )


def holding_at(connection: Connection, device_id: int, at: datetime) -> dict[int, bool]:
    """Holder -> that the device held a record of them at the instant, and whether for certain; nothing is opened."""
    held = t.held
    query = select(held.c.holder_id, held.c.unknown)
    return _holding(connection.execute(query.where(*_then(at), held.c.device_id == device_id)).all())


def holding_person(connection: Connection, holder_id: int, at: datetime) -> dict[int, bool]:
    """Device -> that it held a record of a person at the instant, and whether for certain; nothing is opened."""
    held = t.held
    query = select(held.c.device_id, held.c.unknown)
    return _holding(connection.execute(query.where(*_then(at), held.c.holder_id == holder_id)).all())


def _holding(rows: Iterable[Any]) -> dict[int, bool]:
    """By the first column; of several records all have to be certain."""
    found: dict[int, bool] = {}
    for key, unknown in rows:
        if key is not None:
            found[key] = not unknown and found.get(key, True)
    return found


def kinds_held(
    connection: Connection, sealer: Sealer, device_id: int, at: datetime, holder_ids: Iterable[int], *, number: int
) -> dict[int, frozenset[CredentialKind]]:
    """Holder -> what the device held of them for the relay `number` at the instant; raises Unreachable.

    A record whose content is not known counts as nothing in particular. Those for other relays only are left out.
    """
    found: dict[int, frozenset[CredentialKind]] = {}
    for part in chunks(sorted(holder_ids)):
        for row in connection.execute(_records(device_id).where(*_then(at), t.held.c.holder_id.in_(part))):
            body = open_body(sealer, row.mac, row.sealed) if row.sealed is not None else None
            if body is None or number in relays_of_body(body):
                kinds = frozenset(kind for kind, _ in _codes(body)) if body else frozenset()
                found[row.holder_id] = found.get(row.holder_id, frozenset()) | kinds
    return found


def relays_held(
    connection: Connection, sealer: Sealer, pairs: Set[tuple[int, int]]
) -> dict[tuple[int, int], frozenset[int]]:
    """(credential, device) -> the relays that the device's records of its owner open, as far as the books know.

    Raises Unreachable.
    """
    held, body, code = t.held, t.body, t.credential
    now = (held.c.kind == HeldKind.USER.value, held.c.to_at.is_(None))
    devices = held.c.device_id.in_(sorted({device_id for _, device_id in pairs}))
    found: dict[tuple[int, int], frozenset[int]] = {}
    for part in chunks(sorted({code_id for code_id, _ in pairs})):
        rows = connection.execute(
            select(code.c.id, held.c.device_id, held.c.mac, body.c.sealed)
            .join(held, held.c.holder_id == code.c.holder_id)
            .join(body, body.c.mac == held.c.mac)
            .where(code.c.id.in_(part), devices, *now)
        )
        for row in rows:
            pair = (row.id, row.device_id)
            if pair in pairs:
                found[pair] = found.get(pair, frozenset()) | relays_of_body(open_body(sealer, row.mac, row.sealed))
    return found


def still_held(
    connection: Connection, device_id: int, at: datetime, *, number: int
) -> dict[int, frozenset[CredentialKind]]:
    """Holder -> the kinds of code that were taken away from the relay `number` by the instant, and still opened it.

    Or may have: as long as the device was not read back without them and a record from before is there; nothing is
    opened.
    """
    r, c, held = t.read_back, t.credential, t.held
    rows = connection.execute(
        select(c.c.holder_id, c.c.kind)
        .join(c, c.c.id == r.c.credential_id)
        .join(held, (held.c.holder_id == c.c.holder_id) & (held.c.device_id == r.c.device_id))
        .where(
            r.c.device_id == device_id,
            r.c.relay.in_((WHOLE, number)),
            r.c.freed_at <= at,
            or_(r.c.absent_at.is_(None), r.c.absent_at > at),
            held.c.from_at <= r.c.freed_at,
            *_then(at),
        )
    )
    found: dict[int, frozenset[CredentialKind]] = {}
    for holder_id, kind in rows:
        found[holder_id] = found.get(holder_id, frozenset()) | {CredentialKind(kind)}
    return found


def _then(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a record of a person was on its device at the instant."""
    held = t.held
    return held.c.kind == HeldKind.USER.value, held.c.from_at <= at, or_(held.c.to_at.is_(None), held.c.to_at > at)


def held_sentence(
    spans: Iterable[Span],
    shown: Credential | None,
    at: datetime,
    *,
    read_at: datetime | None,
    now: datetime,
    formats: Formats,
) -> str:
    """Say whether the door held what was shown at the instant `at`; with `shown` None, anything of the person."""
    word = _ANYTHING if shown is None else _WORDS.get(shown.kind, _ANYTHING)
    known = list(spans)
    code = None if shown is None else (shown.kind, _value(shown))
    own = [one for one in known if code is None or not one.sure or code in one.codes]
    if covering := [one for one in own if one.covers(at)]:
        if not all(one.sure for one in covering):
            return "Not sure: the door did not confirm the last write."
        start, end = _unbroken(own, covering[0])
        if end is None:
            return f"The door holds {word} since {_when(start, now, formats)}."
        return f"The door held {word} from {_when(start, now, formats)} to {_when(end, now, formats)}."
    if later := [one.start for one in own if one.start > at]:
        return f"The door did not hold {word} yet. It does since {_when(min(later), now, formats)}."
    if ended := [one.end for one in own if one.end is not None]:
        return f"The door held {word} until {_when(max(ended), now, formats)}."
    if read_at is None and not known:
        return "Not known: the door was never read."
    return f"The door {'did' if at < now else 'does'} not hold {word}."


def _value(shown: Credential) -> str:
    """The value as records have it: a face is there by the name of its photo."""
    return face_name(shown.value) if shown.kind is CredentialKind.FACE else shown.value


def _unbroken(spans: Sequence[Span], found: Span) -> tuple[datetime, datetime | None]:
    """From when to when records followed each other without a gap around one of them."""
    start, end = found.start, found.end
    for one in reversed(spans):
        start = one.start if one.end == start else start
    for one in spans:
        end = one.end if one.start == end else end
    return start, end


def _when(moment: datetime, now: datetime, formats: Formats) -> str:
    same = formats.local(moment).date() == formats.local(now).date()
    return formats.time(moment) if same else formats.moment(moment)


def _records(device_id: int) -> Any:
    held, body = t.held, t.body
    return (
        select(held, body.c.sealed)
        .outerjoin(body, body.c.mac == held.c.mac)
        .where(held.c.device_id == device_id, held.c.kind == HeldKind.USER.value)
    )


def open_body(sealer: Sealer, mac: bytes, sealed: bytes) -> dict[str, Any]:
    """The record as it was sent: name, PIN, cards, per schedule its relays, and floor and face where it has them."""
    found: dict[str, Any] = json.loads(sealer.open(f"body.sealed:{bytes(mac).hex()}", sealed))
    return found


def relays_of_body(body: Mapping[str, Any]) -> frozenset[int]:
    """The relays that a record opens at some time."""
    return frozenset(number for _, *numbers in body["grants"] for number in numbers)


def _codes(body: dict[str, Any]) -> frozenset[tuple[CredentialKind, str]]:
    pins = [(CredentialKind.PIN, body["pin"])] if body["pin"] else []
    faces = [(CredentialKind.FACE, body["face"])] if body.get("face") else []
    return frozenset([*pins, *faces, *((CredentialKind.CARD, card) for card in body["cards"])])


def _user(row: Row[Any], body: dict[str, Any]) -> DoorUser:
    grants = tuple((key, tuple(relays)) for key, *relays in body["grants"])
    pin, cards = body["pin"] or None, tuple(body["cards"])
    floor, face = body.get("floor", NO_FLOOR), body.get("face", "")
    return DoorUser(row.key, row.holder_id, body["name"], pin, cards, grants, floor, face)
