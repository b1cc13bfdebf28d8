"""Imports by keys alone: a file or pasted lines become a preview, are put right in place, written, and reported."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from textual import events
from textual.widgets import Input

from backend.domain.enums import Role
from backend.domain.paging import ListQuery
from backend.services import slices, undo_changes
from backend.services.import_write import SLICE_LEAST
from tests.screens.conftest import SMALL, WIDE, Show
from tests.support.keys import Keys

COLUMNS = ("Building", "Apt", "Account Type", "First Name", "Last Name", "RF Card", "PIN")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one list in it, in which two rows are bad."""
    book = Workbook()
    rows = (
        COLUMNS,
        ("A", "1203", 0, "Ada", "Okonkwo", "0A3C7F98", "38531"),
        ("A", "1203", 1, "Ben", "Okonkwo", "", "9207"),
        ("D", "0203", 0, "Jan", "Fischer", "", ""),
    )
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    (tmp_path / "lists").mkdir()
    book.save(tmp_path / "lists" / "residents.xlsx")
    return tmp_path / "lists"


def people(keys: Keys) -> list[str]:
    """Who lives here, as the engine says."""
    session = keys.page.session
    rows = session.engine.list("resident", session.context, ListQuery()).first(100)
    return [row.values["name"] for row in rows]


def write(keys: Keys, text: object) -> None:
    """Put data into the line that has the focus."""
    line = keys.app.screen.query_one(Input)
    line.value = str(text)
    line.cursor_position = len(line.value)


async def open_list(keys: Keys, folder: Path) -> None:
    """`i`, Batch Add, the file."""
    await keys.press("i")
    await keys.until_text("Batch Add Resident")
    await keys.press("enter")
    await keys.until_text("Which list")
    write(keys, f"{folder}/re")
    await keys.type("s")
    await keys.until_text("residents.xlsx")
    await keys.press("enter")
    await keys.until_page("ImportPage")
    await keys.settled()


@pytest.mark.feature("RES-09")
@pytest.mark.feature("RES-15")
async def test_a_list_is_put_right_in_place_and_written(show: Show, folder: Path) -> None:
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await open_list(keys, folder)
        text = keys.text()
        assert "residents.xlsx · 3 rows · nothing is written yet" in text
        assert "+ 1 add" in text
        assert "× 2 refuse" in text
        assert "Main Gate" in text  # what each door would receive
        assert "9207" not in text
        before = people(keys)
        await keys.press("f")  # only bad rows: the cursor is on the first of them
        await keys.until(lambda: "Okonkwo, Ada" not in keys.text())
        assert "PIN cannot start with 9" in keys.text()
        await keys.press("e")
        await keys.until_text("2 to 8 digits")
        await keys.type("2745")
        await keys.press("enter")
        await keys.until_text("× 1 refuse")
        await keys.settled()
        await keys.press("d")  # the row of the unknown building
        await keys.until_text("× 0 refuse")
        await keys.settled()
        assert people(keys) == before
        await keys.press("f2")
        await keys.until_page("ImportReportPage")
        await keys.until_text("+ 2 add")
        assert "✓ done" in keys.text()
        assert sorted(set(people(keys)) - set(before)) == ["Okonkwo, Ada", "Okonkwo, Ben"]


@pytest.mark.feature("RES-09")
async def test_good_rows_alone_are_written_only_after_a_question(show: Show, folder: Path, tmp_path: Path) -> None:
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await open_list(keys, folder)
        before = people(keys)
        await keys.press("f2")
        await keys.until_text("2 rows are refused and stay out")
        await keys.press("enter")  # Cancel has the focus
        assert people(keys) == before
        await keys.press("f2")
        await keys.until_text("2 rows are refused and stay out")
        await keys.press("y")
        await keys.until_page("ImportReportPage")
        await keys.until_text("× 2 refuse")
        assert set(people(keys)) - set(before) == {"Okonkwo, Ada"}
        await keys.press("x")
        await keys.until_text("Save the report")
        write(keys, tmp_path / "report.xlsx")
        await keys.press("enter")
        await keys.until((tmp_path / "report.xlsx").exists)
        await keys.settled()
        sheet: Any = load_workbook(tmp_path / "report.xlsx").active
        assert [cell.value for cell in sheet["B"]] == ["Verdict", "refuse", "refuse", "add"]
        await keys.press("escape", "i")
        await keys.until_text("Reports of imports")
        await keys.type("reports")
        await keys.press("enter")
        await keys.until_page("ImportsPage")
        await keys.until_text("residents.xlsx")
        await keys.press("enter")
        await keys.until_page("ImportReportPage")
        await keys.until_text("There is no building")


