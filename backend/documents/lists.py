"""A list as a file: every row that is filtered, in the list's order, in words instead of codes (feature APT-05)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from backend.catalog.model import Field, Kind, Record
from backend.catalog.states import told as state_in_words
from backend.catalog.words import label_of
from backend.documents.writer import write_rows
from backend.documents.xlsx import MOST_ROWS, Value
from backend.domain.errors import Invalid
from backend.domain.formats import zone_info
from backend.domain.paging import ListPages, ListRow

PAGE = 500
"""Rows that are read at once."""

Told = Callable[[int, int], bool]
"""Takes the rows written and the rows there are, and answers whether to go on."""


class _Stopped(Exception):
    """Whoever asked for the file has had enough."""


def write_list(path: Path, record: Record, pages: ListPages, zone: str, told: Told) -> int | None:
    """Write the rows of `pages` under the record's labels and answer how many; None, and no file, when stopped.

    Instants are written in the IANA zone `zone`, as 2026-11-27 18:05:00+01:00. Raises Forbidden, Invalid (path).
    """
    fields = record.in_files()
    local = zone_info(zone)
    total = pages.count()  # asks for the permission before a file is made
    if path.suffix.lower() == ".xlsx" and total > MOST_ROWS:
        raise Invalid({"path": f"An xlsx holds {MOST_ROWS:,} rows, these are {total:,}. Filter them, or take .csv."})
    found = _all(pages, total, told)
    rows = (tuple(_value(field, row.values.get(field.name), local) for field in fields) for row in found)
    try:
        return write_rows(path, [field.label for field in fields], rows, title=record.title)
    except _Stopped:
        return None


def _all(pages: ListPages, total: int, told: Told) -> Iterator[ListRow]:
    done = 0
    page = pages.first(PAGE)
    while page:
        yield from page
        done += len(page)
        if not told(done, max(done, total)):
            raise _Stopped
        page = pages.after(page[-1].key, PAGE)


def _value(field: Field, value: Any, zone: ZoneInfo) -> Value:
    """A value as a file holds it: words for codes, ISO for times, figures for figures."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        there = value.astimezone(zone)
        return there.date().isoformat() if field.kind is Kind.DATE else there.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, int | float):
        return value
    if field.vocabulary:
        return state_in_words(field.vocabulary, str(value))
    return label_of(field.choices, str(value))
