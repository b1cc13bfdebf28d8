"""The form of a resident: errors at their fields, nothing typed is lost, two at one record, the plan, series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from textual.events import Paste

from backend.domain.context import Context
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentPatch
from backend.engine import Engine
from screens.base.form_page import FormPage
from tests.screens.conftest import SMALL, WIDE, Show
from tests.support.keys import Keys
from widgets.form import ErrorBanner

Park = tuple[Engine, Context]


def typed(keys: Keys) -> dict[str, Any]:
    """What stands in the form."""
    assert isinstance(keys.page, FormPage)
    return keys.page.form.values()


def notes(keys: Keys) -> dict[str, str]:
    """What is to know of each field."""
    assert isinstance(keys.page, FormPage)
    return {key: field.note for key, field in keys.page.form.fields.items() if field.note}


async def edit(keys: Keys, name: str) -> None:
    """Open the form of a person from the list."""
    await keys.until_text("Kowalska, Anna")
    await keys.press("slash")
    await keys.type(name)
    await keys.press("enter")
    await keys.until_text("1 of 5")
    await keys.press("e")
    await keys.until_page("ResidentEdit")


@pytest.mark.feature("RES-08")
async def test_the_form_says_whom_it_changes_and_how_much_is_not_saved(show: Show) -> None:
    async with show("g", "r") as keys:
        await edit(keys, "anna")
        await keys.until_text("Kowalska, Anna · A 1001 · Master")
        await keys.type("x")
        await keys.until_text("1 change, not saved")


@pytest.mark.edge("75")
async def test_a_change_by_somebody_else_is_said_and_what_was_typed_is_kept(show: Show, park: Park) -> None:
    engine, installer = park
    other = Engine(engine.root, clock=engine.clock)
    other.start()
    try:
        async with show("g", "r") as keys:
            await edit(keys, "anna")
            await keys.press("end")
            await keys.type("bel")
            anna = other.residents.get(installer, other.residents.find(installer, "Kowalska, Anna"))
            patch = ResidentPatch(remark="moved meanwhile")
            other.residents.edit(installer.again(), anna.id, anna.version, patch)
            await keys.press("f2")
            await keys.until(lambda: "What you typed is kept" in keys.page.query_one(ErrorBanner).whole)
            assert typed(keys)["first"] == "Annabel"
            record = engine.residents.get(installer, anna.id)
            assert (record.first, record.remark) == ("Anna", "moved meanwhile")
            await keys.until(lambda: notes(keys).get("remark") == "Theirs now; it was empty.")
            assert typed(keys)["remark"] == "moved meanwhile"
            await keys.type("la")
            assert typed(keys)["first"] == "Annabella", "the cursor stays where it was"
            await keys.press("f2")
            await keys.until(lambda: engine.residents.get(installer, anna.id).first == "Annabella")
            assert engine.residents.get(installer, anna.id).remark == "moved meanwhile"
    finally:
        other.close()


async def test_escape_keeps_the_form_until_the_question_is_answered(show: Show) -> None:
    async with show("g", "r", "n") as keys:
        await keys.until_page("ResidentForm")
        await keys.press("tab")
        await keys.type("Jan")
        await keys.press("escape")
        await keys.until_text("Throw away 1 change?")
        await keys.press("enter")
        await keys.until_page("ResidentForm")
        assert typed(keys)["first"] == "Jan"
        await keys.press("escape")
        await keys.until_text("Throw away 1 change?")
        await keys.press("x")
        await keys.until_page("ResidentsScreen")


async def test_save_and_next_keeps_the_apartment(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("g", "r", "n") as keys:
        await keys.type("1203")
        await keys.press("tab")
        await keys.type("Jan")
        await keys.press("tab")
        await keys.type("Nowak")
        await keys.press("f4")
        await keys.until(lambda: len(engine.list("resident", installer, ListQuery()).first(10)) == 6)
        await keys.until(lambda: typed(keys)["last"] == "Nowak" and not typed(keys)["first"])
        await keys.until_text("A 1203")
        await keys.type("Ola")
        await keys.press("f2")
        await keys.until(lambda: len(engine.list("resident", installer, ListQuery()).first(10)) == 7)
        found = engine.residents.get(installer, engine.residents.find(installer, "Nowak, Ola"))
        assert (found.apartment, found.role.value) == ("1203", "member")


@pytest.mark.feature("SYNC-02")
async def test_f3_shows_the_plan_as_a_page_and_leads_back(show: Show) -> None:
    async with show("g", "r", "n", size=SMALL) as keys:
        await keys.type("1203")
        await keys.press("tab")
        await keys.type("Jan")
        await keys.press("tab")
        await keys.type("Nowak")
        await keys.press("tab", "tab")
        await keys.type("4711")
        await keys.until_text("2 doors +2 -0")
        assert "Capacity after" not in keys.text()
        await keys.press("f3")
        await keys.until_text("Capacity after")
        await keys.press("escape")
        await keys.type("2")
        assert typed(keys)["pin"] == "47112"


@pytest.mark.feature("SYNC-02")
async def test_a_change_that_takes_access_away_asks_first(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("g", "r") as keys:
        await edit(keys, "anna")
        for _ in range(5):
            await keys.press("tab")
        await keys.press("backspace")
        await keys.until(lambda: typed(keys)["group_ids"] == ())
        await keys.press("f2")
        await keys.until_text("loses access at 2 doors. Save?")
        await keys.press("enter")
        await keys.until_page("ResidentEdit")
        anna = engine.residents.find(installer, "Kowalska, Anna")
        assert engine.residents.get(installer, anna).groups
        await keys.press("f2")
        await keys.until_text("loses access at 2 doors. Save?")
        await keys.press("y")
        await keys.until(lambda: not engine.residents.get(installer, anna).groups)


@pytest.mark.parametrize("name", ["[/ x]", "[bold]Bo[/bold]", "Zoë 👩‍👧", "שלום", "x" * 64])
async def test_any_name_can_be_typed_saved_and_shown(show: Show, park: Park, name: str) -> None:
    engine, installer = park
    async with show("g", "r", "n") as keys:
        await keys.type("1203")
        await keys.press("tab")
        keys.page.query_one("#field-first").query_one("FieldInput").value = name  # type: ignore[attr-defined]
        await keys.press("tab")
        await keys.type("Nowak")
        await keys.press("f2")
        await keys.until(lambda: len(engine.list("resident", installer, ListQuery()).first(10)) == 6)
        await keys.until_page("ResidentsScreen")
        await keys.press("slash")
        await keys.type("nowak")
        await keys.press("enter")
        await keys.until_text("1 of 6")
        await keys.press("enter")
        await keys.until_page("ResidentPage")
        await keys.press("X")
        await keys.until_text("Delete Nowak,")


@pytest.mark.edge("75")
@pytest.mark.feature("RES-08")
async def test_what_both_changed_is_said_field_by_field_and_ctrl_t_takes_theirs(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("g", "r") as keys:
        await edit(keys, "anna")
        await keys.press("end")
        await keys.type("x")
        anna = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna"))
        patch = ResidentPatch(first="Hanna", last="Nowak", floors=("3",), pin="8642")
        engine.residents.edit(installer.again(), anna.id, anna.version, patch)
        await keys.press("f2")
        await keys.until(lambda: len(notes(keys)) == 3)
        assert notes(keys) == {
            "first": "Both changed it. Theirs: Hanna.",
            "last": "Theirs now; it was Kowalska.",
            "floors": "Theirs now; it was empty.",
        }
        said = keys.page.query_one(ErrorBanner).whole
        assert said.startswith("Ines Moreau changed Hanna Nowak meanwhile: First name, Last name, Floors, codes.")
        assert {name: typed(keys)[name] for name in ("first", "last", "floors")} == {
            "first": "Annax",
            "last": "Nowak",
            "floors": "3",
        }
        await keys.press("ctrl+t")
        assert typed(keys)["first"] == "Hanna"
        await keys.until(lambda: "first" not in notes(keys))
        await keys.type("!")
        await keys.press("f2")
        await keys.until_page("ResidentsScreen")
        now = engine.residents.get(installer, anna.id)
        assert (now.last, now.floors) == ("Nowak", ("3",))


@pytest.mark.edge("75")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_the_cursor_goes_to_what_both_changed_and_the_way_on_is_read_whole(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    engine, installer = park
    name = "Maximiliane-Wilhelmina-Charlotte-Friederike-Auguste-Leopoldine"
    async with show("g", "r", size=size) as keys:
        await edit(keys, "anna")
        await keys.press("end")
        await keys.type("x")
        await keys.press("tab", "tab")
        anna = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna"))
        engine.residents.edit(installer.again(), anna.id, anna.version, ResidentPatch(first=name, floors=("3",)))
        await keys.press("f2")
        await keys.until(lambda: "first" in notes(keys))
        await keys.until(lambda: keys.page.query_one("#field-first").has_focus_within)
        await keys.until(lambda: "takes theirs in a field." in " ".join(keys.text().replace("▌", "").split()))


@pytest.mark.edge("75")
async def test_what_was_deleted_meanwhile_is_said_and_what_was_typed_is_kept(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("g", "r") as keys:
        await edit(keys, "piotr")
        await keys.press("end")
        await keys.type("x")
        engine.residents.delete(installer.again(), (engine.residents.find(installer, "piotr"),))
        await keys.press("f2")
        await keys.until_text("Somebody took it away")
        assert typed(keys)["first"] == "Piotrx"
        await keys.press("escape")
        await keys.until_text("Throw away 1 change?")


@pytest.mark.feature("RES-01")
async def test_a_pasted_person_is_split_and_several_are_not(show: Show) -> None:
    async with show("g", "r", "n") as keys:
        await keys.until_page("ResidentForm")
        await keys.press("tab")
        line = keys.app.focused
        line.post_message(Paste("Anna Maria Nowak <anna.nowak@example.com>"))
        await keys.until(lambda: typed(keys)["email"] == "anna.nowak@example.com")
        assert (typed(keys)["first"], typed(keys)["last"]) == ("Anna Maria", "Nowak")


@pytest.mark.edge("33")
@pytest.mark.feature("RES-08")
async def test_locked_fields_of_a_linked_user_say_why_and_the_rest_is_saved(show: Show, park: Park) -> None:
    engine, installer = park
    anna = engine.residents.find(installer, "Kowalska, Anna")
    engine.residents.link(installer.again(), anna, "Manages a second home.")
    async with show("g", "r") as keys:
        await edit(keys, "anna")
        await keys.until(lambda: notes(keys).get("email") == "Linked user: Manages a second home.")
        await keys.press("tab", "tab")
        assert keys.app.focused.parent.key == "pin", "the locked e-mail is passed over"
        await keys.press("shift+tab")
        await keys.type("Nowak")
        await keys.press("f2")
        await keys.until(lambda: engine.residents.get(installer, anna).last == "Nowak")


@pytest.mark.edge("6")
@pytest.mark.edge("14")
@pytest.mark.feature("RES-05")
async def test_floors_and_face_are_saved_and_a_form_that_does_not_touch_them_leaves_them(
    show: Show, park: Park, tmp_path: Path
) -> None:
    engine, installer = park
    Image.new("RGB", (300, 400), "navy").save(tmp_path / "a.png")
    anna = engine.residents.find(installer, "Kowalska, Anna")
    async with show("g", "r") as keys:
        await edit(keys, "anna")
        await keys.press("tab", "tab", "tab")
        await keys.type("27411")
        await keys.until(lambda: typed(keys)["pin"] == "27411")
        keys.page.form.fields["floors"].put("g1; 200")  # type: ignore[attr-defined]
        keys.page.form.fields["face"].put(str(tmp_path / "a.png"))  # type: ignore[attr-defined]
        await keys.press("f2")
        await keys.until_text("A floor is a number from -10")
        keys.page.form.fields["floors"].put("g1; 2")  # type: ignore[attr-defined]
        await keys.press("f2")
        await keys.until_page("ResidentsScreen")
        assert engine.residents.get(installer, anna).floors == ("G1", "2")
        photo = engine.residents.photo(installer, anna)
        assert photo is not None
        await keys.press("e")
        await keys.until_page("ResidentEdit")
        face = keys.page.form.fields["face"]  # type: ignore[attr-defined]
        assert face.hint.endswith("by Ines Moreau")
        await keys.type("Hanna")
        await keys.press("f2")
        await keys.until(lambda: engine.residents.get(installer, anna).first == "Hanna")
        assert engine.residents.photo(installer, anna) == photo


@pytest.mark.feature("RES-01")
async def test_save_and_next_keeps_the_floors_and_groups_that_were_chosen(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("g", "r", "n") as keys:
        await keys.until_page("ResidentForm")
        form = keys.page.form  # type: ignore[attr-defined]
        await keys.type("1203")
        await keys.press("tab")
        await keys.until(lambda: bool(typed(keys)["group_ids"]))
        form.fields["first"].put("Jan")
        form.fields["last"].put("Nowak")
        form.fields["group_ids"].put(())
        form.fields["floors"].put("G1; 3")
        await keys.press("f4")
        await keys.until(lambda: keys.page.form is not form and typed(keys)["floors"] == "G1; 3")  # type: ignore[attr-defined]
        await keys.until(lambda: typed(keys)["group_ids"] == () and typed(keys)["last"] == "Nowak")
        found = engine.residents.get(installer, engine.residents.find(installer, "Nowak, Jan"))
        assert (found.groups, found.floors) == ((), ("G1", "3"))


@pytest.mark.feature("RES-02")
async def test_f_adds_a_member_with_what_the_master_tells_and_counts_the_free_ones(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("slash")
        await keys.type("anna")
        await keys.press("enter")
        await keys.until_text("1 of 5")
        await keys.press("f")
        await keys.until_page("ResidentForm")
        await keys.until(lambda: typed(keys)["role"] == "member")
        assert (typed(keys)["last"], typed(keys)["country"], typed(keys)["calling_code"]) == (
            "Kowalska",
            "Poland",
            "48",
        )
        hint = keys.page.form.fields["role"].hint  # type: ignore[attr-defined]
        assert hint == "2nd member, 3 are free"
