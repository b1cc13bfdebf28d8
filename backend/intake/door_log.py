"""Door log lines of a device become ours: normalised, named, masked, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, or_, select, update

from backend.devices.door_log import LogMethod, LogRead, RemoteLogLine
from backend.domain.access import parse_user_key
from backend.domain.codes import mask
from backend.domain.context import Context, new_id
from backend.domain.enums import CredentialKind, LogAction, LogResponse, LogType
from backend.domain.names import clean, fold
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

SLICE = 200
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
_KINDS = {LogAction.PIN: CredentialKind.PIN, LogAction.CARD: CredentialKind.CARD}


class DoorLogIntake:
    """Takes what devices log, each line exactly once."""

    def __init__(self, store: Store, context: Context) -> None:
        self._store = store
        self._context = context

    def last_id(self, device_id: int) -> int | None:
        """The number of the last line of this device that we have."""
        state = t.device_state
        with self._store.read() as connection:
            return connection.execute(select(state.c.log_last_id).where(state.c.id == device_id)).scalar_one_or_none()

    def take(self, device_id: int, read: LogRead) -> int:
        """Write the lines of one reading; answers how many were new.

        A line is known by device, number, time and a fingerprint of what was typed: a log that starts over at 1 after
        a reset brings new lines, a line that is read twice brings nothing. A gap leaves a line that says so.
        """
        new, known = 0, self.last_id(device_id)
        for at in range(0, max(len(read.lines), 1), SLICE):
            part = read.lines[at : at + SLICE]
            with self._store.books(self._context) as work:
                if at == 0 and (read.gap or read.reset):
                    _note_gap(work, device_id, read, known)
                    work.touch("door_logs")
                fresh = sum(_take_line(work, device_id, line) for line in part)
                known = LogRead(list(part), gap=False, lost=None, reset=read.reset and not part).last_id(known)
                state = t.device_state
                work.connection.execute(
                    update(state).where(state.c.id == device_id).values(log_last_id=known, log_read_at=work.at)
                )
                if fresh:
                    work.touch("door_logs")
            new += fresh
        return new


def _take_line(work: Work, device_id: int, line: RemoteLogLine) -> bool:
    key = _line_key(work, line)
    log = t.door_log
    if work.connection.execute(select(log.c.id).where(log.c.device_id == device_id, log.c.remote_key == key)).first():
        return False
    work.connection.execute(insert(log).values(**_values(work, device_id, line), remote_key=key))
    return True


def _line_key(work: Work, line: RemoteLogLine) -> str:
    typed = work.sealer.fingerprint(["log", line.code, line.name, str(line.method), line.ok]).hex()[:16]
    return f"{line.id}:{line.at.isoformat() if line.at else ''}:{typed}"


def _values(work: Work, device_id: int, line: RemoteLogLine) -> dict[str, object]:
    d, b, c = t.device, t.building, t.community
    place = work.connection.execute(
        select(d.c.community_id, d.c.building_id, d.c.name, b.c.name.label("building"), c.c.timezone)
        .select_from(d)
        .join(c, c.c.id == d.c.community_id)
        .outerjoin(b, b.c.id == d.c.building_id)
        .where(d.c.id == device_id)
    ).one()
    action = _ACTIONS.get(line.method, LogAction.UNKNOWN)
    relay = _relay(work.connection, device_id, line)
    who = _who(work, device_id, action, line)
    name = who.name if who else (clean(line.name, 128) or ("Visitor" if not line.ok else "Unknown"))
    return {
        "community_id": place.community_id,
        "device_id": device_id,
        "building_id": place.building_id,
        "relay_id": relay[0] if relay else None,
        "holder_id": who.id if who else None,
        "happened_at": _happened(line.at, place.timezone, work.at),
        "received_at": work.at,
        "building": place.building or "",
        "device": place.name,
        "door": relay[1] if relay else "",
        "initiated_by": name,
        "initiated_fold": fold(name),
        "apartment": who.apartment if who else "",
        "type": LogType.RELEASE,
        "action": action,
        "key": mask(line.code) if line.code else "–",
        "response": {True: LogResponse.SUCCESS, False: LogResponse.FAILED, None: LogResponse.UNKNOWN}[line.ok],
    }


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


@dataclass(frozen=True, slots=True)
class _Who:
    """A holder as a log line names them."""

    id: int
    name: str
    apartment: str


def _who(work: Work, device_id: int, action: LogAction, line: RemoteLogLine) -> _Who | None:
    """Whose credential it was: by the value typed or shown, else by the user record that the device names."""
    kind = _KINDS.get(action)
    holder_id = _by_value(work, kind, line.code) if kind and line.code else None
    if holder_id is None and line.ok:
        holder_id = _by_record(work.connection, device_id, line.name)
    if holder_id is None:
        return None
    h, a, b = t.holder, t.apartment, t.building
    row = work.connection.execute(
        select(h.c.name, a.c.number, b.c.name.label("building"))
        .select_from(h)
        .outerjoin(a, a.c.id == h.c.apartment_id)
        .outerjoin(b, b.c.id == a.c.building_id)
        .where(h.c.id == holder_id)
    ).one()
    return _Who(holder_id, row.name, f"{row.building} {row.number}" if row.number else "")


def _by_value(work: Work, kind: CredentialKind, code: str) -> int | None:
    c = t.credential
    value = code.strip().upper() if kind is CredentialKind.CARD else code.strip().rstrip("#")
    found = work.connection.execute(
        select(c.c.holder_id)
        .where(c.c.kind == kind, c.c.community_id == work.context.community_id)
        .where(c.c.value_index == work.sealer.index(kind, value))
        .order_by((c.c.status == "active").desc(), c.c.id.desc())
        .limit(1)
    ).scalar()
    return int(found) if found is not None else None


def _by_record(connection: Connection, device_id: int, name: str) -> int | None:
    h, held, d = t.holder, t.held, t.device
    parsed = parse_user_key(name)
    if parsed is not None:
        here = select(d.c.community_id).where(d.c.id == device_id).scalar_subquery()
        return connection.execute(select(h.c.id).where(h.c.id == parsed[0], h.c.community_id == here)).scalar()
    found: Sequence[int] = (
        connection.execute(
            select(h.c.id)
            .join(held, held.c.holder_id == h.c.id)
            .where(
                held.c.device_id == device_id,
                h.c.name == name,
                or_(held.c.to_at.is_(None), h.c.removed_at.is_not(None)),
            )
            .distinct()
            .limit(2)
        )
        .scalars()
        .all()
    )
    return found[0] if len(found) == 1 else None


def _relay(connection: Connection, device_id: int, line: RemoteLogLine) -> tuple[int, str] | None:
    """The door of a line: the relay it names ("1", "A", "RelayA"), else the first one of the device."""
    r = t.relay
    rows = connection.execute(select(r.c.id, r.c.name, r.c.number).where(r.c.device_id == device_id)).all()
    said = line.relay.strip().upper().removeprefix("RELAY")[:1]
    number = "ABCD".find(said) + 1 if said and said in "ABCD" else int(said) if said.isdecimal() else 1
    return next(((row.id, row.name) for row in rows if row.number == number), None)


def _note_gap(work: Work, device_id: int, read: LogRead, known: int | None) -> None:
    """Say in the log itself that lines are missing after the one `known` last."""
    d = t.device
    place = work.connection.execute(
        select(d.c.community_id, d.c.building_id, d.c.name).where(d.c.id == device_id)
    ).one()
    text = "the device started its log anew" if read.reset else f"{read.lost or 'some'} lines were lost at the device"
    at = work.at.replace(microsecond=0)
    work.connection.execute(
        insert(t.door_log).values(
            community_id=place.community_id,
            device_id=device_id,
            building_id=place.building_id,
            happened_at=at,
            received_at=work.at,
            device=place.name,
            initiated_by="–",
            type=LogType.NOTE,
            action=LogAction.UNKNOWN,
            key="–",
            response=LogResponse.UNKNOWN,
            reason=text,
            remote_key=f"gap:{known}:{new_id()}",
        )
    )
