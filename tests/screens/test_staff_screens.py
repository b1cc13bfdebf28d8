"""Delivery and Staff: lists, forms, pages and the import of staff cards (features VIS-05 to VIS-07)."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from backend.domain.context import Context
from backend.domain.enums import Role
from backend.domain.paging import ListQuery
from backend.domain.staff import StaffDraft, StaffPatch
from backend.engine import Engine
from tests.screens.conftest import SMALL, WIDE, Show
from tests.support.keys import Keys
from widgets.dialog import ConfirmDialog
from widgets.table import VirtualTable

Park = tuple[Engine, Context]
TABS = {"2": ("DeliveryTab", "DeliveryForm", "DeliveryPage"), "3": ("StaffTab", "StaffForm", "StaffPage")}


def jan(engine: Engine, context: Context, **more: object) -> int:
    """Jan Nowak of the staff, who has a card."""
    draft = StaffDraft(name="Jan Nowak", cards=("9F8E7D60",), **more)  # type: ignore[arg-type]
    return engine.staff.add(context.again(), draft).id


def names(engine: Engine, context: Context, record: str) -> list[str]:
    """Who is there."""
    return [str(row.values["name"]) for row in engine.list(record, context).first(50)]


async def open_tab(keys: Keys, digit: str) -> None:
    """A list of Visitors & Staff."""
    await keys.press("g", "v", digit)
    await keys.until_page(TABS[digit][0])
    await keys.settled()


@pytest.mark.feature("VIS-05")
@pytest.mark.feature("VIS-06")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
@pytest.mark.parametrize("digit", list(TABS))
async def test_an_empty_list_says_which_key_adds_the_first_one(show: Show, digit: str, size: tuple[int, int]) -> None:
    async with show(size=size) as keys:
        await open_tab(keys, digit)
        await keys.until_text("Add the first one")
        await keys.press("n")
        await keys.until_page(TABS[digit][1])
        await keys.until_text("A (default)")
        assert "default groups" in keys.text()
        assert "free: " in keys.text()


@pytest.mark.feature("VIS-05")
@pytest.mark.edge("5")
@pytest.mark.edge("41")
async def test_a_delivery_is_refused_at_its_fields_and_then_saved(show: Show, park: Park) -> None:
    engine, context = park
    async with show() as keys:
        await open_tab(keys, "2")
        await keys.press("n")
        await keys.until_page("DeliveryForm")
        await keys.press("f2")
        await keys.until_text("Write a name.")
        assert "A delivery needs a PIN or a card." in keys.text()
        await keys.type("DHL")
        await keys.press("tab")
        await keys.type("2741")
        await keys.press("tab", "tab", "tab")
        await keys.type("1;2;3;4;5;6;7;8;9;10;11")
        await keys.press("f2")
        await keys.until_text("At most 10 floors, these are 11.")
        assert "This PIN belongs to Anna Kowalska" in keys.text()
        assert names(engine, context, "delivery") == []
        await keys.settled()
        await keys.press("ctrl+u")  # the cursor is in the first bad field
        await keys.type("4321")
        await keys.press("tab", "tab", "tab", "ctrl+u")
        await keys.type("1;2")
        await keys.until_text("Main Gate")
        await keys.press("f2")
        await keys.until_page("DeliveryTab")
        await keys.until_text("DHL")
        assert "PIN" in keys.text()
        assert "4321" not in keys.text()
        (row,) = engine.list("delivery", context).first(2)
        assert engine.deliveries.get(context, row.id).floors == ("1", "2")


@pytest.mark.feature("VIS-06")
async def test_groups_and_floors_of_last_time_stand_in_the_next_form_and_in_a_series(show: Show, park: Park) -> None:
    engine, context = park
    async with show() as keys:
        await open_tab(keys, "3")
        await keys.press("n")
        await keys.until_page("StaffForm")
        await keys.type("Eva Moss")
        await keys.press("tab")
        await keys.type("0A1B2C3D")
        await keys.press("tab", "tab", "backspace", "tab")
        await keys.type("2")
        await keys.press("f4")
        await keys.until(lambda: names(engine, context, "staff") == ["Eva Moss"])
        await keys.until_page("StaffForm")
        await keys.until_text("as last time")
        assert "A (default)" in keys.text()
        assert "B (default)" not in keys.text()
        await keys.press("escape")
        await keys.until_page("StaffTab")
        await keys.press("n")
        await keys.until_page("StaffForm")
        await keys.until_text("as last time")
        (row,) = engine.list("staff", context).first(2)
        assert [name for _, name in engine.staff.get(context, row.id).groups] == ["A (default)"]


@pytest.mark.feature("VIS-06")
@pytest.mark.edge("14")
async def test_an_editor_shows_when_the_face_was_enrolled_and_a_save_keeps_it(
    show: Show, park: Park, tmp_path: Path
) -> None:
    engine, context = park
    photo = tmp_path / "jan.png"
    Image.new("RGB", (300, 300), "brown").save(photo)
    jpeg = engine.files.read_photo(photo)
    person = jan(engine, context, face=jpeg)
    async with show() as keys:
        await open_tab(keys, "3")
        await keys.until_text("Card, Face")
        await keys.press("e")
        await keys.until_page("StaffEdit")
        await keys.until_text("enrolled ")
        assert "··60, typed adds" in keys.text()
        await keys.type(" Maria")
        await keys.press("f2")
        await keys.until_page("StaffTab")
        assert engine.staff.photo(context, person) == jpeg
        await keys.press("enter")
        await keys.until_page("StaffPage")
        await keys.until_text("enrolled ")
        await keys.press("v")
        await keys.until_text("▀")


@pytest.mark.feature("VIS-06")
@pytest.mark.feature("SYNC-03")
async def test_a_page_shows_codes_doors_and_the_proof_of_what_was_taken_away(show: Show, park: Park) -> None:
    engine, context = park
    person = jan(engine, context, pin="4321")
    async with show() as keys:
        await keys.press("ctrl+p")
        await keys.type("jan now")
        await keys.press("enter")
        await keys.until_page("StaffPage")
        await keys.settled()
        text = keys.text()
        assert "Staff member" in text
        assert "··21" in text
        assert "··60" in text
        assert "Main Gate" in text
        await keys.press("d")
        await keys.until_text("away from Jan Nowak?")
        await keys.press("enter")
        assert len([one for one in engine.staff.get(context, person).credentials if one.status == "active"]) == 2
        await keys.press("d")
        await keys.until_text("away from Jan Nowak?")
        await keys.press("y")
        await keys.until_text("0 of 3 doors read back without it")
        await keys.press("h")
        await keys.until_text("Changed staff member")
        await keys.press("e")
        await keys.until_page("CodeForm")
        await keys.type("77889900")
        await keys.press("f2")
        await keys.until_page("StaffPage")
        await keys.until(
            lambda: (
                "··00"
                in {one.masked for one in engine.staff.get(context, person).credentials if one.status == "active"}
            )
        )


@pytest.mark.feature("VIS-05")
@pytest.mark.edge("40")
async def test_the_ticked_are_deleted_after_one_question_that_names_what_goes(show: Show, park: Park) -> None:
    engine, context = park
    for number, name in enumerate(("DHL", "GLS", "UPS")):
        engine.deliveries.add(context.again(), StaffDraft(name=name, pin=f"400{number}"))
    async with show() as keys:
        await open_tab(keys, "2")
        await keys.press("space", "down", "space")
        await keys.press("d")
        await keys.until_text("Delete these 2 deliveries?")
        assert "2 PINs" in keys.text()
        assert isinstance(keys.app.screen, ConfirmDialog)
        await keys.press("enter")
        assert len(names(engine, context, "delivery")) == 3
        await keys.press("d")
        await keys.until_text("Delete these 2 deliveries?")
        await keys.press("y")
        await keys.until(lambda: names(engine, context, "delivery") == ["UPS"])
        await keys.until(lambda: keys.page.query_one(VirtualTable).row_count == 1)
        await keys.press("C")
        await keys.until_text("4002")


@pytest.mark.feature("VIS-06")
async def test_the_list_finds_a_whole_pin_and_says_so_in_the_operations(show: Show, park: Park) -> None:
    engine, context = park
    jan(engine, context, pin="4321")
    engine.staff.add(context.again(), StaffDraft(name="Eva Moss", cards=("77889900",)))
    async with show() as keys:
        await open_tab(keys, "3")
        await keys.until_text("Eva Moss")
        await keys.press("slash")
        await keys.type("pin:4321")
        await keys.press("enter")
        await keys.until(lambda: "Eva Moss" not in keys.text())
        assert "Jan Nowak" in keys.text()
        filtered = engine.parse_filter("operation", context, '"Looked up a PIN"')
        assert engine.list("operation", context, ListQuery(filtered)).first(1)
        await keys.press("slash", "ctrl+u")
        await keys.type("pin:43*")
        await keys.press("enter")
        await keys.until_text("whole value")


@pytest.mark.feature("VIS-06")
@pytest.mark.edge("75")
async def test_two_editors_do_not_overwrite_each_other(show: Show, park: Park) -> None:
    engine, context = park
    person = jan(engine, context)
    async with show() as keys:
        await open_tab(keys, "3")
        await keys.press("e")
        await keys.until_page("StaffEdit")
        await keys.settled()
        engine.staff.edit(context.again(), person, 1, StaffPatch(floors=("3",)))
        await keys.type("Jan Maria")
        await keys.press("f2")
        await keys.until_text("changed Jan Nowak meanwhile: Floors")
        await keys.settled()
        await keys.press("f2")
        await keys.until_page("StaffTab")
        record = engine.staff.get(context, person)
        assert (record.name, record.floors) == ("Jan Maria", ("3",))


@pytest.mark.feature("VIS-05")
@pytest.mark.feature("VIS-06")
@pytest.mark.parametrize("digit", list(TABS))
async def test_a_viewer_may_look_but_not_touch(show: Show, park: Park, digit: str) -> None:
    engine, context = park
    jan(engine, context)
    engine.deliveries.add(context.again(), StaffDraft(name="DHL", pin="4321"))
    async with show(role=Role.VIEWER) as keys:
        await open_tab(keys, digit)
        await keys.until_text("DHL" if digit == "2" else "Jan Nowak")
        for key in ("n", "e", "d", "C", "i"):
            await keys.press(key)
            await keys.quiet()
            assert type(keys.app.screen).__name__ == TABS[digit][0], key
        await keys.press("enter")
        await keys.until_page(TABS[digit][2])
        for key in ("E", "e", "d", "X", "C"):
            await keys.press(key)
            await keys.quiet()
            assert type(keys.app.screen).__name__ == TABS[digit][2], key


async def test_a_technician_does_not_find_the_module(show: Show) -> None:
    async with show(role=Role.TECHNICIAN) as keys:
        assert "v" not in {entry.letter for entry in keys.page.session.modules}


@pytest.mark.feature("VIS-07")
@pytest.mark.edge("47")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_pasted_staff_are_previewed_put_right_written_and_reported(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    engine, context = park
    async with show(size=size) as keys:
        await open_tab(keys, "3")
        await keys.paste("Staff Name\tRF Card\tAccess Group ID|Jan Nowak\t9F8E7D60\t1|Eva Moss\t77889900\t99")
        await keys.until_page("StaffImportPage")
        await keys.until_text("+ 1 add")
        await keys.settled()
        text = keys.text()
        assert "Import staff" in text
        assert "× 1 refuse" in text
        assert "Bldg" not in text
        assert names(engine, context, "staff") == []
        await keys.press("f")
        await keys.until_text("There is no access group 99 here")
        await keys.press("b")
        await keys.until_text("× 0 refuse")
        await keys.settled()
        await keys.press("f2")
        await keys.until_page("ImportReportPage")
        await keys.until_text("+ 2 add")
        assert names(engine, context, "staff") == ["Eva Moss", "Jan Nowak"]


@pytest.mark.feature("VIS-07")
async def test_the_template_is_written_from_the_menu_and_read_again(show: Show, park: Park, tmp_path: Path) -> None:
    engine, context = park
    async with show() as keys:
        await open_tab(keys, "3")
        keys.page.session.export_folder = str(tmp_path)
        await keys.press("i")
        await keys.until_text("Download RF card template")
        await keys.press("down", "enter")
        await keys.until_text("template-staff.xlsx")
        await keys.press("enter")
        await keys.until_text("Written")
        filled = tmp_path / "filled.csv"
        filled.write_text("Staff Name;RF Card\nJan Nowak;9F8E7D60\n")
        await keys.press("i")
        await keys.until_text("Import RF Card")
        await keys.press("enter")
        await keys.until_text("filled.csv")
        await keys.type("fil")
        await keys.press("enter")
        await keys.until_page("StaffImportPage")
        await keys.until_text("+ 1 add")
        await keys.settled()
        await keys.press("f2")
        await keys.until(lambda: names(engine, context, "staff") == ["Jan Nowak"])
    assert (tmp_path / "template-staff.xlsx").exists()
