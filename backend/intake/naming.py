"""Whose line of a door log it is, at which door, when: read-only, so that it is done before the lock is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from backend.devices.door_log import LogMethod, RemoteLogLine
from backend.domain.access.identity import parse_user_key
from backend.domain.codes import mask
from backend.domain.doors import RELAY_LETTERS
from backend.domain.enums import CredentialKind, LogAction, LogResponse, LogType
from backend.domain.names import clean, fold
from backend.store import tables as t
from backend.store.seal import Sealer

_ACTIONS = {
    LogMethod.PIN: LogAction.PIN,
    LogMethod.PUBLIC_PIN: LogAction.PIN,
    LogMethod.CARD: LogAction.CARD,
    LogMethod.FACE: LogAction.FACE,
    LogMethod.QR: LogAction.QR,
    LogMethod.DTMF: LogAction.DTMF,
    LogMethod.HTTP: LogAction.HTTP,
    LogMethod.INPUT: LogAction.EXIT_BUTTON,
}
_KINDS = {
    LogAction.PIN: CredentialKind.PIN,
    LogAction.QR: CredentialKind.PIN,
    LogAction.CARD: CredentialKind.CARD,
}
"""By what a line names a code; the QR code of a temporary key carries its digits."""
_RESPONSES = {True: LogResponse.SUCCESS, False: LogResponse.FAILED, None: LogResponse.UNKNOWN}


@dataclass(frozen=True, slots=True)
class _Who:
    """A holder as a log line names them."""

    id: int
    name: str
    apartment: str


class Namer:
    """Makes rows of our door log of the lines of one device; `now` is when they were received."""

    def __init__(self, connection: Connection, sealer: Sealer, device_id: int, now: datetime) -> None:
        self._connection = connection
        self._sealer = sealer
        self._device_id = device_id
        self._now = now
        d, b, c, r = t.device, t.building, t.community, t.relay
        self._place = connection.execute(
            select(d.c.community_id, d.c.building_id, d.c.name, b.c.name.label("building"), c.c.timezone)
            .select_from(d)
            .join(c, c.c.id == d.c.community_id)
            .outerjoin(b, b.c.id == d.c.building_id)
            .where(d.c.id == device_id)
        ).one()
        doors = connection.execute(select(r.c.number, r.c.id, r.c.name).where(r.c.device_id == device_id))
        self._doors = {row.number: (row.id, row.name) for row in doors}

    def row(self, line: RemoteLogLine) -> dict[str, Any]:
        """The row of a line, names as they are now, codes masked."""
        place, action = self._place, _ACTIONS.get(line.method, LogAction.UNKNOWN)
        door, who = self._door(line), self._who(action, line)
        name = who.name if who else (clean(line.name, 128) or ("Visitor" if not line.ok else "Unknown"))
        return {
            "community_id": place.community_id,
            "device_id": self._device_id,
            "building_id": place.building_id,
            "relay_id": door[0] if door else None,
            "holder_id": who.id if who else None,
            "happened_at": _happened(line.at, place.timezone, self._now),
            "received_at": self._now,
            "building": place.building or "",
            "device": place.name,
            "door": door[1] if door else "",
            "initiated_by": name,
            "initiated_fold": fold(name),
            "apartment": who.apartment if who else "",
            "type": LogType.RELEASE,
            "action": action,
            "key": mask(line.code) if line.code else "–",
            "response": _RESPONSES[line.ok],
        }

    def _door(self, line: RemoteLogLine) -> tuple[int, str] | None:
        """The door of a line: the relay it names ("1", "A", "RelayA"), else the first one of the device."""
        said = line.relay.strip().upper().removeprefix("RELAY")[:1]
        number = (
            RELAY_LETTERS.find(said) + 1 if said and said in RELAY_LETTERS else int(said) if said.isdecimal() else 1
        )
        return self._doors.get(number)

    def _who(self, action: LogAction, line: RemoteLogLine) -> _Who | None:
        """Whose credential it was: by the value typed or shown, else by the user record that the device names."""
        kind = _KINDS.get(action)
        holder_id = self._by_value(kind, line.code) if kind and line.code else None
        if holder_id is None and line.ok:
            holder_id = self._by_record(line.name)
        if holder_id is None:
            return None
        h, a, b = t.holder, t.apartment, t.building
        row = self._connection.execute(
            select(h.c.name, a.c.number, b.c.name.label("building"))
            .select_from(h)
            .outerjoin(a, a.c.id == h.c.apartment_id)
            .outerjoin(b, b.c.id == a.c.building_id)
            .where(h.c.id == holder_id)
        ).one()
        return _Who(holder_id, row.name, f"{row.building} {row.number}" if row.number else "")

    def _by_value(self, kind: CredentialKind, code: str) -> int | None:
        c = t.credential
        value = code.strip().upper() if kind is CredentialKind.CARD else code.strip().rstrip("#")
        return self._connection.execute(
            select(c.c.holder_id)
            .where(c.c.kind == kind, c.c.community_id == self._place.community_id)
            .where(c.c.value_index == self._sealer.index(kind, value))
            .order_by((c.c.status == "active").desc(), c.c.id.desc())
            .limit(1)
        ).scalar()

    def _by_record(self, name: str) -> int | None:
        h, held = t.holder, t.held
        parsed = parse_user_key(name)
        if parsed is not None:
            here = h.c.community_id == self._place.community_id
            return self._connection.execute(select(h.c.id).where(h.c.id == parsed[0], here)).scalar()
        still = or_(held.c.to_at.is_(None), h.c.removed_at.is_not(None))
        found: Sequence[int] = (
            self._connection.execute(
                select(h.c.id)
                .join(held, held.c.holder_id == h.c.id)
                .where(held.c.device_id == self._device_id, h.c.name == name, still)
                .distinct()
                .limit(2)
            )
            .scalars()
            .all()
        )
        return found[0] if len(found) == 1 else None


def _happened(at: datetime | None, zone: str, received: datetime) -> datetime:
    """Wall time of the device as an instant: devices send no zone, they keep the community's (protocol 1.10).

    Of an hour that comes twice the later one is taken if it has begun. A date that cannot be, of a device whose clock
    was never set, counts as none.
    """
    if at is None:
        return received.replace(microsecond=0)
    try:
        first = at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        second = at.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    except OverflowError:
        return received.replace(microsecond=0)
    return second if second <= received else first
