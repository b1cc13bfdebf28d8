"""Why keys and people who are gone are refused, in words of their own: a key is used up, a person was deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from backend.domain.access.brief import WORDS
from backend.domain.access.explain import door_of
from backend.domain.access.results import Explanation, Reason
from backend.domain.access.rules import Rules
from backend.domain.enums import HolderKind
from backend.domain.temp_keys import KeyState
from backend.services.temp_key_rows import key_state
from backend.store import tables as t
from backend.store.rows import chunks

KEYS = frozenset({HolderKind.VISITOR, HolderKind.BOOKING})
"""Holders that are no people."""

_DELETED = "deleted"
_ENDED = {KeyState.USED_UP: "used up", KeyState.EXPIRED: "over"}
_OUT = (Reason.CREDENTIAL_GONE, Reason.HOLDER_SUSPENDED)


@dataclass(frozen=True, slots=True)
class Ended:
    """A key, or somebody who was deleted: what became of it in a word, "" for a key that goes on."""

    key: bool
    word: str

    def brief(self, words: str) -> str:
        """The few words that a row of the log has for a person who is refused, as they are said here."""
        if self.word and words in [WORDS[reason] for reason in _OUT]:
            return f"key {self.word}" if self.key else self.word
        return "not for this door" if self.key and words == WORDS[Reason.NO_GROUP] else words

    def told(self, found: Explanation, rules: Rules, holder_id: int, relay_id: int) -> Explanation:
        """The explanation of a refusal, in these words."""
        holder = rules.holders.get(holder_id)
        if holder is None or found.allowed:
            return found
        name = f"The key of {holder.name}" if self.key else holder.name
        if self.word and found.reason in _OUT:
            return replace(found, sentence=f"{name} {'was' if self.word == _DELETED else 'is'} {self.word}.")
        if self.key and found.reason is Reason.NO_GROUP:
            return replace(found, sentence=f"{name} is not for {door_of(rules, relay_id)}.")
        return found


def ended(connection: Connection, holder_ids: Iterable[int], at: datetime) -> dict[int, Ended]:
    """What became of these keys, and of the people among these who were deleted by then; all others are left out."""
    h, k = t.holder, t.temp_key
    found = {}
    for part in chunks(sorted(set(holder_ids))):
        columns: tuple[Any, ...] = (h.c.id, h.c.kind, h.c.removed_at, k.c.each_count)
        query = select(*columns).outerjoin(k, k.c.id == h.c.id).where(h.c.id.in_(part))
        for row in connection.execute(query).all():
            key = row.kind in KEYS
            if row.removed_at is not None and row.removed_at <= at:
                found[row.id] = Ended(key, _DELETED)
            elif row.kind == HolderKind.BOOKING.value:
                found[row.id] = Ended(key, "over")
            elif key:
                found[row.id] = Ended(key, _ENDED.get(key_state(connection, row, at), ""))
    return found
