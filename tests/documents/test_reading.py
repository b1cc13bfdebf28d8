"""Files that people bring: what is in them, and one sentence for each that cannot be read."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from backend.documents import reading
from backend.documents.reading import ROWS_MOST, read_bytes, read_file, read_pasted
from backend.domain.errors import Invalid

ROWS = [["Building", "Apt", "Name"], ["A", "0101", "Anna"], ["A", 102, "Jan"]]


def workbook(*sheets: list[list[object]]) -> Workbook:
    """A workbook with these rows on its sheets."""
    book = Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        assert sheet is not None
        for row in rows:
            sheet.append(row)
    return book


def saved(book: Workbook) -> bytes:
    """Its bytes."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def refusal(data: bytes, name: str = "list.xlsx") -> str:
    """The sentence for a file that cannot be read."""
    with pytest.raises(Invalid) as error:
        read_bytes(data, name)
    return error.value.fields["file"]


@pytest.mark.feature("RES-09")
@pytest.mark.edge("11")
def test_cells_come_as_the_file_holds_them(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(saved(workbook([*ROWS, [], ["", " ", None], [date(2026, 1, 2), True, 1.2e11]])))
    (sheet,) = read_file(path)
    assert sheet.source == "list.xlsx"
    assert [row.number for row in sheet.rows] == [1, 2, 3, 6]
    assert sheet.rows[1].cells == ("A", "0101", "Anna")
    assert sheet.rows[2].cells == ("A", 102, "Jan")
    assert sheet.rows[3].cells == (date(2026, 1, 2), True, 1.2e11)


@pytest.mark.feature("RES-09")
def test_rows_keep_their_numbers_when_the_table_begins_further_down() -> None:
    book = Workbook()
    book.active["B3"], book.active["C3"], book.active["C5"] = "Apt", "Name", "Anna"  # type: ignore[index]
    (sheet,) = read_bytes(saved(book), "list.xlsx")
    assert [(row.number, row.cells) for row in sheet.rows] == [(3, (None, "Apt", "Name")), (5, (None, "", "Anna"))]


@pytest.mark.feature("RES-09")
def test_merged_cells_speak_for_every_row_and_hidden_rows_are_marked() -> None:
    book = workbook([["Building", "Name"], ["A", "Anna"], [None, "Jan"], ["B", "Ola"]])
    book.active.merge_cells("A2:A3")  # type: ignore[union-attr]
    book.active.row_dimensions[4].hidden = True  # type: ignore[union-attr]
    (sheet,) = read_bytes(saved(book), "list.xlsx")
    assert [row.cells[0] for row in sheet.rows] == ["Building", "A", "A", "B"]
    assert [row.hidden for row in sheet.rows] == [False, False, False, True]


@pytest.mark.feature("RES-09")
def test_hidden_sheets_are_left_out_and_others_come_in_order() -> None:
    book = workbook(ROWS, [["x"]], [["y"]])
    book.worksheets[1].sheet_state = "hidden"
    assert [sheet.name for sheet in read_bytes(saved(book), "list.xlsx")] == ["Sheet", "Sheet2"]


@pytest.mark.feature("RES-09")
@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "list.xlsx", "empty"),
        (b"  \r\n ", "list.csv", "empty"),
        (b"Building;Apt\nA;1\n", "list.xlsx", "no xlsx"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, "list.xlsx", "old Excel"),
        (
            bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "list.xlsx",
            "password",
        ),
        (b"PK\x03\x04 and then nothing", "list.xlsx", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "list.csv", "no list as text"),
    ],
)
def test_each_file_that_is_no_list_has_its_sentence(data: bytes, name: str, sentence: str) -> None:
    assert sentence in refusal(data, name)


