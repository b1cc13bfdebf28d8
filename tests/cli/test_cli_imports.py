"""Lists of residents by command: templates, previews, imports, batch edits, cards, reports."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image

from tests.cli.conftest import Smartplus

GUIDE = (
    "Building", "Accessible Floors", "Apt", "Apt Name", "Account Type", "First Name", "Last Name", "Email",
    "Mobile Number", "Telephone Calling Code", "Phone1", "Phone2", "Phone3", "RF Card", "PIN", "Access Group ID",
    "Remark",
)  # fmt: skip
"""The columns of the guide's template, in its order."""


def sheet_of(path: Path) -> Any:
    """The only sheet of a file."""
    return load_workbook(path).active


def headings(path: Path) -> tuple[Any, ...]:
    """Its first row."""
    return tuple(cell.value for cell in next(sheet_of(path).iter_rows()))


def fill(path: Path, *rows: Sequence[Any]) -> Path:
    """A template with rows written under its headings."""
    book = load_workbook(path)
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    book.save(path)
    return path


def listed(path: Path, columns: Sequence[str], *rows: Sequence[Any]) -> str:
    """A new file with these columns and rows."""
    book = Workbook()
    for row in (columns, *rows):
        book.active.append(list(row))  # type: ignore[union-attr]
    book.save(path)
    return str(path)


def person(**values: Any) -> list[Any]:
    """A row of the template."""
    names = {heading.replace(" ", "_").casefold(): heading for heading in GUIDE}
    by_heading = {names[name]: value for name, value in values.items()}
    return [by_heading.get(heading, "") for heading in GUIDE]


@pytest.mark.feature("RES-09")
def test_the_template_has_the_columns_of_the_guide_in_their_order_with_hints(
    smartplus: Smartplus, tmp_path: Path
) -> None:
    path = tmp_path / "template.xlsx"
    smartplus.done("resident", "template", str(path))
    assert headings(path) == GUIDE
    prompts = {one.promptTitle: one.prompt for one in sheet_of(path).data_validations.dataValidation}
    assert list(prompts) == [heading[:32] for heading in GUIDE]
    assert "2 to 8 digits" in prompts["PIN"]
    assert smartplus("resident", "template", str(path)).code == 1  # it is there already
    assert sheet_of(path).column_dimensions["O"].number_format == "@"


