"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, before any change of daylight saving time in Europe."""


class FakeClock:
    """Answers the same instant until `advance`; give it wherever a `Clock` is wanted."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta | None = None, **parts: float) -> datetime:
        """Move on by `span` or by parts, as in `advance(minutes=5)`; answers the new instant."""
        self.now += span if span is not None else timedelta(**parts)
        return self.now
