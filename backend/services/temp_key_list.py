"""The list of temporary keys, with the state of each as of now (feature VIS-03; rules 7.1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, and_, bindparam, case, cast, func, literal

from backend.domain.context import Clock
from backend.domain.enums import CredentialKind
from backend.domain.temp_keys import KeyState
from backend.services.apartment_list import number_order
from backend.services.temp_key_rows import pool_counted, pool_empty, pool_total
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.types import UtcDateTime

_FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""What a key without an end is sorted by."""


def _with_place_code_and_hours() -> FromClause:
    """Keys with their holder, and where they have them apartment, building, code and hours."""
    k, h, a, b = t.temp_key, t.holder, t.apartment, t.building
    c, w = t.credential, t.own_window
    return (
        k.join(h, h.c.id == k.c.id)
        .outerjoin(a, a.c.id == h.c.apartment_id)
        .outerjoin(b, b.c.id == a.c.building_id)
        .outerjoin(c, and_(c.c.holder_id == k.c.id, c.c.kind == CredentialKind.PIN.value))
        .outerjoin(w, w.c.holder_id == k.c.id)
    )


def temp_key_listing(community_id: int, clock: Clock) -> Listing:
    """The keys of a community, those that end last above; `clock` says where each is in its life."""
    k, h, a, b, c, w = t.temp_key, t.holder, t.apartment, t.building, t.credential, t.own_window
    begins, ends = func.coalesce(w.c.begins_at, c.c.valid_from), func.coalesce(w.c.ends_at, c.c.valid_to)
    total, counted = pool_total(), pool_counted()
    state = _state(begins, ends, total, counted, clock)
    number, building = func.coalesce(a.c.number, ""), func.coalesce(b.c.name, "")
    alike = {"apartment": number, "state": state, "repeat": k.c.repeat, "begins_at": begins}
    far_end = func.coalesce(ends, literal(_FAR, UtcDateTime))
    return Listing(
        source=_with_place_code_and_hours(),
        id_column=k.c.id,
        columns={
            "name": h.c.name,
            "building": building,
            "ends_at": ends,
            "uses": _uses(total, counted),
            **alike,
            **{name: k.c[name] for name in ("email", "made_by", "made_at")},
        },
        sorts={
            "name": h.c.name_fold,
            "apartment": number_order(number),
            "state": state,
            "ends_at": far_end,
            "made_at": k.c.made_at,
        },
        default_sort="ends_at",
        descending=True,
        filters={
            **{name: FilterColumn(column) for name, column in alike.items()},
            "name": FilterColumn(h.c.name_fold, "contains"),
            "building": FilterColumn(func.coalesce(b.c.name_fold, ""), "folded"),
            "ends_at": FilterColumn(far_end),
            "email": FilterColumn(k.c.email, "contains"),
            "made_by": FilterColumn(func.lower(k.c.made_by), "contains"),
        },
        words=(h.c.name_fold, number, func.coalesce(b.c.name_fold, ""), k.c.email),
        where=and_(h.c.community_id == community_id, h.c.removed_at.is_(None)),
    )


def _state(
    begins: ColumnElement[Any],
    ends: ColumnElement[Any],
    total: ColumnElement[int],
    counted: ColumnElement[int],
    clock: Clock,
) -> ColumnElement[str]:
    """As `state_of` judges."""
    now = bindparam("now", callable_=clock, type_=UtcDateTime)
    return case(
        (pool_empty(total, counted), literal(KeyState.USED_UP.value)),
        (ends <= now, literal(KeyState.EXPIRED.value)),
        (begins > now, literal(KeyState.NOT_STARTED.value)),
        else_=literal(KeyState.VALID.value),
    )


def _uses(total: ColumnElement[int], counted: ColumnElement[int]) -> ColumnElement[str]:
    """ "1 of 6", never more than there are; "" for a key that is not counted."""
    used = case((counted > total, total), else_=counted)
    told = cast(used, Text).concat(" of ").concat(cast(total, Text))
    return case((t.temp_key.c.each_count.is_(None), literal("")), else_=told)
