"""Temporary keys as their rows hold them: one key, its time, its pool, its doors (rules 7.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from backend.domain.enums import CredentialKind, HolderKind
from backend.domain.errors import NotFound
from backend.domain.temp_key_times import KeyTime, time_of
from backend.domain.temp_keys import KeyState, Pool, pool_of, state_of
from backend.services.own_rights import windows_of
from backend.store import tables as t


def sealed_for(holder_uuid: str) -> str:
    """Where the ID number of a visitor is sealed for."""
    return f"temp_key.id_number:{holder_uuid}"


def key_rows(community_id: int) -> Select[Any]:
    """The query for the keys of a community that are there: columns of `temp_key`, and of holder, APT and building."""
    k, h, a, b = t.temp_key, t.holder, t.apartment, t.building
    return (
        select(k, h.c.name, h.c.uuid, h.c.apartment_id, a.c.number, a.c.building_id, b.c.name.label("building"))
        .join(h, h.c.id == k.c.id)
        .outerjoin(a, a.c.id == h.c.apartment_id)
        .outerjoin(b, b.c.id == a.c.building_id)
        .where(h.c.community_id == community_id, h.c.kind == HolderKind.VISITOR.value, h.c.removed_at.is_(None))
    )


def key_row(connection: Connection, community_id: int, key_id: int) -> Row[Any]:
    """The row of a key; raises NotFound."""
    found = connection.execute(key_rows(community_id).where(t.temp_key.c.id == key_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such temporary key.")
    return found


def key_time(connection: Connection, key_id: int) -> KeyTime:
    """When a key holds, from its hours and the dates of its digits."""
    windows = windows_of(connection, t.own_window, key_id)
    c = t.credential
    dates = connection.execute(
        select(c.c.valid_from, c.c.valid_to)
        .where(c.c.holder_id == key_id, c.c.kind == CredentialKind.PIN.value)
        .order_by(c.c.id.desc())
        .limit(1)
    ).one_or_none()
    if not windows or dates is None:
        return KeyTime()
    return time_of(windows[0], dates.valid_from, dates.valid_to)


def key_pool(connection: Connection, key_id: int, each_count: int | None) -> Pool:
    """The uses of a key, and how many there are."""
    use = t.temp_key_use
    counted = connection.execute(select(func.count()).where(use.c.holder_id == key_id)).scalar_one()
    return pool_of(each_count, len(phones_of(connection, key_id)), counted)


class Phone(NamedTuple):
    """A door phone that a key opens, with its doors."""

    device_id: int
    name: str
    model: str
    profile: str
    doors: tuple[str, ...]


def phones_of(connection: Connection, key_id: int) -> tuple[Phone, ...]:
    """The door phones of a key by name."""
    own, relay = t.own_relay, t.relay
    ids = connection.execute(select(own.c.relay_id).where(own.c.holder_id == key_id)).scalars().all()
    return phones_at(connection, relay.c.id.in_(ids))


def phones_at(connection: Connection, which: Any) -> tuple[Phone, ...]:
    """The door phones of the relays on `which` condition, by name; each with those of its doors."""
    relay, device = t.relay, t.device
    rows = connection.execute(
        select(device.c.id, device.c.name, device.c.model, device.c.profile, relay.c.name.label("door"))
        .join(relay, relay.c.device_id == device.c.id)
        .where(which)
        .order_by(device.c.name_fold, device.c.id, relay.c.number)
    ).all()
    found: dict[int, Phone] = {}
    for row in rows:
        there = found.get(row.id)
        doors = (*there.doors, row.door) if there else (row.door,)
        found[row.id] = Phone(row.id, row.name, row.model or row.profile, row.profile, doors)
    return tuple(found.values())


def pool_total() -> ColumnElement[int]:
    """The pool of a row of `temp_key`: uses per door phone times door phones, not relays (edge case 16)."""
    k, own, relay = t.temp_key, t.own_relay, t.relay
    phones = (
        select(func.count(relay.c.device_id.distinct()))
        .join(own, own.c.relay_id == relay.c.id)
        .where(own.c.holder_id == k.c.id)
        .correlate(k)
        .scalar_subquery()
    )
    return k.c.each_count * phones


def pool_counted() -> ColumnElement[int]:
    """The uses counted for a row of `temp_key`."""
    k, use = t.temp_key, t.temp_key_use
    return select(func.count()).where(use.c.holder_id == k.c.id).correlate(k).scalar_subquery()


def pool_empty(total: ColumnElement[int], counted: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether nothing is left of a pool, as `Pool.empty` judges."""
    return and_(t.temp_key.c.each_count.is_not(None), total > 0, counted >= total)


def with_time(query: Select[Any]) -> Select[Any]:
    """A query of `key_rows` joined to the hours and digits of each key, for `over`."""
    k, c, w = t.temp_key, t.credential, t.own_window
    return query.outerjoin(c, and_(c.c.holder_id == k.c.id, c.c.kind == CredentialKind.PIN.value)).outerjoin(
        w, w.c.holder_id == k.c.id
    )


def over(now: datetime) -> ColumnElement[bool]:
    """Whether a key of `with_time` has nothing left of its time or its uses."""
    ends = func.coalesce(t.own_window.c.ends_at, t.credential.c.valid_to)
    return or_(and_(ends.is_not(None), ends <= now), pool_empty(pool_total(), pool_counted()))


def key_state(connection: Connection, row: Row[Any], now: datetime) -> KeyState:
    """Where the key of a row is in its life."""
    return state_of(key_time(connection, row.id), key_pool(connection, row.id, row.each_count), now)


def title_of(row: Row[Any]) -> str:
    """A key in the operation log: name, and APT where it has one."""
    return f"{row.name} · {row.building} {row.number}" if row.number else str(row.name)
