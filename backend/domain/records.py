"""What every record is, and what a write answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that nobody changes and that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Saved(Frozen):
    """What a write answers: the record, the operation's number (what `u` takes back) and, per device concerned, the
    generation that has to be done before the door holds the change."""

    id: int
    operation: int
    doors: dict[int, int] = {}
    skipped: dict[str, str] = {}
    """What was asked for and not done, by field, while the rest was (edge case 33)."""


class Waiting(Frozen):
    """A door that does not hold a change yet, with the reason in words."""

    device_id: int
    device: str
    reason: str


class Progress(Frozen):
    """How many doors hold a change: the "5 of 6 doors" of the status line."""

    done: int
    total: int
    waiting: tuple[Waiting, ...] = ()
