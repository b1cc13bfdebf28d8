"""A list as a screen or a command reads it: page by page, each page with its own permission check."""

from __future__ import annotations

from contextlib import AbstractContextManager

from sqlalchemy import Connection

from backend.domain.context import Context
from backend.domain.paging import Key, ListQuery, ListRow
from backend.store.listing import Listing
from backend.store.store import Store


class ListHandle:
    """One filtered and sorted list; every method blocks on the database and raises Forbidden without the permission."""

    def __init__(self, store: Store, context: Context, permission: str, listing: Listing, query: ListQuery) -> None:
        self._store = store
        self._context = context
        self._permission = permission
        self._listing = listing
        self._query = query

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for one page; raises Forbidden without the permission."""
        return self._store.read(self._context, self._permission)

    def told(self, connection: Connection, rows: list[ListRow]) -> list[ListRow]:
        """The rows of a page as they are handed out; a list whose rows need more than its query overrides it."""
        del connection
        return rows

    def first(self, limit: int) -> list[ListRow]:
        """The first rows in display order."""
        with self.reading() as connection:
            return self.told(connection, self._listing.rows(connection, self._query, limit=limit))

    def last(self, limit: int) -> list[ListRow]:
        """The last rows in display order."""
        with self.reading() as connection:
            return self.told(connection, self._listing.rows(connection, self._query, last=True, limit=limit))

    def after(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that follow `key`."""
        with self.reading() as connection:
            return self.told(connection, self._listing.rows(connection, self._query, after=key, limit=limit))

    def before(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that precede `key`, in display order."""
        with self.reading() as connection:
            return self.told(connection, self._listing.rows(connection, self._query, before=key, limit=limit))

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[ListRow]]:
        """Rows near a fraction 0..1 of the list with their approximate rank, for scrollbar jumps."""
        with self.reading() as connection:
            rank, rows = self._listing.rank(connection, self._query, fraction, limit)
            return rank, self.told(connection, rows)

    def estimate(self) -> int:
        """About how many rows there are, at once."""
        with self.reading() as connection:
            return self._listing.estimate(connection, self._query)

    def count(self) -> int:
        """How many rows there are; may take long on a large log."""
        with self.reading() as connection:
            return self._listing.count(connection, self._query)

    def seek(self, row_id: int) -> Key | None:
        """The place of a record in this list, None when it is not in it."""
        with self.reading() as connection:
            return self._listing.key_of(connection, self._query, row_id)
