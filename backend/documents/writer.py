"""Rows written as a spreadsheet, xlsx or csv (features APT-05, RES-10, LOG-01)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from backend.documents.whole_file import write_whole
from backend.documents.xlsx import Sheet, Value, write_workbook

Form = Callable[[Path, Sequence[str], Iterable[Sequence[Value]], str, Sequence[str]], int]
"""How rows are written: the file, its headings, the rows, a title, hints; answers how many rows there were."""

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""


def write_rows(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    title: str = "",
    hints: Sequence[str] = (),
) -> int:
    """Write `rows` under the headings `columns` and answer how many there were; the suffix of `path` says the format.

    `hints` are shown in an xlsx while somebody types below a heading: what may stand there. A csv has none.
    A text that begins like a formula stays a text: in xlsx as such, in csv behind an apostrophe. The file is there
    whole or not at all, readable by its owner only, and replaces one of its name; an error while the rows are read
    leaves what was there. Raises Invalid (path) for another suffix and where nothing can be written.
    """
    rest = (columns, rows, title, hints)
    return write_whole(path, {suffix: _with(write, rest) for suffix, write in _FORMS.items()})


def _with(
    write: Form, rest: tuple[Sequence[str], Iterable[Sequence[Value]], str, Sequence[str]]
) -> Callable[[Path], int]:
    return lambda part: write(part, *rest)


def _write_xlsx(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[Value]], title: str, hints: Sequence[str]
) -> int:
    return write_workbook(path, Sheet(title, columns, hints, RISKY), rows)


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


_FORMS: dict[str, Form] = {
    ".xlsx": _write_xlsx,
    ".csv": _write_csv,
}
"""Suffix -> how it is written."""

SUFFIXES = tuple(_FORMS)
"""The formats there are, the usual one first."""
