"""The list of residents, with the worst sync state of each person's doors (feature RES-06)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Table, and_, bindparam, case, exists, func, literal, or_, select, union

from backend.domain.context import Clock
from backend.domain.enums import HeldKind, HolderStatus, LoginState, OutgoingState, SyncState
from backend.services.apartment_list import number_order
from backend.services.door_states import OVERDUE_AFTER
from backend.services.holders import left_open
from backend.services.logins import login_key
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.types import UtcDateTime

_FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""What an account that never expires is sorted by."""

_RANKS = {SyncState.RED: 3, SyncState.HELD: 2, SyncState.PENDING: 1, SyncState.IN_SYNC: 0}
"""The states that one person's door can be in; drift is found for devices, not for people."""


_SORTS: dict[str, ColumnElement[Any]] = {
    "name": t.holder.c.name_fold,
    "apartment": number_order(t.apartment.c.number),
    "building": t.building.c.name_fold.concat(" ").concat(number_order(t.apartment.c.number)),
    "role": t.resident.c.role,
    "account_status": t.resident.c.account_status,
    "app_status": t.resident.c.app_status,
    "email": func.coalesce(t.resident.c.email, ""),
    "expires_at": func.coalesce(t.resident.c.expires_at, literal(_FAR, UtcDateTime)),
}


def _group_names() -> ColumnElement[str]:
    """The names of a person's access groups, folded, a line each."""
    member, group = t.access_group_member, t.access_group
    query = (
        select(func.coalesce(func.aggregate_strings(group.c.name_fold, "\n"), ""))
        .select_from(member)
        .join(group, group.c.id == member.c.group_id)
        .where(member.c.holder_id == t.holder.c.id)
    )
    return query.correlate(t.holder).scalar_subquery()


_FILTERS: dict[str, FilterColumn] = {
    "group": FilterColumn(_group_names(), "contains"),
    "name": FilterColumn(t.holder.c.name_fold, "contains"),
    "building": FilterColumn(t.building.c.name_fold, "folded"),
    "apartment": FilterColumn(t.apartment.c.number),
    "role": FilterColumn(t.resident.c.role),
    "account_status": FilterColumn(t.resident.c.account_status),
    "app_status": FilterColumn(t.resident.c.app_status),
    "email": FilterColumn(t.resident.c.email, "contains"),
    "mobile": FilterColumn(t.resident.c.mobile, "contains"),
    "expires_at": FilterColumn(t.resident.c.expires_at),
    "uid": FilterColumn(t.resident.c.uid),
    "remark": FilterColumn(func.lower(t.resident.c.remark), "contains"),
}


def resident_listing(community_id: int, clock: Clock) -> Listing:
    """The residents of a community; what is overdue is asked of `clock` for every page."""
    r, h, a, b = t.resident, t.holder, t.apartment, t.building
    return Listing(
        source=h.join(r, r.c.id == h.c.id).join(a, a.c.id == r.c.apartment_id).join(b, b.c.id == a.c.building_id),
        id_column=h.c.id,
        columns={
            "name": h.c.name,
            "building": b.c.name,
            "apartment": a.c.number,
            "role": r.c.role,
            "account_status": r.c.account_status,
            "app_status": r.c.app_status,
            "login": _login(),
            "doors": worst_door(clock),
            "email": func.coalesce(r.c.email, ""),
            "mobile": func.coalesce(r.c.mobile, ""),
            "uid": r.c.uid,
            "expires_at": r.c.expires_at,
            "remark": r.c.remark,
        },
        sorts=_SORTS,
        default_sort="name",
        filters=_FILTERS,
        words=(h.c.name_fold, a.c.number, b.c.name_fold, func.coalesce(r.c.email, "")),
        where=h.c.community_id == community_id,
    )


def _login() -> ColumnElement[str]:
    """What became of the login information: "mailed", "handed", "failed", "waiting", or "" where there is none."""
    login, o = t.resident_login, t.outgoing
    told = case(
        (login.c.state == LoginState.NONE.value, ""),
        (o.c.state == OutgoingState.SENT.value, "mailed"),
        (o.c.state == OutgoingState.HANDED.value, "handed"),
        (o.c.state.in_([OutgoingState.FAILED.value, OutgoingState.DEAD.value, OutgoingState.UNKNOWN.value]), "failed"),
        else_="waiting",
    )
    return (
        select(told)
        .select_from(login.outerjoin(o, o.c.idempotency_key == login_key(login.c.id, login.c.number)))
        .where(login.c.id == t.holder.c.id)
        .correlate(t.holder)
        .scalar_subquery()
    )


def worst_door(clock: Clock) -> ColumnElement[str]:
    """The worst state of a person's doors with the number of doors in it, "pending:1"; "none" without doors."""
    sync, device = t.device_sync, _concerned()
    ranked = (
        select(_rank(device.c.device_id, clock).label("rank"))
        .select_from(device.join(sync, sync.c.id == device.c.device_id))
        .correlate(t.holder)
        .subquery()
    )
    told = [
        (func.max(ranked.c.rank) == rank, literal(f"{state.value}:").concat(func.sum(case((ranked.c.rank == rank, 1)))))
        for state, rank in _RANKS.items()
    ]
    return select(case(*told, else_="none")).select_from(ranked).correlate(t.holder).scalar_subquery()


def _concerned() -> Subquery:
    """The devices that a person opens, by a group or by a right of their own at the devices of their apartment, that
    hold them now, or that are not proved to be without them."""
    member, opens, relay, held, own = t.access_group_member, t.access_group_relay, t.relay, t.held, t.own_relay
    opened = (
        select(relay.c.device_id)
        .join(t.device, t.device.c.id == relay.c.device_id)
        .join(t.community, t.community.c.id == t.device.c.community_id)
        .where(t.holder.c.status == HolderStatus.ACTIVE.value, left_open())
    )
    by_group = (
        opened.join(opens, opens.c.relay_id == relay.c.id)
        .join(member, member.c.group_id == opens.c.group_id)
        .where(member.c.holder_id == t.holder.c.id)
    )
    by_own = opened.join(own, own.c.relay_id == relay.c.id).where(
        own.c.holder_id == t.holder.c.id, t.device.c.apartment_id == t.holder.c.apartment_id
    )
    holding = select(held.c.device_id).where(_holds(held))
    unproved = select(t.read_back.c.device_id).where(_freed())
    return union(*(query.correlate(t.holder) for query in (by_group, by_own, holding, unproved))).subquery()


def _rank(device_id: ColumnElement[int], clock: Clock) -> ColumnElement[int]:
    """How bad one device stands for a person, in the order in which `sync_people.doors_of` judges."""
    sync, held, r = t.device_sync, t.held, t.read_back
    overdue = bindparam("overdue", callable_=lambda: clock() - OVERDUE_AFTER, type_=UtcDateTime)
    waits = exists().where(r.c.device_id == device_id, _freed())
    unsure = (
        exists().where(held.c.device_id == device_id, _holds(held), held.c.unknown.is_(True)).correlate_except(held)
    )
    return case(
        (waits.where(r.c.freed_at < overdue), _RANKS[SyncState.RED]),
        (and_(sync.c.held_reason != "", sync.c.released.is_(False)), _RANKS[SyncState.HELD]),
        (or_(waits, unsure, sync.c.gen > sync.c.done_gen), _RANKS[SyncState.PENDING]),
        else_=_RANKS[SyncState.IN_SYNC],
    )


def _holds(held: Table) -> ColumnElement[bool]:
    return and_(held.c.holder_id == t.holder.c.id, held.c.kind == HeldKind.USER.value, held.c.to_at.is_(None))


def _freed() -> ColumnElement[bool]:
    """A credential of the person that a device is not proved to be without."""
    r, c = t.read_back, t.credential
    mine = select(c.c.id).where(c.c.holder_id == t.holder.c.id).correlate(t.holder)
    return and_(r.c.absent_at.is_(None), r.c.credential_id.in_(mine))
