"""What the ghost hunt rests on: codes, who lives where, the newest lines of the door log, what doors hold (LIB-03).

Every question is bounded: the log is read newest first up to LINES, and a person who is not in those lines is looked
up by the index on their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from backend.domain.codes import mask
from backend.domain.enums import CredentialStatus, HeldKind, HolderStatus, LogResponse
from backend.domain.ghosts import TOGETHER, Code
from backend.services.credentials import LIVE, open_value
from backend.services.library_list import LOOK_UP, OWNERS, identity, last_used, owned
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer

LINES = 50_000
"""Lines of the door log that are read, the newest: a quarter of a second."""
REACHES = timedelta(minutes=1)
"""A change takes so long to reach a door: who opens it within has done nothing odd (rules 8)."""

_KINDS = tuple(kind.value for kind in LOOK_UP)
_BY_WORD = {kind.value: kind for kind in LOOK_UP}
_ACTIVE = HolderStatus.ACTIVE.value
Shown = tuple[int, str, str]
"""Holder, kind and masked value: what the log knows a code by."""


@dataclass(frozen=True, slots=True)
class Stray:
    """Records that doors hold of somebody who has no code any more; without a holder, of people who are not ours."""

    holder_id: int | None
    name: str
    gone: bool
    devices: tuple[int, ...]
    users: int = 1


@dataclass(slots=True)
class Facts:
    """Everything that the rules of `backend.domain.ghosts` want to know."""

    codes: list[Code] = field(default_factory=list, repr=False)
    owners: dict[int, Row[Any]] = field(default_factory=dict, repr=False)
    """Holder -> a row with their name, building, number, identity and kind (owner)."""
    people: dict[int, int] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)
    since: datetime | None = None


def read_facts(connection: Connection, sealer: Sealer, community_id: int, now: datetime) -> Facts:
    """Read them in some passes over the database; values are opened once, in memory."""
    found = Facts(strays=[*_strays(connection, community_id, now), *_strangers(connection, community_id)])
    rows = [(row, open_value(sealer, row)) for row in _live(connection, community_id)]
    shown = {row.id: (row.holder_id, row.kind, mask(value)) for row, value in rows}
    used, far, found.since = _log(connection, community_id)
    if found.since is not None:
        used |= last_used(connection, {one[0] for one in shown.values() if one not in used})
    made = _made(connection)
    for row, value in rows:
        found.owners[row.holder_id] = row
        told = shown[row.id]
        found.codes.append(_code(row, value, made_at=made.get(row.id), last_used_at=used.get(told), far=far.get(told)))
    found.codes += _used_after(connection, sealer, community_id, found, set(shown.values()))
    found.people = _people(connection, community_id)
    if found.since is None:
        found.since = _first_line(connection, community_id)
    return found


def _live(connection: Connection, community_id: int) -> Iterable[Row[Any]]:
    """Every live code with its owner."""
    c, h = t.credential, t.holder
    here = and_(c.c.community_id == community_id, c.c.kind.in_(_KINDS), h.c.kind.in_(OWNERS))
    return connection.execute(_owned().where(here, c.c.status.in_(LIVE)))


def _owned() -> Any:
    c, h, a, b = t.credential, t.holder, t.apartment, t.building
    return select(
        c.c.id, c.c.uuid, c.c.holder_id, c.c.kind, c.c.value_sealed, c.c.freed_at,
        h.c.name, h.c.kind.label("owner"), h.c.status, h.c.removed_at, h.c.apartment_id,
        func.coalesce(a.c.number, "").label("number"), func.coalesce(b.c.name, "").label("building"),
        identity().label("identity"),
    ).select_from(owned())  # fmt: skip


def _code(row: Row[Any], value: str, **facts: Any) -> Code:
    return Code(
        id=row.id,
        holder_id=row.holder_id,
        kind=_BY_WORD[row.kind],
        value=value,
        apartment_id=row.apartment_id,
        apartment=row.number,
        owner_active=row.status == _ACTIVE,
        owner_there=row.removed_at is None,
        **facts,
    )


def _log(
    connection: Connection, community_id: int
) -> tuple[dict[Shown, datetime], dict[Shown, tuple[str, str]], datetime | None]:
    """Last use and far doors in the newest lines, and the oldest of them where there are more, else None."""
    log = t.door_log
    rows = connection.execute(
        select(log.c.holder_id, log.c.action, log.c.key, log.c.building_id, log.c.happened_at, log.c.door, log.c.device)
        .where(
            log.c.community_id == community_id,
            log.c.response == LogResponse.SUCCESS.value,
            log.c.action.in_(_KINDS),
            log.c.holder_id.is_not(None),
        )
        .order_by(log.c.happened_at.desc(), log.c.id.desc())
        .limit(LINES)
    ).all()
    used: dict[Shown, datetime] = {}
    far: dict[Shown, tuple[str, str]] = {}
    later: dict[Shown, tuple[int | None, datetime, str]] = {}
    for holder_id, action, key, building_id, at, door, device in rows:
        shown = (holder_id, action, key)
        used.setdefault(shown, at)
        place = door or device
        after = later.get(shown)
        if after is not None and after[1] - at <= TOGETHER and _apart(building_id, after[0]):
            far.setdefault(shown, (place, after[2]))
        later[shown] = (building_id, at, place)
    return used, far, rows[-1].happened_at if len(rows) == LINES else None


def _apart(one: int | None, other: int | None) -> bool:
    """Whether two doors stand in different buildings; one of the whole community is near to all of them."""
    return one is not None and other is not None and one != other


def _first_line(connection: Connection, community_id: int) -> datetime | None:
    log = t.door_log
    return connection.execute(select(func.min(log.c.happened_at)).where(log.c.community_id == community_id)).scalar()


def _made(connection: Connection) -> dict[int, datetime]:
    """When each credential was made, where the log of changes still knows."""
    change = t.change
    rows = connection.execute(
        select(change.c.row_id, func.min(change.c.from_at).label("at"))
        .where(change.c.table_name == t.credential.name)
        .group_by(change.c.row_id)
    )
    return {row.row_id: row.at for row in rows}


def _used_after(
    connection: Connection, sealer: Sealer, community_id: int, found: Facts, alive: set[Shown]
) -> list[Code]:
    """Codes that opened a door after they were taken away, a minute and more."""
    c, log = t.credential, t.door_log
    freed = (CredentialStatus.COOLING.value, CredentialStatus.GONE.value)
    later = connection.execute(
        select(c.c.id, log.c.key, func.max(log.c.happened_at).label("at"))
        .join(log, and_(log.c.holder_id == c.c.holder_id, log.c.happened_at > c.c.freed_at))
        .where(
            c.c.community_id == community_id,
            c.c.kind.in_(_KINDS),
            c.c.status.in_(freed),
            log.c.action == c.c.kind,
            log.c.response == LogResponse.SUCCESS.value,
        )
        .group_by(c.c.id, log.c.key)
    ).all()
    at = {(row.id, row.key): row.at for row in later}
    codes = []
    for part in chunks(sorted({row.id for row in later})):
        for row in connection.execute(_owned().where(c.c.id.in_(part), t.holder.c.kind.in_(OWNERS))):
            value = open_value(sealer, row)
            used = at.get((row.id, mask(value)))
            shown = (row.holder_id, row.kind, mask(value))
            if used is not None and used > row.freed_at + REACHES and shown not in alive:
                found.owners[row.holder_id] = row
                codes.append(_code(row, value, live=False, used_after=used, last_used_at=used))
    return codes


def _people(connection: Connection, community_id: int) -> dict[int, int]:
    """Apartment -> how many live there."""
    r, h = t.resident, t.holder
    rows = connection.execute(
        select(r.c.apartment_id, func.count())
        .join(h, h.c.id == r.c.id)
        .where(h.c.community_id == community_id)
        .group_by(r.c.apartment_id)
    )
    return {row[0]: row[1] for row in rows}


def _strays(connection: Connection, community_id: int, now: datetime) -> Iterable[Stray]:
    """People whom doors hold although they are gone, suspended, or have no code any more."""
    held, h, d, c = t.held, t.holder, t.device, t.credential
    has_code = exists().where(c.c.holder_id == held.c.holder_id, c.c.status.in_(LIVE))
    suspended = h.c.status == HolderStatus.SUSPENDED.value
    rows = connection.execute(
        select(held.c.holder_id, held.c.device_id, h.c.name, h.c.removed_at, h.c.status)
        .join(d, d.c.id == held.c.device_id)
        .join(h, h.c.id == held.c.holder_id)
        .where(
            d.c.community_id == community_id,
            held.c.kind == HeldKind.USER.value,
            held.c.to_at.is_(None),
            or_(h.c.removed_at.is_not(None), suspended, ~has_code),
        )
    )
    devices: dict[int, set[int]] = defaultdict(set)
    people: dict[int, Any] = {}
    for row in rows:
        if row.removed_at is None or row.removed_at <= now - REACHES:
            devices[row.holder_id].add(row.device_id)
            people[row.holder_id] = row
    for holder_id, person in people.items():
        gone = person.removed_at is not None or person.status == HolderStatus.SUSPENDED.value
        yield Stray(holder_id, person.name, gone, tuple(sorted(devices[holder_id])))


def _strangers(connection: Connection, community_id: int) -> Iterable[Stray]:
    """Devices with users who are not ours."""
    d, sync = t.device, t.device_sync
    rows = connection.execute(
        select(d.c.id, d.c.name, sync.c.users_unmanaged)
        .join(sync, sync.c.id == d.c.id)
        .where(d.c.community_id == community_id, sync.c.users_unmanaged > 0)
    )
    for row in rows:
        yield Stray(None, row.name, False, (row.id,), row.users_unmanaged)
