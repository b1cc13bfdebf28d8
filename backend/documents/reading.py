"""Tables read from files that people bring: xlsx and csv, whatever is wrong with them (rules 5.4, edge cases 10, 11).

A spreadsheet is unpacked in a process of its own with a limit on its memory and its time, since a small file may be
made to unpack into gigabytes.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from backend.documents.delimited import split_lines, split_text
from backend.domain.errors import Invalid
from backend.domain.formats import figure
from backend.domain.sheets import Sheet, SheetRow

FILE_LARGEST = 20_000_000
"""Bytes of a file; 10,000 residents take less than one million."""
ROWS_MOST = 20_000
UNPACKED_LARGEST = 250_000_000
RATIO_HIGHEST = 150
"""Unpacked to packed bytes; a spreadsheet of residents stays under 20."""
RATIO_FROM = 20_000_000
"""Unpacked bytes up to which no ratio is asked for."""
PARTS_MOST = 2_000
SECONDS = 30.0
"""How long a spreadsheet may take to be unpacked."""

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SUFFIXES = (".xlsx", ".xlsm", *TEXT_SUFFIXES)

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DAMAGED = "This file cannot be read: it is damaged. Open it in a spreadsheet program and save it again as xlsx."
_TOO_LARGE = "This file is far larger inside than a list of people is. Copy the list into a new file and save that."


def read_file(path: Path) -> tuple[Sheet, ...]:
    """The sheets of an xlsx or csv file that hold anything; raises Invalid (file) with one sentence of what is wrong.

    At most FILE_LARGEST bytes and ROWS_MOST rows.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise _refused(f"{path} is a folder. Name a file.")
        if size > FILE_LARGEST:
            raise _refused(
                f"This file has {figure(size // 1_000_000)} MB; at most {FILE_LARGEST // 1_000_000} are read."
            )
        with path.open("rb") as source:
            data = source.read(FILE_LARGEST + 1)
    except OSError as error:
        raise _refused(f"{path} cannot be read: {error.strerror or error}.") from error
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str) -> tuple[Sheet, ...]:
    """As `read_file`, for the bytes of a file called `name`."""
    if not data.strip():
        raise _refused("This file is empty.")
    if len(data) > FILE_LARGEST:
        raise _refused(f"A file of at most {FILE_LARGEST // 1_000_000} MB is read.")
    suffix = Path(name).suffix.lower()
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise _refused("This file is protected by a password. Save it without one.")
        raise _refused("This is an old Excel file (.xls). Save it as .xlsx.")
    if suffix in TEXT_SUFFIXES and not data.startswith(b"PK\x03\x04"):
        sheets = _filled(name, [("", list(enumerate(split_text(data), start=1)), frozenset())])
    else:
        check_package(data)
        sheets = _filled(name, _unpack(data))
    if not sheets:
        raise _refused("There is nothing in this file: every cell is empty.")
    return sheets


def read_pasted(text: str) -> tuple[Sheet, ...]:
    """Pasted lines as the one sheet of a file without a name; raises Invalid (file)."""
    if len(text) > FILE_LARGEST:
        raise _refused("This is too much to paste. Save it as a file.")
    sheets = _filled("", [("", list(enumerate(split_lines(text), start=1)), frozenset())])
    if not sheets:
        raise _refused("There is nothing in what was pasted.")
    return sheets


def check_package(data: bytes) -> None:
    """Raise Invalid (file) unless `data` is an xlsx package of a sane size; reads its directory only."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            kind = package.read("mimetype", pwd=None)[:200] if _small(package, "mimetype") else b""
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        if data.startswith(b"PK"):
            raise _refused(_DAMAGED) from None
        raise _refused("This is no xlsx file, whatever its name says. A list as text is named .csv.") from None
    if b"opendocument" in kind:
        raise _refused("This is an OpenDocument file (.ods). Save it as .xlsx.")
    if "xl/workbook.bin" in names:
        raise _refused("This is a binary Excel file (.xlsb). Save it as .xlsx.")
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        raise _refused("This archive is no spreadsheet. Faces are taken over by Import faces.")
    size = sum(part.file_size for part in parts)
    if len(parts) > PARTS_MOST or size > UNPACKED_LARGEST:
        raise _refused(_TOO_LARGE)
    if size > RATIO_FROM and size > RATIO_HIGHEST * len(data):
        raise _refused(_TOO_LARGE)


def _small(package: zipfile.ZipFile, name: str) -> bool:
    return name in package.namelist() and package.getinfo(name).file_size < 1_000


def _unpack(data: bytes) -> list[tuple[str, list[tuple[int, list[Any]]], frozenset[int]]]:
    """Name, numbered rows and hidden rows of each visible sheet, read by a child process."""
    command = [sys.executable, "-S", "-m", "backend.documents.unpacking", str(ROWS_MOST)]
    try:
        child = subprocess.run(  # noqa: S603 - ours
            command, input=data, capture_output=True, timeout=SECONDS, check=False, env=_places()
        )
    except subprocess.TimeoutExpired:
        raise _refused(_TOO_LARGE) from None
    try:
        answer = json.loads(child.stdout, object_hook=_dated)
    except ValueError:
        raise _refused(_TOO_LARGE if b"memory" in child.stderr else _DAMAGED) from None
    if "refused" in answer:
        raise _refused(_SENTENCES.get(answer["refused"], _DAMAGED))
    return [(one["name"], one["rows"], frozenset(one["hidden"])) for one in answer["sheets"]]


_SENTENCES = {
    "password": "This file is protected by a password. Save it without one.",
    "rows": f"This file has more than {figure(ROWS_MOST)} rows. Part it into several files.",
    "memory": _TOO_LARGE,
    "damaged": _DAMAGED,
}


@cache
def _places() -> dict[str, str]:
    """The environment of the child: where it finds us and the reader without looking through every package."""
    reader = find_spec("python_calamine")
    assert reader is not None, "it is installed with us"
    assert reader.origin is not None, "it is a package with files"
    places = (Path(__file__).parents[2], Path(reader.origin).parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}


def _filled(source: str, sheets: list[tuple[str, list[tuple[int, list[Any]]], frozenset[int]]]) -> tuple[Sheet, ...]:
    """The sheets with rows that are not blank."""
    found = []
    for name, rows, hidden in sheets:
        if len(rows) > ROWS_MOST:
            raise _refused(_SENTENCES["rows"])
        kept = tuple(SheetRow(number, tuple(cells), number in hidden) for number, cells in rows if _says(cells))
        if kept:
            found.append(Sheet(source, name, kept))
    return tuple(found)


def _says(cells: list[Any]) -> bool:
    for cell in cells:  # noqa: SIM110 - the first cell of most rows says something: a generator takes longer
        if cell is not None and (not isinstance(cell, str) or cell.strip()):
            return True
    return False


def _dated(found: dict[str, Any]) -> Any:
    """A date of the child's answer as a date; other objects as they are."""
    return date.fromisoformat(found["date"]) if found.keys() == {"date"} else found


def _refused(sentence: str) -> Invalid:
    return Invalid({"file": sentence})
