"""Column types shared by every table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator

Id = BigInteger().with_variant(Integer, "sqlite")
"""A row id on every database: SQLite gives rowids only to INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in UTC in Python, without a zone in the database; naive values raise ValueError."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any | None], Any]:
        """From the database; one call a value and none for what is empty, as lists have thousands of them."""
        read = self.impl_instance.result_processor(dialect, coltype)

        def process(value: Any | None) -> Any:
            if value is None:
                return None
            found: Any = value if read is None else read(value)
            return found.replace(tzinfo=UTC)

        return process
