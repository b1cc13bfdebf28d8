"""`smartplus tail`: the door log live (feature LOG-09)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from backend.catalog.door_logs import DOOR_LOG
from backend.domain.filter import Filter, Term
from backend.domain.paging import ListQuery
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit_line, say, tell

if TYPE_CHECKING:
    from backend.domain.paging import ListRow

LATE = timedelta(hours=1)
"""How late a door may tell of an event that is still printed: one that was offline tells afterwards."""
PAGE = 500


class Follower:
    """Finds the lines that were not there before; each once, in the order of their time."""

    def __init__(self, call: Call, expression: str | None) -> None:
        self._call = call
        self._filter = call.engine.parse_filter(DOOR_LOG.name, call.context, expression) if expression else Filter(())
        self._seen: dict[int, datetime] = {}
        self.new()

    def new(self) -> list[ListRow]:
        """The lines that came since the last call."""
        since = self._call.engine.clock() - LATE
        terms = (*self._filter.terms, Term("happened_at", "ge", (since,)))
        handle = self._call.engine.list(DOOR_LOG.name, self._call.context, ListQuery(Filter(terms)))
        page = handle.first(PAGE)
        found = list(page)
        while len(page) == PAGE:
            page = handle.after(page[-1].key, PAGE)
            found += page
        fresh = [row for row in found if row.id not in self._seen]
        self._seen = {row.id: row.values["happened_at"] for row in found}
        return fresh


@click.command(cls=Command)
@click.argument("expression", required=False, metavar="[EXPR]")
@pass_call
def tail(call: Call, expression: str | None) -> None:
    """Follow the door log until interrupted.

    EXPR is a filter as in every list. With --json each line is a JSON document.
    """
    changed = threading.Event()
    unsubscribe = call.engine.feed.subscribe(lambda topics: changed.set() if "door_logs" in topics else None)
    try:
        follower = Follower(call, expression)
        say("Following the door log. Ctrl+C ends it.")
        while True:
            changed.wait()
            changed.clear()
            for row in follower.new():
                _print(call, row)
    except KeyboardInterrupt:
        return
    finally:
        unsubscribe()


def _print(call: Call, row: ListRow) -> None:
    if call.json:
        emit_line({"id": row.id, **row.values}, call.formats)
        return
    cells = call.cells
    names = ("happened_at", "device", "door", "initiated_by", "apartment", "action", "key", "response", "reason")
    texts = (cells.text(DOOR_LOG.field(name), row.values[name]) for name in names)
    tell("  ".join(text for text in texts if text))
