"""What help says beside the keys: the signs, and filters by example."""

from __future__ import annotations

SIGNS = (
    ("✓", "ok", "in sync, read back"),
    ("◐", "warn", "pending, on its way"),
    ("≠", "warn", "drift, the door differs"),
    ("×", "bad", "red, failed, refused"),
    ("●", "ok", "online, opened, valid"),
    ("○", "t2", "offline, inactive"),
    ("▲", "warn", "know before you act"),
    ("■", "acc", "ticked"),
)
"""Sign, tone, meaning."""

FILTERS = (
    ("anna kowal", "rows with these words"),
    ("b:A status:active", "fields, by their short names too"),
    ("expires<2027-01-01", "before a day"),
    ("-type:member", "not"),
    ("gym night", "words for time: today, night, last-week, 2h, on:fr"),
)
"""What is typed after `/`, and what it finds."""
