"""The cells of a table as fields of people, and what a spreadsheet did to them on the way (edge cases 10, 11)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
_DIGITS = frozenset((*NUMBERS, "role", "groups"))

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
    fixes: dict[int, dict[str, str]] = {}
    for (number, name), text in draft.fixes.items():
        fixes.setdefault(number, {})[name] = text
    columns = [(at, name, name in _DIGITS) for at, name in enumerate(draft.columns.fields) if name]
    first, left_out = draft.columns.heading_row, draft.left_out
    rows = [
        _parse(row, columns, fixes.get(row.number))
        for row in draft.sheet.rows
        if row.number > first and row.number not in left_out
    ]
    for name in _ZEROS_MATTER:
        _suspect_zeros(rows, name)
    return rows


def _parse(row: SheetRow, columns: Sequence[tuple[int, str, bool]], fixes: Mapping[str, str] | None) -> ParsedRow:
    """One row by its columns, each with its place, field and whether that is of digits.

    It runs for every cell of a long list, so what most cells need comes first.
    """
    values: dict[str, str] = {}
    parsed, numeric, cells = ParsedRow(row.number, values), [], row.cells
    width = len(cells)
    for at, name, digits in columns:
        cell = cells[at] if at < width else None
        if cell is None or cell == "":
            continue
        if type(cell) is str:
            text = cell.strip()
            if not text:
                continue
        else:
            text = text_of(cell)
            numeric.append(name)
            _judge(parsed, name, cell)
        if digits and not text.isdecimal():
            text = _mended(parsed, name, text)
        values[name] = text
    for name, typed in (fixes or {}).items():
        values[name] = typed.strip()
        parsed.bad.pop(name, None)
    if numeric:
        parsed.numeric = frozenset(numeric) - (fixes or {}).keys()
    if NAME in values or PLACE in values:
        _take_apart(parsed)
    if row.hidden:
        parsed.odd[""] = "The file does not show this row."
    role = values.get("role")
    if role and role not in _ROLES and parsed.role is None:
        parsed.bad["role"] = "0 is the family master, 1 a family member."
    return parsed


def _mended(parsed: ParsedRow, name: str, text: str) -> str:
    """A number of another program without its ".0"; one that was rounded is refused."""
    if whole := _POINT_ZERO.fullmatch(text):
        return whole[1]
    if name in NUMBERS and _ROUNDED.fullmatch(text):
        parsed.bad[name] = "A spreadsheet rounded this number. Format the column as text, enter it again."
    return text


def _judge(parsed: ParsedRow, name: str, cell: Value) -> None:
    """Refuse what a spreadsheet cannot have meant."""
    if isinstance(cell, date):
        parsed.bad[name] = f"A spreadsheet made a date of it, {cell.isoformat()}. Format the column as text."
    elif isinstance(cell, bool):
        parsed.bad[name] = "A spreadsheet made TRUE or FALSE of it. Format the column as text."
    elif name == "cards" and isinstance(cell, int | float) and abs(cell) >= SHOWN_AS_POWER:
        parsed.bad[name] = f"{cell:.1E} from a spreadsheet: digits may be lost. Format the column as text."


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
