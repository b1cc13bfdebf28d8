"""Tables for people: columns that fit the terminal, or lines with tabs where no terminal is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from backend.domain.names import printable

GAP = 2
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, whether its values stand at the right, and how early it goes where room is short.

    The highest `importance` goes first, as on the lists of the app; 0 stays.
    """

    title: str
    align_right: bool = False
    importance: int = 0


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text under their headings; nothing in them is read as markup.

    A terminal gets the columns it has room for, a pipe or a file gets all of them with tabs between.
    """
    safe = [[printable(text) for text in row] for row in rows]
    if not sys.stdout.isatty():
        for line in ([column.title for column in columns], *safe):
            click.echo("\t".join(line))
        return
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    widths = [
        max(cell_len(text) for text in (column.title, *texts)) for column, *texts in zip(columns, *safe, strict=True)
    ]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    shown = _fitting(columns, widths, console.width)
    for place in shown:
        column = columns[place]
        table.add_column(Text(column.title), justify="right" if column.align_right else "left", overflow="fold")
    for row in safe:
        table.add_row(*(Text(row[place]) for place in shown))
    console.print(table)


def _fitting(columns: Sequence[Column], widths: Sequence[int], room: int) -> list[int]:
    """The places of the columns that fit into `room` cells, in their order."""
    shown = list(range(len(columns)))
    while sum(widths[place] + GAP for place in shown) - GAP > room:
        least = max(shown, key=lambda place: (columns[place].importance, place))
        if not columns[least].importance:
            break
        shown.remove(least)
    return shown
