"""A workbook of one sheet, written row by row (ECMA-376, part 1: SpreadsheetML).

Written by hand because it has to be fast: a hundred thousand log lines take some seconds, where a library that makes
an object of each cell takes a minute. No row is kept in memory. Strings stand in their cells ("inlineStr"), so that
nothing of a text is ever read as a formula or a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

Value = str | int | float | None
"""What a cell holds; text stays text, whatever it looks like."""

MOST_ROWS = 1_048_575
"""Rows below the headings that a sheet can hold."""
NARROWEST, WIDEST = 10, 60
"""Characters of a column at least and at most."""
LONGEST = 32_767
"""Characters of a text that a cell can hold."""

_TITLE_LONGEST = 31
_PROMPT_TITLE, _PROMPT = 32, 255
"""Characters of a hint's title and of the hint at most."""
_AT_ONCE = 200
"""Rows that are compressed together."""
_LEVEL = 3
"""Of compression: higher levels take longer than the rest of the work."""

_TEXT, _QUOTED, _HEADING = 1, 2, 3
"""Styles by their place in `_STYLES`: a text, one that looks like a formula, a heading."""

_ESCAPED = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;", 0xFFFE: None, 0xFFFF: None}
_ESCAPED |= dict.fromkeys((*range(9), 11, 12, *range(14, 32)))
"""What XML wants written otherwise, and what it cannot hold at all."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    "</Types>"
)
_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_WORKBOOK_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_WORKBOOK = (
    f'{_HEAD}<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="%s" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_STYLES = (
    f"{_HEAD}<styleSheet {_MAIN}>"
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
"""Number format 49 is "@", text: it keeps "0101" what it is, also when it is typed over (edge case 11)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says beside its rows.

    `hints` are shown while somebody types below a heading, column by column; texts that begin with one of `risky` are
    marked, so that they become no formula when somebody types in them.
    """

    title: str
    columns: Sequence[str]
    hints: Sequence[str] = ()
    risky: tuple[str, ...] = ()


def write_workbook(path: Path, sheet: Sheet, rows: Iterable[Sequence[Value]]) -> int:
    """Write the rows under their headings and answer how many."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as book:
        book.writestr("[Content_Types].xml", _CONTENT_TYPES)
        book.writestr("_rels/.rels", _RELATIONS)
        book.writestr("xl/workbook.xml", _WORKBOOK % _attribute(_sheet_title(sheet.title)))
        book.writestr("xl/_rels/workbook.xml.rels", _WORKBOOK_RELATIONS)
        book.writestr("xl/styles.xml", _STYLES)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(_before(sheet).encode("utf-8", "replace"))
            written = _write_rows(part, sheet, rows)
            part.write(_after(sheet).encode("utf-8", "replace"))
    return written


def _before(sheet: Sheet) -> str:
    """What stands before the rows, the headings included."""
    widths = [min(WIDEST, max(NARROWEST, len(name) + 4)) for name in sheet.columns]
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" style="{_TEXT}" customWidth="1"/>'
        for at, width in enumerate(widths, start=1)
    )
    headings = "".join(
        _text_cell(f"{column_letters(at)}1", name, _HEADING) for at, name in enumerate(sheet.columns, start=1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'{_HEAD}<worksheet {_MAIN}><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f'<cols>{columns}</cols><sheetData><row r="1">{headings}</row>'
    )


def _write_rows(part: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[Value]]) -> int:
    letters = [column_letters(at) for at in range(1, len(sheet.columns) + 1)]
    written = 0
    waiting: list[str] = []
    for written, row in enumerate(rows, start=1):
        cells = "".join(_cells(letters, written + 1, row, sheet.risky))
        waiting.append(f'<row r="{written + 1}">{cells}</row>')
        if len(waiting) == _AT_ONCE:
            part.write("".join(waiting).encode("utf-8", "replace"))
            waiting.clear()
    part.write("".join(waiting).encode("utf-8", "replace"))
    return written


def _after(sheet: Sheet) -> str:
    """What stands after the rows: the hints, as prompts of the cells below the headings."""
    hints = [
        f'<dataValidation allowBlank="1" showInputMessage="1" promptTitle="{_attribute(name[:_PROMPT_TITLE])}" '
        f'prompt="{_attribute(hint[:_PROMPT])}" sqref="{letters}2:{letters}{MOST_ROWS + 1}"/>'
        for letters, name, hint in zip(map(column_letters, count(1)), sheet.columns, sheet.hints, strict=False)
        if hint
    ]
    told = f'<dataValidations count="{len(hints)}">{"".join(hints)}</dataValidations>' if hints else ""
    return f"</sheetData>{told}</worksheet>"


def _cells(letters: Sequence[str], number: int, row: Sequence[Value], risky: tuple[str, ...]) -> Iterator[str]:
    for letter, value in zip(letters, row, strict=True):
        if isinstance(value, str):
            if value:
                yield _text_cell(f"{letter}{number}", value, _QUOTED if value.startswith(risky) else _TEXT)
        elif value is not None:
            yield f'<c r="{letter}{number}"><v>{value}</v></c>'


def _text_cell(place: str, text: str, style: int) -> str:
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_escaped(text)}</t></is></c>'


def _escaped(text: str) -> str:
    return text[:LONGEST].translate(_ESCAPED)


def _attribute(text: str) -> str:
    return _escaped(text).replace('"', "&quot;").replace("\n", "&#10;")


def column_letters(number: int) -> str:
    """The letters of a column, 1 is "A", 27 is "AA"."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _sheet_title(title: str) -> str:
    """A name that a sheet may have."""
    return re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")[:_TITLE_LONGEST] or "Rows"
