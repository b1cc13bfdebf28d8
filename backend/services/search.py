"""One search over people, apartments, doors, devices and access groups (tasks rule 1).

Order: how well a name fits (`Fit`), an exact number as well as a whole name; within one of these people, apartments,
doors, devices, groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select

from backend.domain.codes import card_candidates, check_pin
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, HolderKind
from backend.domain.errors import Forbidden, Invalid
from backend.domain.fit import Fit, words_of
from backend.domain.search import Hit
from backend.domain.staff import NOUNS
from backend.domain.temp_keys import is_key
from backend.services.base import Service
from backend.services.credentials import LIVE
from backend.services.library_list import in_library, owned
from backend.services.resident_find import word_starts
from backend.store import tables as t
from backend.store.permission import require

PIN_PREFIX = "pin:"

_WORDS_MOST = 6


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of record is searched: rows of id, title, detail, rank, and the permission to see them."""

    record: str
    permission: str
    query: Callable[[int, tuple[str, ...]], Select[Any]]


class Search(Service):
    """What ctrl+p finds beside commands."""

    def find(self, context: Context, text: str, limit: int = 20) -> tuple[Hit, ...]:
        """The records that have every word of `text`, best first; kinds that the actor may not read are left out.

        `pin:1234` finds whose PIN that is, by its whole value only and as an operation. Raises Invalid (text) for no
        PIN, Forbidden without the right to see codes.
        """
        if text.strip().casefold().startswith(PIN_PREFIX):
            return self._by_pin(context, text.strip()[len(PIN_PREFIX) :])
        words = words_of(text)[:_WORDS_MOST]
        if not words:
            return ()
        ranked: list[tuple[int, int, Hit]] = []
        with self.store.read(context, "community.read") as connection:
            for place, kind in enumerate(_KINDS):
                if not _may(connection, context, kind.permission):
                    continue
                rows = connection.execute(kind.query(context.community_id, words).limit(limit))
                ranked += [(row.rank, place, Hit(record=kind.record, id=row.id, title=row.title, detail=row.detail))
                           for row in rows]  # fmt: skip
            if len(words) == 1 and _may(connection, context, "library.read"):
                ranked += [(Fit.NAME, -1, hit) for hit in self._by_card(connection, context, text)]
        ranked.sort(key=lambda one: one[:2])
        return tuple(dict.fromkeys(hit for _, _, hit in ranked))[:limit]

    def _by_pin(self, context: Context, typed: str) -> tuple[Hit, ...]:
        try:
            pin = typed.strip() if is_key(typed.strip()) else check_pin(typed)
        except Invalid as error:
            raise Invalid({"text": error.fields["pin"]}) from None
        with self.store.write(context, "search.pin") as work:
            work.require("credential.reveal")
            codes = [work.sealer.index(CredentialKind.PIN.value, pin)]
            hits = _owners(work.connection, context.community_id, CredentialKind.PIN, codes)
            hits += _keys_of(work.connection, context.community_id, codes[0])
            hits += _bookings_of(work.connection, context.community_id, codes[0])
            if work.replayed is None:
                work.tell("Looked up a PIN", "credential", None, "", undoable=False)
            return hits

    def _by_card(self, connection: Connection, context: Context, text: str) -> tuple[Hit, ...]:
        """Whose card a number is, in any of its notations (task 10)."""
        try:
            codes = card_candidates(text)
        except Invalid:
            return ()
        kind = CredentialKind.CARD
        return _owners(
            connection, context.community_id, kind, [self.store.sealer.index(kind.value, code) for code in codes]
        )


def _may(connection: Connection, context: Context, permission: str) -> bool:
    try:
        require(connection, context, permission)
    except Forbidden:
        return False
    return True


def _owners(connection: Connection, community_id: int, kind: CredentialKind, indexes: list[bytes]) -> tuple[Hit, ...]:
    """Who has one of these values now: residents, staff, deliveries, each with the code that was meant."""
    c, h = t.credential, t.holder
    rows = connection.execute(
        select(c.c.id.label("code"), h.c.id, h.c.name, h.c.kind, func.coalesce(_place(), "").label("place"))
        .select_from(owned())
        .where(in_library(community_id, kind), c.c.value_index.in_(indexes))
        .order_by(h.c.name_fold, c.c.id)
    )
    return tuple(Hit(record=row.kind, id=row.id, title=row.name, detail=row.place, code=row.code) for row in rows)


