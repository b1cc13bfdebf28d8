"""The one door into the backend for screens and commands: it opens a site and holds its services.

Importing this module loads neither the database nor the models: `start` does, after the first paint.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from backend.domain.context import Clock, Context, system_clock
from backend.domain.errors import NotFound
from backend.files import Files
from backend.served import Served

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.domain.filter import FieldSpec, Filter
    from backend.store.feed import ChangeFeed
    from backend.store.store import Store


class Engine(Served):
    """A site and its services; cheap to make, usable from several threads after `start`.

    Every service method is synchronous and blocks on the database: screens call it in a thread.
    """

    feed: ChangeFeed
    """Tells of every commit, of whatever process; `subscribe` answers how to end that."""

    def __init__(self, root: Path, *, clock: Clock = system_clock) -> None:
        super().__init__()
        self.root = root
        self.clock = clock
        self.files = Files(self)

    @property
    def started(self) -> bool:
        """Whether the site is open."""
        return self._store is not None

    def start(self) -> None:
        """Open the site; a schema that is behind is brought up first, with a verified backup.

        Raises NotFound where there is no site, Unreachable when it cannot be used. Takes some tenths of a second.
        """
        from backend.store.opening import open_site

        self._attach(open_site(self.root, clock=self.clock))

    def is_current(self) -> bool:
        """Whether `start` would only open the site: there is one, and its schema is the one that the code knows."""
        from backend.store.migrate import needs_migration
        from backend.store.site import Site

        database = Site(self.root).database
        return database.exists() and needs_migration(database) == "none"

    def close(self) -> None:
        """Let go of the site; an engine that never started closes too."""
        store, self._store = self._store, None
        if store is not None:
            self.feed.stop()
            store.close()

    async def __aenter__(self) -> Engine:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await asyncio.to_thread(self.close)

    @staticmethod
    def create(
        root: Path,
        *,
        community: str,
        timezone: str,
        admin_email: str,
        admin_name: str,
        password: str,
        key_file: bool = False,
        country: str = "",
        clock: Clock = system_clock,
    ) -> Engine:
        """Make a site with its community and first installer, and answer its engine, started.

        Raises Invalid (community, timezone, email, name, password) before anything is written, Conflict (site) when
        there is a site in `root` already, Unreachable.
        """
        from backend.services.setup import check_first, insert_first
        from backend.store.opening import create_site

        first = check_first(
            community=community,
            timezone=timezone,
            country=country,
            email=admin_email,
            name=admin_name,
            password=password,
        )
        engine = Engine(root, clock=clock)
        store = create_site(root, key_file=key_file, clock=clock)
        try:
            insert_first(store, first)
        except BaseException:
            store.close()
            store.path.unlink()
            raise
        engine._attach(store)
        return engine

    def parse_filter(self, record: str, context: Context, text: str) -> Filter:
        """A filter on a record type from its expression; times are those of the actor's community. Raises Invalid."""
        from backend.domain.filter import parse

        return parse(text, _specs(record), now=self.clock(), zone=self._zone(context))

    def complete_filter(self, record: str, text: str, cursor: int) -> list[str]:
        """What may be written on at `cursor`, the likeliest first."""
        from backend.domain.filter import complete

        return complete(text, cursor, _specs(record))

    def poke(self) -> None:
        """Wake the site's agent; every commit of this engine does so by itself."""
        from backend.store.poke import poke
        from backend.store.site import Site

        poke(Site(self.root))

    def _zone(self, context: Context) -> str:
        """The time zone of the actor's community (edge case 24)."""
        from backend.services.communities import community_row

        assert self._store is not None, "start() comes first"
        with self._store.read() as connection:
            return str(community_row(connection, context.community_id).timezone)

    def _attach(self, store: Store) -> None:
        """Begin to tell of changes, and wake the agent after each commit."""
        from backend.store.feed import ChangeFeed

        try:
            self.feed = ChangeFeed(store)
        except BaseException:
            store.close()
            raise
        store.after_commit.append(lambda _topics: self.poke())
        self._store = store


def _specs(record: str) -> Sequence[FieldSpec]:
    from backend.catalog.registry import RECORDS
    from backend.catalog.specs import filter_specs

    if record not in RECORDS:
        raise NotFound(f"There is no list of {record}.")
    return filter_specs(RECORDS[record])
