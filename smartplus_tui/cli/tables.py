"""Tables for people: columns that fit the terminal, or lines with tabs where no terminal is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from backend.domain.names import printable


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and whether its values stand at the right."""

    title: str
    align_right: bool = False


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text under their headings; nothing in them is read as markup."""
    safe = [[printable(text) for text in row] for row in rows]
    if not sys.stdout.isatty():
        for line in ([column.title for column in columns], *safe):
            click.echo("\t".join(line))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(Text(column.title), justify="right" if column.align_right else "left", overflow="fold")
    for row in safe:
        table.add_row(*(Text(text) for text in row))
    Console(highlight=False, markup=False, emoji=False).print(table)