def _place() -> ColumnElement[str]:
    return t.building.c.name.concat(" ").concat(t.apartment.c.number)


def _people(community_id: int) -> Select[Any]:
    r, h, a, b = t.resident, t.holder, t.apartment, t.building
    return (
        select(h.c.id, h.c.name.label("title"), _place().label("detail"))
        .select_from(h)
        .join(r, r.c.id == h.c.id)
        .join(a, a.c.id == r.c.apartment_id)
        .join(b, b.c.id == a.c.building_id)
        .where(h.c.community_id == community_id, h.c.kind == HolderKind.RESIDENT.value)
    )


def _residents(community_id: int, words: tuple[str, ...]) -> Select[Any]:
    """People by name; a word may also be their APT, their building or their UID."""
    names, number, building = t.holder.c.name_fold, t.apartment.c.number, t.building.c.name_fold
    exact = or_(*(t.resident.c.uid == word for word in words))
    aside = [or_(number == word, building == word, t.resident.c.uid == word) for word in words]
    named = or_(*(names.contains(word, autoescape=True) for word in words), exact)
    return _ranked(_people(community_id), names, words, aside, exact).where(named).add_columns(names).order_by(names)


def _personnel(kind: HolderKind) -> Callable[[int, tuple[str, ...]], Select[Any]]:
    """Staff or deliveries by name."""

    def query(community_id: int, words: tuple[str, ...]) -> Select[Any]:
        h, nothing = t.holder, [or_(literal(False)) for _ in words]
        here = select(h.c.id, h.c.name.label("title"), literal(NOUNS[kind][0]).label("detail")).where(
            h.c.community_id == community_id, h.c.kind == kind.value, h.c.removed_at.is_(None)
        )
        return _ranked(here, h.c.name_fold, words, nothing, literal(False)).order_by(h.c.name_fold)

    return query


def _apartments(community_id: int, words: tuple[str, ...]) -> Select[Any]:
    a, b = t.apartment, t.building
    query = (
        select(a.c.id, _place().label("title"), a.c.name.label("detail"))
        .join(b, b.c.id == a.c.building_id)
        .where(b.c.community_id == community_id)
    )
    text = a.c.number.concat(" ").concat(a.c.name_fold)
    aside = [b.c.name_fold == word for word in words]
    exact = or_(*(a.c.number == word for word in words))
    named = or_(*(text.contains(word, autoescape=True) for word in words))
    return _ranked(query, text, words, aside, exact).where(named).order_by(b.c.name_fold, a.c.number)


def _doors(community_id: int, words: tuple[str, ...]) -> Select[Any]:
    relay, d = t.relay, t.device
    query = (
        select(relay.c.id, relay.c.name.label("title"), d.c.name.label("detail"))
        .join(d, d.c.id == relay.c.device_id)
        .where(d.c.community_id == community_id)
    )
    text = relay.c.name_fold.concat(" ").concat(d.c.name_fold)
    none: list[ColumnElement[bool]] = [literal(False) for _ in words]
    named = or_(*(relay.c.name_fold.contains(word, autoescape=True) for word in words))
    exact = relay.c.name_fold == " ".join(words)
    return _ranked(query, text, words, none, exact).where(named).order_by(relay.c.name_fold)


def _devices(community_id: int, words: tuple[str, ...]) -> Select[Any]:
    d = t.device
    query = select(d.c.id, d.c.name.label("title"), d.c.model.label("detail")).where(d.c.community_id == community_id)
    macs = [d.c.mac == word.upper().replace(":", "") for word in words]
    return _ranked(query, d.c.name_fold, words, macs, or_(*macs)).order_by(d.c.name_fold)


def _groups(community_id: int, words: tuple[str, ...]) -> Select[Any]:
    g = t.access_group
    detail = case((g.c.system.is_(True), "default group"), else_="access group").label("detail")
    query = select(g.c.id, g.c.name.label("title"), detail).where(g.c.community_id == community_id)
    none: list[ColumnElement[bool]] = [literal(False) for _ in words]
    return _ranked(query, g.c.name_fold, words, none, literal(False)).order_by(g.c.name_fold)


