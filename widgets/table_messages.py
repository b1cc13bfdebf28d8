"""What a virtual table tells its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from widgets.table_source import Column, Row
from widgets.table_ticks import Ticks

if TYPE_CHECKING:
    from widgets.table import VirtualTable


class TableMessage(Message):
    """Base of the messages of a table; `table` is who sent it."""

    def __init__(self, table: VirtualTable) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> VirtualTable:
        """The table, for `@on(..., "#selector")`."""
        return self.table


class CursorMoved(TableMessage, namespace="virtual_table"):
    """The cursor is on another record, or on none. A pane that follows it waits 80 ms before it asks anything."""

    def __init__(self, table: VirtualTable, row: Row | None) -> None:
        super().__init__(table)
        self.row = row


class RowSelected(TableMessage, namespace="virtual_table"):
    """Enter was pressed on a row, or it was clicked twice."""

    def __init__(self, table: VirtualTable, row: Row) -> None:
        super().__init__(table)
        self.row = row


class TicksChanged(TableMessage, namespace="virtual_table"):
    """Other rows are ticked; `count` is how many, as far as the number of rows is known."""

    def __init__(self, table: VirtualTable, ticks: Ticks, count: int) -> None:
        super().__init__(table)
        self.ticks = ticks
        self.count = count


class FollowChanged(TableMessage, namespace="virtual_table"):
    """A log is followed, or not any more, or more new rows wait below."""

    def __init__(self, table: VirtualTable, following: bool, new_below: int) -> None:
        super().__init__(table)
        self.following = following
        self.new_below = new_below


class CountKnown(TableMessage, namespace="virtual_table"):
    """How many rows there are: an estimate first, exact later."""

    def __init__(self, table: VirtualTable, count: int, exact: bool) -> None:
        super().__init__(table)
        self.count = count
        self.exact = exact


class SortWanted(TableMessage, namespace="virtual_table"):
    """The head of a sortable column was clicked."""

    def __init__(self, table: VirtualTable, column: Column) -> None:
        super().__init__(table)
        self.column = column


class LoadFailed(TableMessage, namespace="virtual_table"):
    """The source raised; nothing more is asked until `reload` or `set_source`."""

    def __init__(self, table: VirtualTable, error: Exception) -> None:
        super().__init__(table)
        self.error = error
