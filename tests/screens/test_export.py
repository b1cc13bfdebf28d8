"""`x` on a list: a name from filter and date, what is filtered in the file, the path after."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from backend.documents import lists
from tests.documents.test_writer import read_csv, read_xlsx
from tests.screens.conftest import SMALL, Show
from tests.support.keys import Keys


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


def files(folder: Path) -> list[Path]:
    """What is in a folder."""
    return list(folder.iterdir())


async def filtered(keys: Keys, text: str) -> None:
    """Filter a list."""
    await keys.until_text("Kowalska, Anna")
    await keys.press("slash")
    await keys.type(text)
    await keys.press("enter")
    await keys.until_text("of 5")


@pytest.mark.feature("APT-05")
async def test_two_keys_write_what_is_filtered_and_the_path_is_told(show: Show, home: Path) -> None:
    async with show("g", "r") as keys:
        await filtered(keys, "kowal")
        await keys.press("x", "enter")
        await keys.until_text("2 rows exported")
        (path,) = files(home)
        assert path.name.startswith("residents-kowal-20")
        assert f"to ~/{path.name}" in keys.text()
        assert [row[0] for row in read_xlsx(path)[1:]] == ["Kowalska, Anna", "Kowalski, Piotr"]


@pytest.mark.feature("APT-05")
async def test_format_and_folder_stay_as_last_time_and_no_file_is_written_over(show: Show, home: Path) -> None:
    (home / "files").mkdir()
    async with show("g", "a") as keys:
        await keys.until_text("4 apartments")
        await keys.press("x")
        await keys.until_text("every row of the list")
        line = keys.app.screen.query_one(Input)
        line.value = str(home / "files" / "all.xlsx")
        await keys.press("tab", "enter")
        await keys.until_text("4 rows exported")
        assert read_csv(home / "files" / "all.csv")[0][:3] == ["Building", "APT", "APT name"]
        await keys.press("x")
        await keys.until_text("every row of the list")
        line = keys.app.screen.query_one(Input)
        assert Path(line.value).parent == Path("~/files")
        assert Path(line.value).suffix == ".csv"
        line.value = str(home / "files" / "all.csv")
        before = (home / "files" / "all.csv").read_bytes()
        await keys.press("enter")
        await keys.until_text("There is a file of this name already")
        assert line.value == str(home / "files" / "all.csv")
        assert (home / "files" / "all.csv").read_bytes() == before


async def test_a_folder_that_is_not_there_is_said_at_the_field(show: Show, home: Path) -> None:
    async with show("g", "a", size=SMALL) as keys:
        await keys.until_text("4 apartments")
        await keys.press("x")
        await keys.until_text("every row of the list")
        for typed, said in (
            (str(home / "none" / "all.xlsx"), "cannot be written"),
            (str(home), "The name ends in .xlsx or .csv"),
            ("~no-such-person/all.csv", "There is nobody of this name"),
        ):
            keys.app.screen.query_one(Input).value = typed
            await keys.press("enter")
            await keys.until_text(said)
        await keys.press("escape")
        await keys.until_page("ApartmentsScreen")
        assert files(home) == []


async def test_escape_while_it_writes_leaves_no_file(show: Show, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 1)
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("x")
        await keys.until_text("every row of the list")
        dialog = keys.app.screen
        told = dialog._told

        def stop_at_two(done: int, total: int) -> bool:
            if done == 2:
                dialog._stopped = True
            return told(done, total)

        monkeypatch.setattr(dialog, "_told", stop_at_two)
        await keys.press("enter")
        await keys.until_text("Stopped: no file was written")
        assert files(home) == []
        await keys.press("escape")
        await keys.until_page("ResidentsScreen")


@pytest.mark.feature("LOG-01")
@pytest.mark.parametrize("letter", ["r", "a", "l", "p", "h"])
async def test_every_list_can_be_exported(show: Show, home: Path, letter: str) -> None:
    async with show("g", letter) as keys:
        await keys.settled()
        await keys.press("x", "enter")
        await keys.until_text("rows exported")
        assert len(files(home)) == 1