def _amenities(community_id: int, words: tuple[str, ...]) -> Select[Any]:
    a, none = t.amenity, [literal(False) for _ in words]
    query = select(a.c.id, a.c.name.label("title"), literal("amenity").label("detail"))
    here = query.where(a.c.community_id == community_id, a.c.removed_at.is_(None))
    return _ranked(here, a.c.name_fold, words, list(none), literal(False)).order_by(a.c.name_fold)


def _bookings_of(connection: Connection, community_id: int, index: bytes) -> tuple[Hit, ...]:
    """The reservation whose key these digits are now."""
    a, b, c, h = t.amenity, t.booking, t.credential, t.holder
    rows = connection.execute(
        select(b.c.id, h.c.name.label("title"), literal("reservation, ").concat(a.c.name).label("detail"))
        .join(a, a.c.id == b.c.amenity_id)
        .join(h, h.c.id == b.c.id)
        .join(c, c.c.holder_id == b.c.id)
        .where(a.c.community_id == community_id, c.c.value_index == index, c.c.status.in_(LIVE))
    )
    return tuple(Hit(record="booking", id=row.id, title=row.title, detail=row.detail) for row in rows)


def _keys_of(connection: Connection, community_id: int, index: bytes) -> tuple[Hit, ...]:
    """The temporary key whose digits these are now."""
    c = t.credential
    query = _keys(community_id).join(c, c.c.holder_id == t.temp_key.c.id)
    rows = connection.execute(query.where(c.c.value_index == index, c.c.status.in_(LIVE)))
    return tuple(Hit(record="temp-key", id=row.id, title=row.title, detail=row.detail) for row in rows)


def _keys(community_id: int) -> Select[Any]:
    """The temporary keys that are there."""
    h, k, a, b = t.holder, t.temp_key, t.apartment, t.building
    place = case((a.c.id.is_(None), literal("temporary key")), else_=literal("temporary key, ").concat(_place()))
    return (
        select(h.c.id, h.c.name.label("title"), place.label("detail"))
        .select_from(k)
        .join(h, h.c.id == k.c.id)
        .outerjoin(a, a.c.id == h.c.apartment_id)
        .outerjoin(b, b.c.id == a.c.building_id)
        .where(h.c.community_id == community_id, h.c.removed_at.is_(None))
    )


def _temp_keys(community_id: int, words: tuple[str, ...]) -> Select[Any]:
    """Temporary keys by name; a word may also be their APT or building."""
    names, number, building = t.holder.c.name_fold, t.apartment.c.number, t.building.c.name_fold
    aside = [or_(number == word, building == word) for word in words]
    named = or_(*(names.contains(word, autoescape=True) for word in words))
    return _ranked(_keys(community_id), names, words, aside, literal(False)).where(named).order_by(names)


def _ranked(
    query: Select[Any],
    column: ColumnElement[str],
    words: tuple[str, ...],
    aside: list[ColumnElement[bool]],
    exact: ColumnElement[bool],
) -> Select[Any]:
    """Rows with every word in `column` or beside it, the best `Fit` first; `exact` fits like a whole name."""
    text = func.replace(column, ",", "")
    spaced = literal(" ").concat(text).concat(" ")

    def each(fits: Callable[[str], ColumnElement[bool]]) -> ColumnElement[bool]:
        return and_(*(or_(fits(word), other) for word, other in zip(words, aside, strict=True)))

    rank = case(
        (or_(exact, text == " ".join(words)), Fit.NAME.value),
        (each(lambda word: spaced.contains(f" {word} ", autoescape=True)), Fit.WORDS.value),
        (each(lambda word: word_starts(column, word)), Fit.STARTS.value),
        else_=Fit.PARTS.value,
    ).label("rank")
    anywhere = each(lambda word: column.contains(word, autoescape=True))
    return query.add_columns(rank).where(anywhere).order_by(rank)


_KINDS = (
    _Kind("resident", "resident.read", _residents),
    *(_Kind(kind.value, "visitor.read", _personnel(kind)) for kind in NOUNS),
    _Kind("apartment", "apartment.read", _apartments),
    _Kind("temp-key", "visitor.read", _temp_keys),
    _Kind("door", "door.read", _doors),
    _Kind("device", "device.read", _devices),
    _Kind("access-group", "access_group.read", _groups),
    _Kind("amenity", "booking.read", _amenities),
)
