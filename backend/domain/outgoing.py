"""Texts of the Outbox as screens and commands read them (features AGT-07, AGT-09; rules 7.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from backend.domain.enums import OutgoingKind, OutgoingState
from backend.domain.formats import Formats
from backend.domain.names import printable

TRIES = 5
"""Tries of one text before it becomes a dead letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRecord:
    """A text without what it says: `answer` has the last words of the server, `attempt` the tries made of `TRIES`."""

    id: int
    kind: OutgoingKind
    purpose: str
    address: str
    about: str
    state: OutgoingState
    attempt: int
    answer: str
    made_at: datetime
    not_before: datetime | None
    useful_until: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingText:
    """A text whole: it may hold a password or a code. `pictures` are (name, PNG bytes)."""

    record: OutgoingRecord
    subject: str = field(repr=False)
    text: str = field(repr=False)
    pictures: tuple[tuple[str, bytes], ...] = field(repr=False, default=())


def letter(text: OutgoingText, formats: Formats) -> list[str]:
    """A text as lines for a page or a sheet of paper: to whom, when, about what, then what it says."""
    record = text.record
    head = [
        ("To", record.address),
        ("About", record.about),
        ("Made", formats.moment(record.made_at)),
        ("Subject", text.subject),
        ("With", ", ".join(name for name, _ in text.pictures)),
    ]
    lines = [f"{label:<9}{value}" for label, value in head if value]
    return [*(printable(line) for line in lines), "", *(printable(line) for line in text.text.splitlines())]