@pytest.mark.feature("RES-09")
def test_a_filled_template_is_previewed_and_then_imported(smartplus: Smartplus, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    smartplus.done("resident", "template", str(path))
    fill(
        path,
        person(building="B", apt="1002", account_type=1, first_name="Ben", last_name="Okonkwo", pin="3852"),
        person(building="B", apt="1002", account_type=0, first_name="Ada", last_name="Okonkwo", rf_card="0A3C7F20"),
    )
    dry = smartplus("resident", "import", str(path), "--dry-run", "--json").json
    assert dry["counts"] == {"add": 2, "change": 0, "same": 0, "warn": 0, "refuse": 0}
    assert dry["written"] is False
    assert smartplus("resident", "list", "--json").json["total"] == 3
    done = smartplus("resident", "import", str(path), "--json").json
    assert (done["written"], done["state"], done["refused"]) == (2, "done", 0)
    people = smartplus("resident", "list", "--filter", "okonkwo", "--json").json["items"]
    assert [(one["name"], one["role"]) for one in people] == [("Okonkwo, Ada", "master"), ("Okonkwo, Ben", "member")]
    smartplus.done("undo", str(done["operation"]), "--yes")
    assert smartplus("resident", "list", "--json").json["total"] == 3


@pytest.mark.feature("RES-09")
def test_bad_rows_are_named_by_cell_and_stop_all_or_only_themselves(smartplus: Smartplus, tmp_path: Path) -> None:
    columns = ("Building", "Apt", "First Name", "Last Name", "PIN")
    path = listed(
        tmp_path / "l.xlsx", columns, ("B", "1002", "Ada", "Okonkwo", "9207"), ("B", "1003", "Jan", "Novak", "")
    )
    ran = smartplus("resident", "import", path)
    assert ran.code == 1
    assert "PIN (E2): A PIN cannot start with 9" in ran.out
    assert "--good-rows" in ran.err
    assert smartplus("resident", "list", "--json").json["total"] == 3
    assert smartplus("resident", "import", path, "--dry-run").code == 3
    report = tmp_path / "report.xlsx"
    ran = smartplus("resident", "import", path, "--good-rows", "--report", str(report), "--json")
    assert ran.code == 3
    done = json.loads(ran.out)
    assert (done["written"], done["refused"], done["state"]) == (1, 1, "done")
    rows = list(sheet_of(report).iter_rows(values_only=True))
    assert rows[0] == ("Row", "Verdict", "Apartment", "Name", "What became of it")
    assert rows[1][:2] == (2, "refuse")
    assert "cannot start with 9" in rows[1][4]
    (kept,) = smartplus("import", "list", "--json").json["items"]
    assert (kept["written"], kept["refused"], kept["source"]) == (1, 1, "l.xlsx")
    assert smartplus("import", "show", str(kept["id"]), "--json").json["rows"][0]["number"] == 2
    assert smartplus("import", "show", "4711").code == 1


@pytest.mark.feature("RES-09")
def test_a_file_that_cannot_be_read_is_one_sentence(smartplus: Smartplus, tmp_path: Path) -> None:
    bad = tmp_path / "list.xlsx"
    bad.write_bytes(b"no list")
    ran = smartplus("resident", "import", str(bad))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("file: This is no xlsx file")
    assert smartplus("resident", "import", str(tmp_path / "none.xlsx")).code == 1


@pytest.mark.feature("RES-09")
def test_the_home_of_nobody_is_a_path_at_which_there_is_nothing(smartplus: Smartplus) -> None:
    for words in (("import", "~nobody-here/list.xlsx"), ("export", "~nobody-here/list.xlsx")):
        ran = smartplus("resident", *words)
        assert ran.code == 1, ran.err
        assert "~nobody-here/list.xlsx" in ran.err


@pytest.mark.feature("RES-09")
def test_a_csv_of_another_program_is_taken_over(smartplus: Smartplus, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("Wohnung;Gebäude;Vorname;Nachname;Code\r\n1002;B;Jürgen;Groß;0012\r\n".encode("cp1252"))
    assert smartplus("resident", "import", str(path), "--json").json["written"] == 1
    found = smartplus("resident", "list", "--filter", "groß", "--json").json["items"]
    assert [one["name"] for one in found] == ["Groß, Jürgen"]
    shown = smartplus("resident", "reveal", "groß", "--json").json["codes"]
    assert [code["value"] for code in shown] == ["0012"]


@pytest.mark.feature("RES-10")
@pytest.mark.edge("32")
def test_a_batch_edit_changes_what_is_written_and_keeps_what_is_blank(smartplus: Smartplus, tmp_path: Path) -> None:
    path = tmp_path / "edit.xlsx"
    smartplus.done("resident", "export", str(path))
    assert headings(path) == ("UID", *GUIDE)
    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    rows = {sheet.cell(row, 7).value: row for row in range(2, sheet.max_row + 1)}
    assert rows.keys() == {"Anna", "Jan", "Łucja"}
    anna, jan = rows["Anna"], rows["Jan"]
    assert sheet.cell(anna, 9).value == "anna@example.com"
    assert sheet.cell(anna, 15).value is None  # no code leaves by an export
    assert sheet.cell(anna, 16).value is None
    sheet.cell(anna, 9).value = None
    sheet.cell(anna, 18).value = "tenant"
    sheet.cell(jan, 9).value = "jan@example.com"
    book.save(path)
    before = len(smartplus("outbox", "list", "--json").json["items"])
    done = smartplus("resident", "batch-edit", str(path), "--json").json
    assert done["counts"] == {"add": 0, "change": 2, "same": 1, "warn": 0, "refuse": 0}
    shown = smartplus("resident", "show", "kowalska anna", "--json").json
    assert (shown["email"], shown["remark"]) == ("anna@example.com", "tenant")
    assert [code["kind"] for code in shown["credentials"]] == ["pin", "card"]
    assert smartplus("resident", "show", "jan", "--json").json["email"] == "jan@example.com"
    mails = smartplus("outbox", "list", "--json").json["items"]
    assert len(mails) == before + 1
    assert "jan@example.com" in {mail["address"] for mail in mails}
    assert "Edited 2 rows" in smartplus("undo").out


@pytest.mark.feature("RES-10")
@pytest.mark.edge("33")
def test_linked_users_keep_their_contact_and_the_rest_of_the_row_is_done(smartplus: Smartplus, tmp_path: Path) -> None:
    smartplus.done("resident", "link", "kowalska anna", "--reason", "Linked to another site.")
    uid = smartplus("resident", "show", "kowalska anna", "--json").json["uid"]
    columns = ("UID", "Email", "Mobile Number", "Remark")
    path = listed(tmp_path / "edit.xlsx", columns, (uid, "new@example.com", "01512345678", "tenant"))
    done = smartplus("resident", "batch-edit", path, "--json").json
    (row,) = done["rows"]
    assert row["verdict"] == "warn"
    assert "Email (B2): stays as it is" in row["text"]
    assert "Mobile Number (C2): stays as it is" in row["text"]
    shown = smartplus("resident", "show", "kowalska anna", "--json").json
    assert (shown["email"], shown["remark"]) == ("anna@example.com", "tenant")


@pytest.mark.feature("RES-10")
def test_a_batch_edit_moves_nobody_and_needs_the_uid(smartplus: Smartplus, tmp_path: Path) -> None:
    uid = smartplus("resident", "show", "kowalska anna", "--json").json["uid"]
    path = listed(
        tmp_path / "a.xlsx", ("UID", "Building", "Apt", "Account Type"), (uid, "B", "1002", "1"), ("99", "", "", "")
    )
    ran = smartplus("resident", "batch-edit", path, "--dry-run", "--json")
    assert ran.code == 3
    rows = json.loads(ran.out)["rows"]
    assert {note["field"] for note in rows[0]["notes"]} == {"building", "apartment", "role"}
    assert "No resident here has this UID" in rows[1]["does"]
    without = listed(tmp_path / "b.xlsx", ("Building", "Apt", "Last Name"), ("A", "1001", "Kowalska"))
    assert "UID" in smartplus("resident", "batch-edit", without).err


@pytest.mark.feature("RES-12")
def test_cards_and_pins_find_their_people_by_apartment_and_name(smartplus: Smartplus, tmp_path: Path) -> None:
    path = tmp_path / "cards.xlsx"
    smartplus.done("resident", "template", str(path), "--kind", "cards")
    assert headings(path) == ("Building", "Apt", "Account Type", "First Name", "Last Name", "RF Card", "PIN")
    fill(
        path,
        ("A", "1001", 0, "Anna", "Kowalska", "0A1B2C3D;9F8E7D6C", "3852"),
        ("A", "1001", 1, "Jan", "Kowalska", "0A1B2C3D", ""),
        ("A", "1001", 1, "Nobody", "Here", "11223344", ""),
    )
    ran = smartplus("resident", "cards", str(path), "--good-rows", "--json")
    assert ran.code == 3
    done = json.loads(ran.out)
    by_row = {row["number"]: row for row in done["rows"]}
    assert by_row[2]["text"] == "new PIN, + card ··6C"
    assert "belongs to Anna Kowalska" in by_row[3]["text"]
    assert "There is Anna Kowalska, Jan Kowalska" in by_row[4]["text"]
    codes = smartplus("resident", "reveal", "kowalska anna", "--json").json["codes"]
    assert {"0A1B2C3D", "9F8E7D6C", "3852"} <= {code["value"] for code in codes}


@pytest.mark.feature("RES-11")
@pytest.mark.edge("15")
def test_faces_of_a_zip_find_their_people_and_misses_are_told(smartplus: Smartplus, tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (200, 200), "tan").save(picture, "JPEG")
    path = tmp_path / "faces.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("A+1001+Anna Kowalska.jpg", picture.getvalue())
        package.writestr("../A+1001+Jan Kowalska.jpg", picture.getvalue())
    ran = smartplus("resident", "faces", str(path), "--good-rows", "--json")
    assert ran.code == 3
    done = json.loads(ran.out)
    assert (done["kind"], done["written"], done["refused"]) == ("faces", 1, 1)
    assert "leads out of the zip" in done["rows"][0]["text"]
    smartplus.done("resident", "photo", "kowalska anna", str(tmp_path / "anna.jpg"))
    assert (tmp_path / "anna.jpg").read_bytes().startswith(b"\xff\xd8\xff")


@pytest.mark.feature("RES-09")
def test_a_row_that_is_refused_twice_says_both_in_sentences(smartplus: Smartplus, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Building;Apt;Account Type;First Name;Last Name;Email;PIN\nD;1001;0;Eva;Moss;nobody;9123\n")
    ran = smartplus("resident", "import", str(path), "--dry-run")
    assert ran.code == 3
    assert ".;" not in ran.out
    assert "There is no building D. " in ran.out
