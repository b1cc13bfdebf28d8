"""Rows written as a spreadsheet, xlsx or csv (features APT-05, RES-10, LOG-01)."""

from __future__ import annotations

import csv
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path

from backend.domain.errors import Invalid

Value = str | int | float | None
"""What a cell holds; text stays text, whatever it looks like."""

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""

TEXT_FORMAT = "@"
"""The number format of xlsx that keeps "0101" what it is, also when it is typed over (edge case 11)."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that no xlsx can hold."""

MOST_ROWS = 1_048_575
"""Rows below the headings that an xlsx can hold."""
NARROWEST, WIDEST = 10, 60
"""Characters of a column at least and at most."""
_SHEET_LONGEST = 31


def write_rows(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    title: str = "",
    hints: Sequence[str] = (),
) -> int:
    """Write `rows` under the headings `columns` and answer how many there were; the suffix of `path` says the format.

    `hints` stand as comments at the headings of an xlsx: what may be written below. Of a csv they are left out.
    A text that begins like a formula stays a text: in xlsx as such, in csv behind an apostrophe. The file is there
    whole or not at all, readable by its owner only, and replaces one of its name; an error while the rows are read
    leaves what was there. Raises Invalid (path) for another suffix and where nothing can be written.
    """
    write = _FORMS.get(path.suffix.lower())
    if write is None:
        raise Invalid({"path": f"The name ends in {' or '.join(_FORMS)}."})
    if path.is_dir():
        raise Invalid({"path": f"{path} is a folder. Add the name of a file."})
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=f".part{path.suffix}", dir=path.parent)
    except OSError as error:
        raise Invalid({"path": f"{path} cannot be written: {error.strerror or error}."}) from error
    os.close(handle)
    part = Path(name)
    try:
        count = write(part, columns, rows, title, hints)
        part.chmod(0o600)
        part.replace(path)
    except OSError as error:
        raise Invalid({"path": f"{path} cannot be written: {error.strerror or error}."}) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return count


def _write_xlsx(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[Value]], title: str, hints: Sequence[str]
) -> int:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    for number, name in enumerate(columns, start=1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = min(WIDEST, max(NARROWEST, len(name) + 4))
        column.number_format = TEXT_FORMAT  # for what is typed below the rows

    def cell(value: Value) -> object:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, _CONTROL.sub("", value))
        made.data_type = "s"
        made.number_format = TEXT_FORMAT
        if value.startswith(RISKY):
            made.quotePrefix = True  # else it becomes a formula as soon as somebody types in it
        return made

    def heading(name: str, hint: str) -> object:
        made = WriteOnlyCell(sheet, _CONTROL.sub("", name))
        made.data_type = "s"
        made.font = Font(bold=True)
        if hint:
            made.comment = Comment(hint, "SmartPlus", height=90, width=240)
        return made

    count = 0
    try:
        sheet.append([heading(name, hint) for name, hint in zip_longest(columns, hints, fillvalue="")])
        for row in rows:
            sheet.append([cell(value) for value in row])
            count += 1
    except BaseException:
        sheet.close()  # ends the sheet's own temporary file
        Path(sheet._writer.out).unlink(missing_ok=True)
        raise
    book.save(path)
    return count


def _write_csv(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[Value]], _title: str, _hints: Sequence[str]
) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as target:  # with the mark by which Excel knows UTF-8
        writer = csv.writer(target)
        writer.writerow([_plain(name) for name in columns])
        for row in rows:
            writer.writerow([_plain(value) for value in row])
            count += 1
    return count


def _plain(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    text = value.replace("\x00", "")
    return f"'{text}" if text.startswith(RISKY) else text


def _sheet_name(title: str) -> str:
    """A name that a sheet may have."""
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip()[:_SHEET_LONGEST] or "Rows"


_FORMS: dict[str, Callable[[Path, Sequence[str], Iterable[Sequence[Value]], str, Sequence[str]], int]] = {
    ".xlsx": _write_xlsx,
    ".csv": _write_csv,
}
"""Suffix -> how it is written."""

SUFFIXES = tuple(_FORMS)
"""The formats there are, the usual one first."""
