"""An apartment's whole page: who lives there, its devices, its settings and what is odd about them (rules 4)."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from backend.domain.apartments import ApartmentDevice, ApartmentRecord, Plan, oddities
from backend.domain.calling import CallWay
from backend.domain.enums import AppStatus, CallType, DeviceKind, DeviceStatus, ResidentRole
from backend.domain.errors import NotFound
from backend.domain.names import twin_apartments
from backend.services.communities import community_row
from backend.services.credentials import spoken
from backend.store import tables as t
from backend.store.rows import ROW

_PHONES = ("phone1", "phone2", "phone3")


def apartment_row(connection: Connection, community_id: int, apartment_id: int | None) -> Row[Any]:
    """The row of an apartment of the community with its building's name as `building`; raises NotFound."""
    found = connection.execute(_apartment(), {ROW: apartment_id, "community_": community_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such apartment.")
    return found


@cache
def _apartment() -> Select[Any]:
    a, b = t.apartment, t.building
    here = (a.c.id == bindparam(ROW), b.c.community_id == bindparam("community_"))
    return select(a, b.c.name.label("building")).join(b, b.c.id == a.c.building_id).where(*here)


def plan_of(connection: Connection, community_id: int, now: datetime) -> Plan:
    """What the community has that apartments hang on, as of `now`."""
    row = community_row(connection, community_id)
    until = row.premium_until
    return Plan(
        landline=row.landline,
        id_access=row.id_access,
        with_indoor_monitor=row.with_indoor_monitor,
        premium=until is not None and until > now,
        premium_until=until,
    )


def people_of(connection: Connection, apartment_id: int) -> list[Row[Any]]:
    """The residents with their names, the master first, then by name."""
    r, h = t.resident, t.holder
    return list(
        connection.execute(
            select(r, h.c.name, h.c.floors)
            .join(h, h.c.id == r.c.id)
            .where(r.c.apartment_id == apartment_id)
            .order_by(r.c.role, h.c.name_fold, r.c.id)
        )
    )


def apartment_record(connection: Connection, row: Row[Any], community_id: int, now: datetime) -> ApartmentRecord:
    """The page of the apartment whose `apartment_row` is `row`."""
    people = people_of(connection, row.id)
    plan = plan_of(connection, community_id, now)
    master = next((one for one in people if one.role == ResidentRole.MASTER.value), None)
    phones = sum(bool(getattr(one, phone)) for one in people for phone in _PHONES)
    odd = oddities(
        call_type=CallType(row.call_type),
        phones=phones,
        allow_face=row.allow_face,
        limit=row.member_limit if row.member_limit_on else None,
        members=sum(one.role == ResidentRole.MEMBER.value for one in people),
        plan=plan,
    )
    devices = _devices(connection, row.id)
    settings = ("name", "allow_qr", "allow_face", "member_limit_on", "member_limit", "allow_id_access", "allow_card")
    return ApartmentRecord(
        id=row.id,
        version=row.row_version,
        building_id=row.building_id,
        building=row.building,
        number=row.number,
        call_type=CallType(row.call_type),
        sip_or_ip=CallWay(row.sip_or_ip),
        **{name: getattr(row, name) for name in settings},
        residents=tuple((one.id, one.name, ResidentRole(one.role)) for one in people),
        devices=devices,
        account_status=row.licence if master is None else master.account_status,
        expires_at=row.licence_until if master is None else master.expires_at,
        plan=plan,
        phones=phones,
        warnings=(*_twins(connection, row), *odd.values(), *_without_monitor(devices, plan)),
        unreachable=_unreachable(people),
    )


def _devices(connection: Connection, apartment_id: int) -> tuple[ApartmentDevice, ...]:
    d, s = t.device, t.device_state
    rows = connection.execute(
        select(d.c.id, d.c.name, d.c.kind, s.c.status)
        .outerjoin(s, s.c.id == d.c.id)
        .where(d.c.apartment_id == apartment_id)
        .order_by(d.c.name_fold)
    )
    never = DeviceStatus.NEVER_SEEN
    return tuple(ApartmentDevice(id=one.id, name=one.name, kind=one.kind, status=one.status or never) for one in rows)


def _without_monitor(devices: tuple[ApartmentDevice, ...], plan: Plan) -> tuple[str, ...]:
    """That an indoor monitor is missing where the community wants one in each apartment (rules 1.2)."""
    if not plan.with_indoor_monitor or any(one.kind == DeviceKind.INDOOR_MONITOR.value for one in devices):
        return ()
    return ("No indoor monitor is here, and the community wants one in each apartment.",)


def _twins(connection: Connection, row: Row[Any]) -> tuple[str, ...]:
    """That the building has the same number written otherwise (edge case 39)."""
    a = t.apartment
    others = connection.execute(select(a.c.number).where(a.c.building_id == row.building_id).order_by(a.c.number))
    twins = twin_apartments(row.number, others.scalars())
    return (f"{row.building} also has {' and '.join(twins)}: another apartment.",) if twins else ()


def _unreachable(people: list[Row[Any]]) -> str:
    """Why nobody can sign in: a family that is not registered and has no address (edge case 35)."""
    if not people or any(one.email or one.mobile or one.app_status == AppStatus.REGISTERED.value for one in people):
        return ""
    return (
        f"Nobody here can sign in to the app: enter an e-mail address or a mobile number of {spoken(people[0].name)}, "
        "and the login goes out."
    )
