"""What every record is, and what a write answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a write answers: the record, the operation's number (what `u` takes back) and, per device concerned, the
    generation that has to be done before the door holds the change."""

    id: int
    operation: int
    doors: dict[int, int] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    """What was asked for and not done, by field, while the rest was (edge case 33)."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """An answer that was kept as JSON, which knows no numbers as keys."""
        return cls(**{**told, "doors": {int(device_id): generation for device_id, generation in told["doors"].items()}})

    def with_doors(self, doors: Mapping[int, int]) -> Self:
        """The answer once another slice has made these doors wait as well."""
        return replace(self, doors={**self.doors, **doors})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A door that does not hold a change yet, with the reason in words."""

    device_id: int
    device: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many doors hold a change: the "5 of 6 doors" of the status line."""

    done: int
    total: int
    waiting: tuple[Waiting, ...] = ()
