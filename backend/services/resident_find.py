"""A resident by id, UID or name, and a PIN that nobody has (tasks rule 3; edge case 7)."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Row, Select, false, func, or_, select

from backend.domain.codes import propose_pin
from backend.domain.enums import CredentialKind
from backend.domain.errors import Conflict, NotFound
from backend.domain.names import fold
from backend.services.credentials import TAKEN, Value, owner_of, spoken
from backend.services.homes import Home
from backend.services.resident_rows import title_of
from backend.store import tables as t
from backend.store.seal import Sealer

NAMED_CANDIDATES = 6
PIN_SHORTEST, PIN_LONGEST = 4, 8
"""Digits of a proposed PIN: shorter ones are guessed too easily."""

_TRIES = 30


def find_resident(connection: Connection, community_id: int, text: str) -> int:
    """The resident meant by a UID, an id, or words: beginnings of the names, beside them an APT or a building.

    A whole name wins over beginnings. Raises NotFound, or Conflict (resident) naming the candidates.
    """
    wanted = fold(text).replace(",", " ")
    people = _people(community_id)
    if wanted.isascii() and wanted.isdigit():
        for condition in (t.resident.c.uid == wanted, t.resident.c.id == int(wanted[:18])):
            found = connection.execute(people.where(condition)).all()
            if found:
                return int(found[0].id)
    words = wanted.split()
    named = or_(false(), *(word_starts(t.holder.c.name_fold, word) for word in words))
    fitting = people.where(named, *(_matches(word) for word in words)).limit(100)
    found = connection.execute(fitting).all() if words else []
    whole = [row for row in found if " ".join(words) in (fold(spoken(row.name)), row.name_fold.replace(",", ""))]
    found = whole or found
    if not found:
        raise NotFound(f"There is no resident '{text}'.")
    if len(found) > 1:
        raise Conflict("resident", f"Several residents match '{text}': {_named(found)}.")
    return int(found[0].id)


def word_starts(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Whether a word of the folded text in `column` begins with `word`."""
    return or_(column.startswith(word, autoescape=True), column.contains(f" {word}", autoescape=True))


def free_pin(connection: Connection, sealer: Sealer, home: Home, rng: random.Random) -> str:
    """A PIN that nobody in the scope of this home has, as short as leaves half of its length free.

    "" in the unlikely case that none is found at once.
    """
    scope = home.scope(CredentialKind.PIN)
    c = t.credential
    taken = connection.execute(
        select(func.count()).where(c.c.scope == scope, c.c.kind == CredentialKind.PIN.value, c.c.status.in_(TAKEN))
    ).scalar_one()
    length = next(
        (digits for digits in range(PIN_SHORTEST, PIN_LONGEST) if taken * 2 < 9 * 10 ** (digits - 1)), PIN_LONGEST
    )
    proposed = (propose_pin((), length, rng) for _ in range(_TRIES))
    for pin in proposed:
        value = Value(CredentialKind.PIN, pin, scope, community_id=home.community_id)
        if owner_of(connection, sealer, value) is None:
            return pin
    return ""


def _people(community_id: int) -> Select[tuple[int, str, str, str, str]]:
    return (
        select(
            t.resident.c.id,
            t.holder.c.name,
            t.holder.c.name_fold,
            t.apartment.c.number,
            t.building.c.name.label("building"),
        )
        .join(t.holder, t.holder.c.id == t.resident.c.id)
        .join(t.apartment, t.apartment.c.id == t.resident.c.apartment_id)
        .join(t.building, t.building.c.id == t.apartment.c.building_id)
        .where(t.holder.c.community_id == community_id)
        .order_by(t.holder.c.name_fold, t.holder.c.id)
    )


def _matches(word: str) -> ColumnElement[bool]:
    return or_(
        word_starts(t.holder.c.name_fold, word),
        t.apartment.c.number == word,
        t.building.c.name_fold == word,
    )


def _named(rows: Sequence[Row[tuple[int, str, str, str, str]]]) -> str:
    names = [f"{title_of(row.name, row.building, row.number)} ({row.id})" for row in rows[:NAMED_CANDIDATES]]
    return "; ".join(names) + ("; …" if len(rows) > NAMED_CANDIDATES else "")
