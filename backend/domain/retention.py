"""What is kept for how long, and what there is of it (rules 1.2, 10; features LOG-07, SET-05)."""

from __future__ import annotations

from datetime import datetime

from backend.domain.frozen import Frozen


class Kept(Frozen):
    """One kind of row: how many there are, how many of them are too old, and for how many days they are kept.

    0 days: it goes as soon as it is over.
    """

    name: str
    label: str
    days: int
    rows: int
    due: int


class RetentionRecord(Frozen):
    """The figures of a community; `purged_at` is when old rows were last taken away, None for never yet."""

    days: int
    purged_at: datetime | None
    purged: dict[str, int]
    """How many went then, by name."""
    kinds: tuple[Kept, ...]
