"""All PINs and all RF cards as lists: codes masked, found by their whole value only (rules 11; edge case 8)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, case, func, select

from backend.domain.codes import card_candidates, mask
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, HolderKind, LogResponse
from backend.domain.errors import Invalid
from backend.domain.filter import Filter, Term
from backend.domain.paging import ListQuery, ListRow
from backend.services.apartment_list import number_order
from backend.services.base import Service
from backend.services.credentials import LIVE, made_at, open_value
from backend.services.lists import ListHandle
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.rows import chunks
from backend.store.seal import Sealer
from backend.store.store import Store

OWNERS = (HolderKind.RESIDENT.value, HolderKind.STAFF.value, HolderKind.DELIVERY.value)
"""Whose codes the Library has; temporary keys and bookings have lists of their own."""

LOOK_UP = {CredentialKind.PIN: "pin", CredentialKind.CARD: "card"}
"""Kind -> the field of the filter by which a whole value is looked up."""


class PinList(Service):
    """The PINs of residents, staff and deliveries."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The PINs, by the names of their owners; `pin:` finds a whole one, as an operation. Raises Invalid."""
        return _handle(self.store, context, CredentialKind.PIN, query)


class CardList(Service):
    """The RF cards of residents, staff and deliveries."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The cards, by the names of their owners; `card:` finds a whole number in any notation. Raises Invalid."""
        return _handle(self.store, context, CredentialKind.CARD, query)


class CodeHandle(ListHandle):
    """A list of codes: what its query does not read of a row is read for a page at a time.

    A look-up by PIN needs the right to see codes and leaves an operation, once for as long as the list is shown.
    """

    def __init__(
        self, store: Store, context: Context, kind: CredentialKind, listing: Listing, query: ListQuery
    ) -> None:
        super().__init__(store, context, "library.read", listing, query)
        terms = query.filter.terms if query.filter is not None else ()
        self._kind = kind
        self._unsaid = kind is CredentialKind.PIN and any(term.field == LOOK_UP[kind] for term in terms)
        self._lock = threading.Lock()

    def reading(self) -> AbstractContextManager[Connection]:
        """As every list; the first time a PIN is looked up the operation is written before."""
        with self._lock:
            if self._unsaid:
                note_look_up(self._store, self._context.again())
                self._unsaid = False
        return super().reading()

    def told(self, connection: Connection, rows: list[ListRow]) -> list[ListRow]:
        """The rows with their codes masked, groups, maker and last use."""
        facts = facts_of(connection, self._store.sealer, [row.id for row in rows])
        return [replace(row, values=row.values | facts.get(row.id, {})) for row in rows]


def note_look_up(store: Store, context: Context) -> None:
    """Write the operation of a look-up by PIN; raises Forbidden without the right to see codes."""
    with store.write(context, "library.pin") as work:
        work.require("credential.reveal")
        if work.replayed is None:
            work.tell("Looked up a PIN", "credential", None, "", undoable=False)


def owned() -> FromClause:
    """Credentials with their holders, accounts and apartments."""
    c, h, r, a, b = t.credential, t.holder, t.resident, t.apartment, t.building
    return (
        c.join(h, h.c.id == c.c.holder_id)
        .outerjoin(r, r.c.id == h.c.id)
        .outerjoin(a, a.c.id == h.c.apartment_id)
        .outerjoin(b, b.c.id == a.c.building_id)
    )


def identity() -> ColumnElement[str]:
    """Master or member of a resident, else staff or delivery; of joined `holder` and `resident`."""
    return func.coalesce(t.resident.c.role, t.holder.c.kind)


def in_library(community_id: int, kind: CredentialKind) -> ColumnElement[bool]:
    """What the Library shows of a kind: what is somebody's, of joined `credential` and `holder`."""
    c = t.credential
    return and_(
        c.c.community_id == community_id,
        c.c.kind == kind.value,
        c.c.status.in_(LIVE),
        t.holder.c.kind.in_(OWNERS),
    )


def facts_of(connection: Connection, sealer: Sealer, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Credential -> its masked code, the names of the owner's groups, who made it and when, and its last use."""
    c = t.credential
    wanted = list(ids)
    rows = [row for part in chunks(wanted) for row in connection.execute(select(c).where(c.c.id.in_(part)))]
    holders = sorted({row.holder_id for row in rows})
    groups, used = _groups(connection, holders), last_used(connection, holders)
    made = made_at(connection, [row.id for row in rows])
    found = {}
    for row in rows:
        masked = mask(open_value(sealer, row))
        at, by = made.get(row.id, (None, ""))
        found[row.id] = {
            "masked": masked,
            "groups": ", ".join(groups.get(row.holder_id, ())),
            "made_at": at,
            "made_by": by,
            "last_used_at": used.get((row.holder_id, row.kind, masked)),
        }
    return found


def last_used(connection: Connection, holder_ids: Iterable[int]) -> dict[tuple[int, str, str], datetime]:
    """When each kind and masked value of these people last opened a door, as far as logs are kept."""
    log = t.door_log
    query = (
        select(log.c.holder_id, log.c.action, log.c.key, func.max(log.c.happened_at))
        .where(log.c.response == LogResponse.SUCCESS.value, log.c.action.in_(("pin", "card")))
        .group_by(log.c.holder_id, log.c.action, log.c.key)
    )
    found: dict[tuple[int, str, str], datetime] = {}
    for part in chunks(sorted(set(holder_ids))):
        for holder_id, action, key, at in connection.execute(query.where(log.c.holder_id.in_(part))):
            found[holder_id, action, key] = at
    return found


def _groups(connection: Connection, holder_ids: Iterable[int]) -> dict[int, list[str]]:
    member, group = t.access_group_member, t.access_group
    query = select(member.c.holder_id, group.c.name).join(group, group.c.id == member.c.group_id)
    found: dict[int, list[str]] = {}
    for part in chunks(sorted(set(holder_ids))):
        for row in connection.execute(query.where(member.c.holder_id.in_(part)).order_by(group.c.number, group.c.id)):
            found.setdefault(row.holder_id, []).append(row.name)
    return found


def _handle(store: Store, context: Context, kind: CredentialKind, query: ListQuery) -> CodeHandle:
    wanted = query
    if query.filter is not None:
        terms = tuple(_by_index(store.sealer, kind, term) for term in query.filter.terms)
        if sum(term.field == LOOK_UP[kind] for term in terms) > 1:
            raise Invalid({"filter": f"Look for one {LOOK_UP[kind]} at a time."})
        wanted = replace(query, filter=Filter(terms, ""))
    return CodeHandle(store, context, kind, _listing(context.community_id, kind), wanted)


def _by_index(sealer: Sealer, kind: CredentialKind, term: Term) -> Term:
    """A term on a code as one on its index: stored values are found by their whole value only."""
    if term.field != LOOK_UP[kind]:
        return term
    if len(term.values) != 1:
        raise Invalid({"filter": f"Look for one {LOOK_UP[kind]} at a time."})
    texts = codes_meant(kind, str(term.values[0]), "filter")
    return replace(term, op="eq", values=tuple(sealer.index(kind.value, text) for text in texts))  # type: ignore[misc]


def codes_meant(kind: CredentialKind, typed: str, field: str) -> tuple[str, ...]:
    """The stored values that a whole PIN or card number may mean; raises Invalid (`field`)."""
    if kind is CredentialKind.CARD:
        try:
            return card_candidates(typed)
        except Invalid as error:
            raise Invalid({field: error.fields["card"]}) from None
    pin = typed.strip()
    if not (pin.isascii() and pin.isdigit() and 2 <= len(pin) <= 8):
        raise Invalid({field: "A PIN is found by its whole value: 2 to 8 digits."})
    return (pin,)


def _listing(community_id: int, kind: CredentialKind) -> Listing:
    c, h, a, b = t.credential, t.holder, t.apartment, t.building
    number, building = func.coalesce(a.c.number, ""), func.coalesce(b.c.name, "")
    building_fold = func.coalesce(b.c.name_fold, "")
    who = identity()
    return Listing(
        source=owned(),
        id_column=c.c.id,
        columns={
            "name": h.c.name,
            "building": building,
            "apartment": number,
            "identity": who,
            "status": c.c.status,
            "origin": c.c.origin,
            "holder_id": h.c.id,
            "owner": h.c.kind,
        },
        sorts={
            "name": h.c.name_fold,
            "apartment": number_order(number),
            "building": building_fold.concat(" ").concat(number_order(number)),
            "identity": case((who == "master", 0), (who == "member", 1), (who == "staff", 2), else_=3),
            "made_at": c.c.id,
        },
        default_sort="name",
        filters={
            "name": FilterColumn(h.c.name_fold, "contains"),
            "building": FilterColumn(building_fold, "folded"),
            "apartment": FilterColumn(a.c.number),
            "identity": FilterColumn(who),
            "status": FilterColumn(c.c.status),
            LOOK_UP[kind]: FilterColumn(c.c.value_index),
        },
        words=(h.c.name_fold, number, building_fold),
        where=in_library(community_id, kind),
    )


def code_rows(connection: Connection, community_id: int, ids: Iterable[int]) -> list[Row[Any]]:
    """PINs and cards of the Library with name, place and identity of their owners, by id; what is gone is left out."""
    c, h = t.credential, t.holder
    query = (
        select(
            c,
            h.c.name,
            h.c.kind.label("owner"),
            func.coalesce(t.apartment.c.number, "").label("number"),
            func.coalesce(t.building.c.name, "").label("building"),
            identity().label("identity"),
        )
        .select_from(owned())
        .where(
            c.c.community_id == community_id,
            c.c.kind.in_([kind.value for kind in LOOK_UP]),
            c.c.status.in_(LIVE),
            h.c.kind.in_(OWNERS),
        )
        .order_by(c.c.id)
    )
    return [row for part in chunks(sorted(set(ids))) for row in connection.execute(query.where(c.c.id.in_(part)))]
