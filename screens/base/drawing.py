"""From the values of a list row to the cells of a table, by what the catalog says of each field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from textual.content import Content

from backend.catalog.model import Field, Kind, Record
from backend.catalog.states import drawn
from backend.domain.formats import Formats, age, figure
from widgets.table_source import Cell, Column, Key, Row
from widgets.text import Part, clean, fit, pad, width_of

if TYPE_CHECKING:
    from backend.domain.paging import ListPages, ListRow

Draw = Callable[[Field, dict[str, Any], bool], "str | Cell"]
"""Draws the cell of a field from the values of its row; True for the first column."""

NONE = Cell("–", tone="t3")


def columns_of(record: Record) -> list[Column]:
    """The columns of a record type's list."""
    return [
        Column(
            field.name,
            field.label,
            width=field.width,
            align="right" if field.align_right else "left",
            importance=-field.importance,
            truncate="middle" if field.truncate_middle else "end",
            sortable=field.sorted,
        )
        for field in record.listed()
    ]


def cell_of(field: Field, value: Any, formats: Formats, now: datetime, *, first: bool = False) -> str | Cell:
    """One cell; a state is drawn by its vocabulary, and "state:count" puts the count before the word."""
    tone = "t1" if first else "t2"
    if value is None or value == "":
        return NONE
    if field.kind is Kind.STATE:
        return state_cell(field.vocabulary, str(value))
    if field.kind is Kind.FLAG:
        return Cell("Yes" if value else "No", tone=tone)
    if field.kind is Kind.INSTANT:
        return Cell(formats.moment(value, seconds=True) if isinstance(value, datetime) else str(value), tone=tone)
    if field.kind is Kind.DATE:
        return Cell(formats.day(value), tone=tone)
    if field.kind is Kind.AGE:
        return Cell(age(max(timedelta(0), now - value)), tone="t3")
    if field.kind is Kind.INTEGER:
        return Cell(figure(int(value)), tone=tone)
    if field.kind is Kind.CHOICE:
        label = next((choice.label for choice in field.choices if choice.value == value), str(value))
        return Cell(label, tone=tone)
    return Cell(str(value), tone=tone)


def state_cell(vocabulary: str, value: str) -> Cell:
    """A state as symbol and word; "pending:3" becomes "3 pending"."""
    state, _, count = value.partition(":")
    look = drawn(vocabulary, state)
    return Cell(f"{count} {look.word}" if count else look.word, look.symbol, look.word_tone, look.symbol_tone)


def column(text: str, width: int) -> str:
    """A text in a column of `width` cells, the last of which stays free."""
    return pad(fit(clean(text), width - 1), width)


def wrapped(text: str, width: int, style: str, before: Part = ("", "")) -> list[tuple[Part, ...]]:
    """A sentence over as many lines of `width` cells as it takes, each with `before` at its start."""
    room = max(8, width - len(before[0]))
    return [(before, (line.plain, style)) for line in Content(clean(text)).wrap(room)]


def folded(line: tuple[Part, ...], width: int) -> list[tuple[Part, ...]]:
    """A label with its text, over as many lines of `width` cells as the text takes; one that fits stays as it is."""
    label, *parts = line
    text = "".join(part[0] for part in parts)
    if Content(label[0] + text).cell_length <= width:
        return [line]
    first, *more = wrapped(text, width, parts[-1][1], (" " * len(label[0]), label[1]))
    return [(label, *first[1:]), *more]


def beside(left: Sequence[tuple[Part, ...]], right: Sequence[tuple[Part, ...]], width: int) -> list[tuple[Part, ...]]:
    """Two blocks of lines side by side, the left one `width` cells wide."""
    rows = max(len(left), len(right))
    return [
        (*_filled(left[at] if at < len(left) else (), width), *(right[at] if at < len(right) else ()))
        for at in range(rows)
    ]


def _filled(line: tuple[Part, ...], width: int) -> tuple[Part, ...]:
    """A line of exactly `width` cells."""
    made: list[Part] = []
    room = width
    for text, style in line:
        cut = fit(clean(text), room)
        made.append((cut, style))
        room -= width_of(cut)
    return (*made, (" " * room, ""))


class DrawnSource:
    """A list of the engine as a table reads it."""

    def __init__(self, record: Record, handle: ListPages, draw: Draw) -> None:
        self._fields = record.listed()
        self._handle = handle
        self._draw = draw

    def first(self, limit: int) -> list[Row]:
        """The first rows."""
        return self._rows(self._handle.first(limit))

    def last(self, limit: int) -> list[Row]:
        """The last rows."""
        return self._rows(self._handle.last(limit))

    def after(self, key: Key, limit: int) -> list[Row]:
        """The rows after `key`."""
        return self._rows(self._handle.after(key, limit))

    def before(self, key: Key, limit: int) -> list[Row]:
        """The rows before `key`."""
        return self._rows(self._handle.before(key, limit))

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[Row]]:
        """Rows near a fraction of the list."""
        rank, rows = self._handle.around_rank(fraction, limit)
        return rank, self._rows(rows)

    def estimate(self) -> int:
        """About how many rows."""
        return self._handle.estimate()

    def count(self) -> int:
        """How many rows."""
        return self._handle.count()

    def seek(self, row_id: int) -> Key | None:
        """The place of a record."""
        return self._handle.seek(row_id)

    def _rows(self, rows: list[ListRow]) -> list[Row]:
        return [
            Row(row.id, row.key, tuple(self._draw(field, row.values, at == 0) for at, field in enumerate(self._fields)))
            for row in rows
        ]
