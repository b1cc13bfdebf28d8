"""Spreadsheets as they are written: text stays text, nothing is a formula, a file is whole or not there."""

from __future__ import annotations

import csv
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from backend.documents.writer import RISKY, SUFFIXES, write_rows
from backend.documents.xlsx import column_letters
from backend.domain.errors import Invalid

COLUMNS = ("APT", "Name", "Residents")


def read_xlsx(path: Path) -> list[list[Any]]:
    """The cells of the only sheet."""
    return [[cell.value for cell in row] for row in load_workbook(path).active.iter_rows()]


def read_csv(path: Path) -> list[list[str]]:
    """The cells, without the mark in front."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.reader(source))


@pytest.mark.feature("APT-05")
@pytest.mark.edge("11")
@pytest.mark.edge("39")
def test_digits_stay_the_text_they_are(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    assert write_rows(path, COLUMNS, [("0101", "5E11", 3), ("101", "", None)]) == 2
    assert read_xlsx(path) == [list(COLUMNS), ["0101", "5E11", 3], ["101", None, None]]
    sheet = load_workbook(path).active
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "n"]
    assert sheet["A2"].number_format == sheet.column_dimensions["A"].number_format == "@"


@pytest.mark.parametrize("text", ["=1+1", "+48 601", "-1", "@cmd", "\tx", '=HYPERLINK("http://192.0.2.1")'])
def test_a_text_that_looks_like_a_formula_is_none(tmp_path: Path, text: str) -> None:
    sheet, plain = tmp_path / "rows.xlsx", tmp_path / "rows.csv"
    write_rows(sheet, ("Name",), [(text,)])
    write_rows(plain, ("Name",), [(text,)])
    cell = load_workbook(sheet).active["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert read_csv(plain)[1] == [f"'{text}"]


def test_a_number_below_zero_is_a_number(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.csv", ("Floor",), [(-3,)])
    assert read_csv(tmp_path / "rows.csv")[1] == ["-3"]


@given(texts=st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_no_text_of_people_ever_begins_like_a_formula_in_csv(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    write_rows(path, ["Text"] * len(texts), [texts])
    assert not any(cell.startswith(RISKY) for row in read_csv(path) for cell in row)


def test_characters_that_no_sheet_can_hold_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    write_rows(path, ("Na\x00me",), [("An\x01na [/ x] Ł\n2",)], title="A/B: [x]" * 9)
    assert read_xlsx(path) == [["Name"], ["Anna [/ x] Ł\n2"]]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_is_its_owners_alone_and_replaces_the_last(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rows{suffix}"
    path.write_text("old")
    path.chmod(0o644)
    write_rows(path, COLUMNS, [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() != b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_error_on_the_way_leaves_what_was_there_and_no_part(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking() -> Iterator[tuple[str]]:
        yield ("one",)
        raise RuntimeError("the list broke")

    parts = tmp_path / "parts"
    parts.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(parts))
    path = tmp_path / f"rows{suffix}"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="the list broke"):
        write_rows(path, ("Name",), breaking())
    assert path.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == sorted([path, parts])
    assert list(parts.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("rows.pdf", "The name ends in .xlsx or .csv."),
        ("none/rows.xlsx", "none/rows.xlsx cannot be written: No such file or directory."),
        ("folder.csv", "folder.csv is a folder. Add the name of a file."),
    ],
)
def test_where_nothing_can_be_written_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.csv").mkdir()
    with pytest.raises(Invalid) as caught:
        write_rows(Path(name), COLUMNS, [])
    assert caught.value.fields == {"path": sentence}


@pytest.mark.feature("RES-09")
def test_hints_are_shown_while_somebody_types_below_a_heading(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    hint = '1 to 6 digits,\nas text: "0101" & <101>.'
    write_rows(path, COLUMNS, [], title='A "new" & <old>', hints=(hint, "", "x" * 300))
    book = load_workbook(path)
    first, last = book.active.data_validations.dataValidation
    assert (first.promptTitle, first.prompt, str(first.sqref)) == ("APT", hint, "A2:A1048576")
    assert (last.promptTitle, len(last.prompt), str(last.sqref)) == ("Residents", 255, "C2:C1048576")
    assert book.sheetnames == ['A "new" & <old>']
    assert book.active.freeze_panes == "A2"


@given(
    rows=st.lists(
        st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9), st.text(max_size=20)), min_size=30, max_size=30),
        max_size=4,
    )
)
@settings(max_examples=40, deadline=None)
def test_other_programs_read_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str | int | None]]
) -> None:
    path = tmp_path_factory.mktemp("xlsx") / "rows.xlsx"
    columns = [f"C{number}" for number in range(30)]
    assert write_rows(path, columns, rows) == len(rows)
    whole = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert whole[0] == columns
    shown = [[held(value) for value in row] for row in rows]
    there = [[*row, *[""] * (30 - len(row))] for row in whole[1:]]
    assert there == shown[: len(there)]
    assert all(value == "" for row in shown[len(there) :] for value in row), "only empty rows are left out"


def held(value: str | int | None) -> str | int:
    """A value as a sheet can hold it."""
    if not isinstance(value, str):
        return "" if value is None else value
    return "".join(one for one in value if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff"))


def test_columns_have_the_letters_of_a_sheet() -> None:
    assert [column_letters(number) for number in (1, 26, 27, 52, 53, 702, 703)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip
