"""The lists of staff and deliveries: by name, a whole PIN, a card or a group (features VIS-05, VIS-06)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, case, exists, func, literal, select

from backend.domain.context import Context
from backend.domain.enums import CredentialKind, HolderKind
from backend.domain.filter import Filter, Term
from backend.domain.paging import ListQuery
from backend.services.credentials import LIVE
from backend.services.library_list import codes_meant, note_look_up
from backend.services.lists import ListHandle
from backend.services.resident_list import worst_door
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.store import Store

LOOK_UP = {"pin": CredentialKind.PIN, "card": CredentialKind.CARD}
"""Field of the filter -> the kind whose whole value it looks up."""

METHODS = (
    (CredentialKind.PIN, "PIN"),
    (CredentialKind.CARD, "Card"),
    (CredentialKind.FACE, "Face"),
    (CredentialKind.ID_ACCESS, "ID"),
)
"""The words of the Access Methods column, in their order."""

_BY_ID = "id"
_NOBODY = 0


class PersonnelHandle(ListHandle):
    """A list in which a code is looked up, when its first page is read, by its whole value only.

    Looking up a PIN needs the right to see codes and leaves an operation.
    """

    def __init__(self, store: Store, context: Context, kind: HolderKind, query: ListQuery) -> None:
        super().__init__(store, context, "visitor.read", personnel_listing(context.community_id, kind, store), query)
        self._terms = _indexed(store, query)
        self._lock = threading.Lock()

    def reading(self) -> AbstractContextManager[Connection]:
        """As every list; what was typed as a code becomes the people who have it."""
        with self._lock:
            if self._terms:
                self._look_up(self._terms)
                self._terms = {}
        return super().reading()

    def _look_up(self, wanted: dict[Term, tuple[bytes, ...]]) -> None:
        if any(term.field == CredentialKind.PIN.value for term in wanted):
            note_look_up(self._store, self._context.again())
        with super().reading() as connection:
            found = {term: _owners(connection, LOOK_UP[term.field or ""], codes) for term, codes in wanted.items()}
        filtered = self._query.filter
        assert filtered is not None, "a code was looked for"
        terms = tuple(
            replace(term, field=_BY_ID, op="eq", values=found[term] or (_NOBODY,)) if term in found else term
            for term in filtered.terms
        )
        self._query = replace(self._query, filter=Filter(terms, filtered.text))


def personnel_listing(community_id: int, kind: HolderKind, store: Store) -> Listing:
    """The staff or the deliveries of a community, by name."""
    h = t.holder
    groups = _groups(t.access_group.c.name, ", ")
    return Listing(
        source=h,
        id_column=h.c.id,
        columns={
            "name": h.c.name,
            "methods": _methods(),
            "groups": func.coalesce(groups, ""),
            "floors": func.replace(h.c.floors, ";", ", "),
            "doors": worst_door(store.clock),
        },
        sorts={"name": h.c.name_fold, "groups": func.coalesce(groups, ""), "methods": _methods()},
        default_sort="name",
        filters={
            "name": FilterColumn(h.c.name_fold, "contains"),
            "groups": FilterColumn(func.coalesce(_groups(t.access_group.c.name_fold, "\n"), ""), "contains"),
            "methods": FilterColumn(func.lower(_methods()), "contains"),
            _BY_ID: FilterColumn(h.c.id),
        },
        words=(h.c.name_fold,),
        where=and_(h.c.community_id == community_id, h.c.kind == kind.value, h.c.removed_at.is_(None)),
    )


def _indexed(store: Store, query: ListQuery) -> dict[Term, tuple[bytes, ...]]:
    """The terms on codes with the indexes of what they may mean; raises Invalid (filter) for what is no code."""
    terms = query.filter.terms if query.filter is not None else ()
    found = {}
    for term in terms:
        kind = LOOK_UP.get(term.field or "")
        if kind is not None:
            texts = [text for value in term.values for text in codes_meant(kind, str(value), "filter")]
            found[term] = tuple(store.sealer.index(kind.value, text) for text in texts)
    return found


def _owners(connection: Connection, kind: CredentialKind, indexes: Iterable[bytes]) -> tuple[int, ...]:
    c = t.credential
    query = select(c.c.holder_id).where(c.c.kind == kind.value, c.c.value_index.in_(indexes), c.c.status.in_(LIVE))
    return tuple(connection.execute(query.distinct()).scalars())


def _methods() -> ColumnElement[str]:
    """What somebody shows to doors, in words: "PIN, Card"."""
    c = t.credential
    words: ColumnElement[str] = literal("")
    for kind, word in METHODS:
        has = exists().where(c.c.holder_id == t.holder.c.id, c.c.kind == kind.value, c.c.status.in_(LIVE))
        words = words.concat(case((has, f"{word}, "), else_=""))
    return func.rtrim(words, ", ")


def _groups(column: ColumnElement[str], separator: str) -> ScalarSelect[str]:
    """A column of all groups of somebody as one text."""
    member, group = t.access_group_member, t.access_group
    named = (
        select(column.label("name"))
        .join(member, member.c.group_id == group.c.id)
        .where(member.c.holder_id == t.holder.c.id)
        .order_by(group.c.number, group.c.id)
        .correlate(t.holder)
        .subquery()
    )
    return select(func.aggregate_strings(named.c.name, separator)).select_from(named).scalar_subquery()
