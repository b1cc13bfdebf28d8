"""`python -m backend.documents.unpacking ROWS`: the spreadsheet on standard input as JSON on standard output.

It runs with a limit on memory and time: whatever a hostile or broken file makes the reader do ends this process only.
"""

from __future__ import annotations

import gc
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 1_500_000_000
"""Bytes of address space."""
SECONDS = 25
PART_LARGEST = 250_000_000
"""Bytes of one part of the package that are looked through for hidden rows."""

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")


def main() -> None:
    """Read, answer, and say in one word what could not be read."""
    gc.disable()  # the process ends before there is anything worth collecting
    _limit()
    try:
        answer = _read(sys.stdin.buffer.read(), int(sys.argv[1]))
    except MemoryError:
        answer = {"refused": "memory"}
    except BaseException as error:
        answer = {"refused": "password" if type(error).__name__ == "PasswordError" else "damaged"}
    sys.stdout.write(json.dumps(answer, default=_dated, separators=(",", ":")))


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on every system
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(data: bytes, most: int) -> dict[str, Any]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    hidden = _hidden_rows(data) if b"xl/workbook.xml" in data else {}
    sheets = []
    for one in book.sheets_metadata:
        if one.visible is not SheetVisibleEnum.Visible or one.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(one.name)
        if sheet.height > most:
            return {"refused": "rows"}
        first = sheet.start[0] + 1 if sheet.start else 1
        left = [None] * sheet.start[1] if sheet.start else []
        cells = sheet.to_python()
        whole: Iterable[list[Any]] = (left + row for row in cells) if left else cells
        rows = list(enumerate(whole, start=first))
        _spread(rows, first, sheet.merged_cell_ranges or ())
        sheets.append({"name": one.name, "rows": rows, "hidden": hidden.get(one.name, [])})
    return {"sheets": sheets}


def _spread(rows: list[tuple[int, list[Any]]], first: int, merged: Any) -> None:
    """Write the value of merged cells into each row that they cover: a building's name beside its people."""
    for (top, left), (bottom, _right) in merged:
        at = top + 1 - first
        if not 0 <= at < len(rows) or left >= len(rows[at][1]):
            continue
        value = rows[at][1][left]
        for _, cells in rows[at + 1 : bottom + 2 - first]:
            cells[left] = value


def _hidden_rows(data: bytes) -> dict[str, list[int]]:
    """Sheet -> the numbers of the rows that the file does not show; nothing where that cannot be told."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        try:
            book = package.read("xl/workbook.xml")
            relations = package.read("xl/_rels/workbook.xml.rels")
        except KeyError:
            return {}
        targets = {}
        for relation in _RELATION.findall(relations):
            named = dict(_ATTRIBUTE.findall(relation))
            targets[named.get(b"Id")] = named.get(b"Target", b"").decode("utf-8", "replace")
        found = {}
        for tag in _SHEET.findall(book):
            named = dict(_ATTRIBUTE.findall(tag))
            target = targets.get(named.get(b"r:id"), "").removeprefix("/xl/").removeprefix("xl/")
            part = f"xl/{target}"
            if part in package.namelist() and package.getinfo(part).file_size <= PART_LARGEST:
                found[_name(named.get(b"name", b""))] = _numbers(package.read(part))
    return found


def _name(written: bytes) -> str:
    from html import unescape

    return unescape(written.decode("utf-8", "replace"))


def _numbers(part: bytes) -> list[int]:
    if b'hidden="' not in part:
        return []
    rows = (dict(_ATTRIBUTE.findall(tag)) for tag in _ROW.findall(part))
    return [int(row[b"r"]) for row in rows if row.get(b"hidden") in (b"1", b"true") and row.get(b"r", b"").isdigit()]


def _dated(value: Any) -> dict[str, str]:
    if isinstance(value, datetime):
        return {"date": value.date().isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time | timedelta):
        return {"date": "1900-01-01"}
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    main()
