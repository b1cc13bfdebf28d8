"""The list of apartments: columns, filters and sorts of rules 4 and the columns of its export (rules 4.3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from backend.domain.enums import ResidentRole
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing


def number_order(number: ColumnElement[str]) -> ColumnElement[str]:
    """Apartment numbers, of six digits at most, in the order of figures."""
    return func.substr("000000", func.length(number) + 1).concat(number)


SETTINGS = (
    "call_type",
    "sip_or_ip",
    "allow_qr",
    "allow_face",
    "member_limit_on",
    "member_limit",
    "allow_id_access",
    "allow_card",
)
"""Columns of an apartment that are listed and filtered as they stand."""


MOVE_NONE = "none"
"""What stands for an apartment where no family has moved by an act of its own."""


def _move_state() -> ScalarSelect[Any]:
    """How the last move of an apartment stands: one that waits is always the last."""
    m = t.move
    last = select(m.c.state).where(m.c.apartment_id == t.apartment.c.id).order_by(m.c.id.desc()).limit(1)
    return last.correlate(t.apartment).scalar_subquery()


def _shown_as_filtered() -> dict[str, ColumnElement[Any]]:
    """The columns that are shown and filtered by the same value."""
    a, r = t.apartment, t.resident
    return {
        **{name: a.c[name] for name in SETTINGS},
        "residents": select(func.count()).where(r.c.apartment_id == a.c.id).correlate(a).scalar_subquery(),
        "devices": select(func.count()).where(t.device.c.apartment_id == a.c.id).correlate(a).scalar_subquery(),
        "account_status": func.coalesce(r.c.account_status, a.c.licence),
        "expires_at": func.coalesce(r.c.expires_at, a.c.licence_until),
        "move": func.coalesce(_move_state(), MOVE_NONE),
    }


def apartment_listing(community_id: int) -> Listing:
    """The apartments of a community, by building and number.

    Account status and expiry are the master's, where nobody lives the ones that wait for the next.
    """
    a, b, r, h = t.apartment, t.building, t.resident, t.holder
    alike = _shown_as_filtered()
    master_fold = func.coalesce(h.c.name_fold, "")
    return Listing(
        source=a.join(b, b.c.id == a.c.building_id)
        .outerjoin(r, (r.c.apartment_id == a.c.id) & (r.c.role == ResidentRole.MASTER.value))
        .outerjoin(h, h.c.id == r.c.id),
        id_column=a.c.id,
        columns={
            "building": b.c.name,
            "number": a.c.number,
            "name": a.c.name,
            "master": func.coalesce(h.c.name, ""),
            **alike,
        },
        sorts={
            "number": b.c.name_fold.concat(" ").concat(number_order(a.c.number)),
            "building": b.c.name_fold,
            "name": a.c.name_fold,
            "residents": alike["residents"],
            "devices": alike["devices"],
        },
        default_sort="number",
        filters={
            "building": FilterColumn(b.c.name_fold, "folded"),
            "number": FilterColumn(a.c.number),
            "name": FilterColumn(a.c.name_fold, "contains"),
            "master": FilterColumn(master_fold, "contains"),
            **{name: FilterColumn(column) for name, column in alike.items()},
        },
        words=(a.c.number, a.c.name_fold, b.c.name_fold, master_fold),
        where=b.c.community_id == community_id,
    )