class Held:
    """A writer that waits after each commit about residents until it is let go, as a slow disk would make it wait."""

    def __init__(self, keys: Keys) -> None:
        self._go = threading.Event()
        store = keys.page.session.engine._store
        assert store is not None, "the engine has started"
        store.after_commit.append(lambda topics: self._wait() if "residents" in topics else None)

    def _wait(self) -> None:
        self._go.wait(20)

    def let_go(self) -> None:
        """It need not wait any more."""
        self._go.set()


def count(keys: Keys) -> int:
    """How many residents there are."""
    session = keys.page.session
    return int(session.engine.list("resident", session.context, ListQuery()).count())


@pytest.mark.feature("RES-09")
@pytest.mark.feature("SYNC-07")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_escape_stops_an_import_and_its_undo_between_slices(
    show: Show, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    monkeypatch.setattr(undo_changes, "AT_ONCE", 5)
    async with show("g", "r", size=size) as keys:
        await keys.until_page("ResidentsScreen")
        await keys.settled()
        before, lines = count(keys), "\n".join(f"A 1203\tPerson{number} Okonkwo" for number in range(80))
        keys.app.post_message(events.Paste(lines))
        await keys.until_page("ImportPage")
        await keys.until_text("+ 4 add")
        await keys.settled()
        slow = Held(keys)
        await keys.press("f2")
        await keys.until_text("of 80 rows")
        await keys.press("escape")
        slow.let_go()
        await keys.until_page("ImportReportPage")
        await keys.until_text(f"{SLICE_LEAST} of 80 rows")
        await keys.until(lambda: "or take back what is written" in " ".join(keys.text().split()))
        await keys.until_text("Not written: it was stopped.")
        assert count(keys) == before + SLICE_LEAST
        await keys.press("u")
        await keys.until_page("UndoScreen")
        await keys.until_text("Import stop")
        slow = Held(keys)
        await keys.press("enter", "y")
        await keys.until_text("Undoing")
        await keys.press("escape")
        slow.let_go()
        await keys.until_text("◐ half undone")
        assert before < count(keys) < before + SLICE_LEAST
        await keys.press("enter", "y")
        await keys.until(lambda: count(keys) == before)


@pytest.mark.feature("RES-09")
async def test_pasted_lines_open_the_preview_and_press_no_key(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await keys.settled()
        keys.app.post_message(
            events.Paste("A 1203\tAda Okonkwo <ada@example.com>\t38531\nA 1203\tBen Okonkwo\tq\x1b\n")
        )
        await keys.until_page("ImportPage")
        await keys.until_text("+ 2 add")
        assert "columns guessed by what they hold" in keys.text()
        before = people(keys)
        await keys.settled()
        await keys.press("f2")
        await keys.until_page("ImportReportPage")
        await keys.until_text("+ 2 add")
        assert sorted(set(people(keys)) - set(before)) == ["Okonkwo, Ada", "Okonkwo, Ben"]


@pytest.mark.feature("RES-09")
async def test_one_pasted_line_on_the_list_does_nothing(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await keys.settled()
        keys.app.post_message(events.Paste("ndq"))
        await keys.settled()
        assert type(keys.app.screen).__name__ == "ResidentsScreen"


@pytest.mark.feature("RES-09")
async def test_lines_pasted_into_the_form_open_the_preview_too(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await keys.press("n")
        await keys.until_page("ResidentForm")
        await keys.settled()
        await keys.press("tab")
        keys.app.post_message(events.Paste("A;1203;Ada;Okonkwo\nA;1203;Ben;Okonkwo\n"))
        await keys.until_page("ImportPage")
        await keys.until_text("+ 2 add")


@pytest.mark.feature("RES-09")
async def test_a_file_that_is_no_list_says_so_and_escape_leaves(show: Show, folder: Path) -> None:
    (folder / "residents.xlsx").write_bytes(b"PK\x03\x04 no")
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await open_list(keys, folder)
        await keys.until_text("residents.xlsx was not taken over")
        assert "damaged" in keys.text()
        await keys.press("f2", "e", "d", "f", "c")
        await keys.press("escape")
        await keys.until_page("ResidentsScreen")


@pytest.mark.feature("RES-09")
async def test_what_was_put_right_is_not_lost_without_a_question(show: Show, folder: Path) -> None:
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await open_list(keys, folder)
        await keys.press("down", "b")  # leave the PIN blank
        await keys.until_text("× 1 refuse")
        await keys.settled()
        await keys.press("g", "d")
        await keys.until_text("Throw away 1 change?")
        await keys.press("enter")
        await keys.until_page("ImportPage")
        await keys.press("escape")
        await keys.until_text("Throw away 1 change?")
        await keys.press("x")
        await keys.until_page("ResidentsScreen")


@pytest.mark.feature("RES-09")
async def test_on_a_small_screen_the_doors_stand_behind_a_key(show: Show, folder: Path) -> None:
    async with show("g", "r", size=SMALL) as keys:
        await keys.until_page("ResidentsScreen")
        await open_list(keys, folder)
        assert "users after" not in keys.text()
        await keys.press("right_square_bracket")
        await keys.until_text("users after")


@pytest.mark.feature("RES-09")
async def test_a_template_is_written_from_the_screen(show: Show, tmp_path: Path) -> None:
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await keys.press("i")
        await keys.type("download import")
        await keys.press("enter")
        await keys.until_text("Write a template")
        write(keys, tmp_path / "t.xlsx")
        await keys.press("enter")
        await keys.until((tmp_path / "t.xlsx").exists)


@pytest.mark.feature("ACC-08")
@pytest.mark.edge("40")
async def test_a_viewer_imports_nothing(show: Show) -> None:
    async with show("g", "r", role=Role.VIEWER) as keys:
        await keys.until_page("ResidentsScreen")
        await keys.settled()
        await keys.press("i")
        await keys.until_text("Your role does not allow this")
        keys.app.post_message(events.Paste("A;1203;Ada;Okonkwo\nA;1203;Ben;Okonkwo\n"))
        await keys.settled()
        assert type(keys.app.screen).__name__ == "ResidentsScreen"


@pytest.mark.feature("RES-09")
async def test_a_path_typed_behind_the_folder_begins_anew_and_names_no_user(show: Show, folder: Path) -> None:
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await keys.press("i")
        await keys.until_text("Batch Add Resident")
        await keys.press("enter")
        await keys.until_text("Which list")
        await keys.type("~nobody-of-this-name/x")
        await keys.until_text("begins like this")
        write(keys, Path.home())
        await keys.type(f"/{folder}/residents.xlsx")
        await keys.press("enter")
        await keys.until_page("ImportPage")
        await keys.until_text("residents.xlsx · 3 rows")


@pytest.mark.feature("RES-15")
async def test_counts_and_choices_of_a_preview_fit_80_columns(show: Show, folder: Path) -> None:
    async with show("g", "r", size=SMALL) as keys:
        await keys.until_page("ResidentsScreen")
        await open_list(keys, folder)
        line = next(line for line in keys.text().splitlines() if "+ 1 add" in line)
        assert "× 2 refuse" in line
        assert line.rstrip().endswith("show all  bad  warn")
        assert "0 change" not in line