def zipped(**parts: bytes) -> bytes:
    """A zip with these parts; "__" stands for "/"."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/"), content)
    return target.getvalue()


@pytest.mark.feature("RES-09")
def test_other_packages_are_told_apart() -> None:
    assert "OpenDocument" in refusal(zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"))
    assert ".xlsb" in refusal(zipped(xl__workbook_bin=b"x").replace(b"workbook_bin", b"workbook.bin"))
    assert "no spreadsheet" in refusal(zipped(photo=b"x"))


@pytest.mark.feature("RES-09")
def test_an_empty_sheet_has_nothing() -> None:
    assert "nothing in this file" in refusal(saved(Workbook()))


@pytest.mark.feature("RES-09")
def test_a_damaged_workbook_is_said_to_be_so() -> None:
    good = saved(workbook(ROWS))
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    assert "damaged" in refusal(target.getvalue())


@pytest.mark.feature("RES-09")
def test_a_bomb_is_refused_by_its_directory_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_unpack", lambda _data: pytest.fail("it was unpacked"))
    bomb = zipped(**{"xl__workbook.xml": b"<workbook/>", "xl__big": b"\0" * 60_000_000})
    assert len(bomb) < 100_000
    assert "far larger inside" in refusal(bomb)
    many = zipped(**{"xl__workbook.xml": b"<workbook/>"} | {f"part{number}": b"" for number in range(2_100)})
    assert "far larger inside" in refusal(many)


@pytest.mark.feature("RES-09")
def test_a_bomb_that_lies_about_its_size_ends_in_the_child() -> None:
    good = saved(workbook(ROWS))
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    filler = b"<row r='9'><c r='XFD1048576' t='inlineStr'><is><t>x</t></is></c></row></sheetData>"
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", filler)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    sentence = refusal(target.getvalue())  # a table of 17 thousand million cells
    assert "larger inside" in sentence or "damaged" in sentence or "rows" in sentence


@pytest.mark.feature("RES-09")
def test_too_many_rows_and_too_many_bytes_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "more than" in refusal(b"A;1\n" * (ROWS_MOST + 1), "list.csv")
    monkeypatch.setattr(reading, "FILE_LARGEST", 100)
    path = tmp_path / "list.csv"
    path.write_bytes(b"x" * 101)
    with pytest.raises(Invalid, match="MB"):
        read_file(path)
    with pytest.raises(Invalid, match="folder"):
        read_file(tmp_path)
    with pytest.raises(Invalid, match="cannot be read"):
        read_file(tmp_path / "none.csv")


@pytest.mark.feature("RES-09")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_in_every_usual_form(encoding: str, separator: str) -> None:
    lines = [("Building", "Apt", "Name"), ("Süd", "0101", 'Müller "Max"'), ("Süd", "0102", "Groß")]
    text = "\r\n".join(separator.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in lines)
    (sheet,) = read_bytes(text.encode(encoding), "list.csv")
    assert [row.cells for row in sheet.rows] == lines


@pytest.mark.feature("RES-09")
def test_a_csv_may_say_its_separator_and_keeps_what_looked_like_a_formula() -> None:
    (sheet,) = read_bytes(b"sep=|\nApt|Mobile\n1|'+48600700800\n", "list.csv")
    assert [row.cells for row in sheet.rows] == [("Apt", "Mobile"), ("1", "+48600700800")]


@pytest.mark.feature("RES-09")
def test_pasted_lines_are_a_sheet_without_a_name() -> None:
    (sheet,) = read_pasted("A\t1001\tAnna\n\nA\t1002\tJan\n")
    assert (sheet.source, [row.number for row in sheet.rows]) == ("", [1, 3])
    with pytest.raises(Invalid, match="nothing"):
        read_pasted(" \n ")


def test_a_zip_whose_directory_is_cut_off_is_damaged() -> None:
    data = saved(workbook(ROWS))
    assert "damaged" in refusal(data[: len(data) // 2])
    end = data.rindex(b"PK\x05\x06")
    broken = data[: end + 12] + struct.pack("<L", 2**31) + data[end + 16 :]
    assert "damaged" in refusal(broken)
