"""A table of cells as a file or the clipboard holds it, before anybody has said what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

Value = str | int | float | bool | date | None
"""What a cell holds: text as typed, or what a spreadsheet made of it (edge case 11)."""


class SheetRow(NamedTuple):
    """One row with its number in the file, from 1; `hidden` when the file does not show it.

    Its cells may be codes and stay out of the repr.
    """

    number: int
    cells: tuple[Value, ...]
    hidden: bool = False

    def __repr__(self) -> str:
        return f"SheetRow({self.number})"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet that are not blank; `source` is the name of the file, "" for what was pasted."""

    source: str
    name: str
    rows: tuple[SheetRow, ...]


def column_letter(index: int) -> str:
    """The letter of a column, counted from 0: A, B, ... Z, AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def text_of(value: Value) -> str:
    """A cell as text: a whole number without its decimal point, a date in ISO form, nothing as ""."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return str(value)
