"""Tables written as text: csv files of any program, and lines that were pasted (edge cases 10, 11)."""

from __future__ import annotations

import csv
import io

from backend.domain.errors import Invalid

SEPARATORS = ("\t", ";", ",", "|")
LINES_LOOKED_AT = 50
CELL_LONGEST = 10_000

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def split_text(data: bytes) -> list[list[str]]:
    """The rows of a csv file in UTF-8, UTF-16 or Windows-1252; raises Invalid (file) where it is none."""
    return split_lines(decode(data))


def decode(data: bytes) -> str:
    """Text in whichever of the three usual encodings it is written; raises Invalid (file) for what is no text."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding and b"\x00" in data[:200]:
        encoding = "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if "\x00" in text:
        raise Invalid({"file": "This is no list as text. Save it as .xlsx, or as .csv in UTF-8."})
    return text


def split_lines(text: str) -> list[list[str]]:
    """The rows of a text whose cells stand between tabs, semicolons, commas or bars; blank lines are rows too.

    A csv that our own writer made loses the apostrophe which it puts before what begins like a formula.
    """
    first = text.partition("\n")[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:
        separator, text = first[4], text.partition("\n")[2]
    else:
        separator = separator_of(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=separator != "\t")
    try:
        return [[_plain(cell) for cell in row] for row in rows]
    except csv.Error:
        raise Invalid({"file": "This list has a quotation mark that is never closed."}) from None


def separator_of(text: str) -> str:
    """What parts the cells: that which occurs equally often in most lines, the earlier of SEPARATORS where two do."""
    lines = [line for line in text.splitlines()[:LINES_LOOKED_AT] if line.strip()]
    best, score = ",", 0
    for separator in SEPARATORS:
        counts = [line.count(separator) for line in lines]
        usual = max(set(counts), key=counts.count, default=0)
        worth = counts.count(usual) * usual
        if usual and worth > score:
            best, score = separator, worth
    return best


def _plain(cell: str) -> str:
    cell = cell[:CELL_LONGEST]
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell
