"""The reservations of a resident on their page: Enter goes to one (feature BOOK-02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from backend.catalog.states import drawn
from backend.domain.formats import Formats
from screens.base.session import Session
from widgets.panel import Panel
from widgets.table import VirtualTable
from widgets.table_source import Cell, Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.paging import ListRow

MOST = 100
"""Reservations that stand here, the latest first; the list of Bookings has them all."""
COLUMNS = (
    Column("amenity", "Amenity", width=0, importance=4),
    Column("starts_at", "Start", width=16, importance=5),
    Column("ends_at", "End", width=16, importance=1),
    Column("status", "Status", width=13, importance=3),
)


class ReservationsPanel(Panel):
    """Not there while the resident has reserved nothing."""

    def __init__(self) -> None:
        super().__init__(heading="Reservations", keys="Tab here · Enter details", id="reservations")

    def compose(self) -> ComposeResult:
        """A short table."""
        yield VirtualTable(columns=COLUMNS, id="reservation-rows")

    def on_mount(self) -> None:
        """Nothing is known yet."""
        super().on_mount()
        self.display = False

    async def read(self, session: Session, resident_id: int) -> None:
        """Read what this resident has reserved, the latest first."""
        if session.may("booking.read"):
            rows, count = await session.ask(_reserved, session, resident_id)
            self.display = bool(rows)
            self.figure = ((f"{count:,}", "$sp-t2"),)
            self.query_one(VirtualTable).set_source(ListSource(_drawn(rows, session.formats)))


def _reserved(session: Session, resident_id: int) -> tuple[list[ListRow], int]:
    from backend.domain.filter import Filter, Term
    from backend.domain.paging import ListQuery

    wanted = Filter((Term("resident_id", "eq", (resident_id,)),))
    found = session.engine.bookings.list(session.context, ListQuery(wanted))
    return found.first(MOST), found.count()


def _drawn(rows: Sequence[ListRow], formats: Formats) -> list[Row]:
    return [_row(at, row, formats) for at, row in enumerate(rows)]


def _row(at: int, row: ListRow, formats: Formats) -> Row:
    values, look = row.values, drawn("booking", str(row.values["status"]))
    state = Cell(look.word, look.symbol, look.word_tone, look.symbol_tone)
    moments = (formats.moment(values[name]) for name in ("starts_at", "ends_at"))
    return Row(row.id, (at, row.id), (Cell(str(values["amenity"]), tone="t1"), *moments, state))
