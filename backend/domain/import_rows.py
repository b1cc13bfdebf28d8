"""The cells of a table as fields of people, and what a spreadsheet did to them on the way (edge cases 10, 11)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from backend.domain.enums import ResidentRole
from backend.domain.import_columns import NAME, PLACE
from backend.domain.imports import ImportDraft
from backend.domain.names import split_pasted
from backend.domain.sheets import SheetRow, Value, text_of

SHOWN_AS_POWER = 1e11
"""From twelve digits on a spreadsheet shows 1.2E+11 and takes 12E10 for a number."""

NUMBERS = ("pin", "apartment", "mobile", "calling_code", "phone1", "phone2", "phone3", "uid")
_ZEROS_MATTER = ("pin", "cards")
_ROUNDED = re.compile(r"[0-9]+[.,]?[0-9]*E\+?[0-9]+", re.IGNORECASE)
_POINT_ZERO = re.compile(r"([0-9]+)\.0+")
_POINT_ZERO_FIELDS = (*NUMBERS, "role", "groups")

_ROLES = {
    **dict.fromkeys(("0", "master", "family master", "owner"), ResidentRole.MASTER),
    **dict.fromkeys(("1", "member", "family member"), ResidentRole.MEMBER),
}


@dataclass(slots=True)
class ParsedRow:
    """One row as text by field; `bad` and `odd` hold a sentence for a field that is refused, or wants a look."""

    number: int
    values: dict[str, str] = field(repr=False)
    bad: dict[str, str] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    numeric: frozenset[str] = frozenset()
    """Fields that the file holds as numbers: zeros in front of them are gone."""

    def text(self, name: str) -> str:
        """What a field says, "" where it is blank."""
        return self.values.get(name, "")

    @property
    def role(self) -> ResidentRole | None:
        """The Account Type, None where it is blank or not understood."""
        return _ROLES.get(self.text("role").casefold())


def parse_rows(draft: ImportDraft) -> list[ParsedRow]:
    """The rows of a draft below its headings, with what was put right; rows left out are not among them."""
    fields = [(index, name) for index, name in enumerate(draft.columns.fields) if name]
    fixes: dict[int, dict[str, str]] = {}
    for (number, name), text in draft.fixes.items():
        fixes.setdefault(number, {})[name] = text
    rows = [
        _parse(row, fields, fixes.get(row.number, {}))
        for row in draft.sheet.rows
        if row.number > draft.columns.heading_row and row.number not in draft.left_out
    ]
    for name in _ZEROS_MATTER:
        _suspect_zeros(rows, name)
    return rows


def _parse(row: SheetRow, fields: Sequence[tuple[int, str]], fixes: dict[str, str]) -> ParsedRow:
    cells = row.cells
    width = len(cells)
    parsed = ParsedRow(row.number, {})
    values = parsed.values
    numeric = []
    for index, name in fields:
        if index >= width or name in fixes:
            continue
        cell = cells[index]
        if type(cell) is str:
            if text := cell.strip():
                values[name] = text
        elif cell is not None:
            values[name] = text_of(cell)
            numeric.append(name)
            _judge(parsed, name, cell)
    for name, text in values.items():
        if name in _POINT_ZERO_FIELDS and (whole := _POINT_ZERO.fullmatch(text)):
            values[name] = whole[1]
        elif name in NUMBERS and _ROUNDED.fullmatch(text):
            parsed.bad[name] = "A spreadsheet rounded this number. Format the column as text, enter it again."
    for name, text in fixes.items():
        values[name] = text.strip()
    parsed.numeric = frozenset(numeric)
    if NAME in values or PLACE in values:
        _take_apart(parsed)
    if row.hidden:
        parsed.odd[""] = "The file does not show this row."
    if values.get("role") and parsed.role is None:
        parsed.bad["role"] = "0 is the family master, 1 a family member."
    return parsed


def _judge(parsed: ParsedRow, name: str, cell: Value) -> None:
    """Refuse what a spreadsheet cannot have meant."""
    if isinstance(cell, date):
        parsed.bad[name] = f"A spreadsheet made a date of it, {cell.isoformat()}. Format the column as text."
    elif isinstance(cell, bool):
        parsed.bad[name] = "A spreadsheet made TRUE or FALSE of it. Format the column as text."
    elif name == "cards" and isinstance(cell, int | float) and abs(cell) >= SHOWN_AS_POWER:
        shown = f"{cell:.1E}".replace("E+", "E+")
        parsed.bad[name] = f"{shown} from a spreadsheet: digits may be lost. Format the column as text."


def _suspect_zeros(rows: Sequence[ParsedRow], name: str) -> None:
    """Warn of a number that is shorter than most of its column: it may have had zeros in front."""
    lengths = Counter(len(row.values[name]) for row in rows if row.values.get(name))
    if not lengths:
        return
    usual = max(lengths, key=lambda length: (lengths[length], length))
    for row in rows:
        if name in row.numeric and name not in row.bad and len(row.values[name]) < usual:
            row.odd[name] = (
                f"is stored as a number with {len(row.values[name])} digits, others have {usual}: zeros lost?"
            )


def _take_apart(parsed: ParsedRow) -> None:
    """First and last name, address, building and number out of the columns that hold several."""
    values = parsed.values
    if text := values.pop(NAME, ""):
        person = split_pasted(text)
        for name, part in (("first", person.first), ("last", person.last), ("email", person.email)):
            if part and not values.get(name):
                values[name] = part
    if text := values.pop(PLACE, ""):
        building, _, number = text.rpartition(" ")
        values.setdefault("building", building.strip(" ,/-"))
        values.setdefault("apartment", number)


def parts(text: str) -> Iterator[str]:
    """The parts of a cell with ; between, without empty and repeated ones (edge case 10)."""
    seen = set()
    for part in text.split(";"):
        clean = part.strip()
        if clean and clean not in seen:
            seen.add(clean)
            yield clean
