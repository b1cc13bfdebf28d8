"""A resident's own page, and deleting with what stands in its way."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from backend.domain.context import Context
from backend.domain.enums import Role
from backend.domain.residents import ResidentPatch
from backend.engine import Engine
from tests.screens.conftest import Show
from tests.support.keys import Keys

Park = tuple[Engine, Context]


async def open_person(keys: Keys, words: str) -> None:
    """By search, from anywhere."""
    await keys.press("ctrl+p")
    await keys.type(words)
    await keys.press("enter")
    await keys.until_page("ResidentPage")


@pytest.mark.feature("RES-06")
async def test_the_page_shows_codes_masked_doors_and_when_last_seen(show: Show) -> None:
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.until_text("Kowalska, Anna")
        text = keys.text()
        assert "··41" in text
        assert "2741" not in text
        assert "Main Gate" in text
        assert "Last seen" in text


@pytest.mark.feature("RES-07")
async def test_a_master_with_members_cannot_be_deleted_alone_and_the_sentence_says_why(show: Show, park: Park) -> None:
    engine, installer = park
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("X")
        await keys.until_text("would be left")
        await keys.press("enter")
        await keys.until_page("ResidentPage")
        assert engine.residents.find(installer, "Kowalska, Anna")
        await keys.press("X")
        await keys.until_text("w  Whole family")
        await keys.press("w")
        await keys.until_text("Delete these")
        await keys.until_text("The licence of A 1001 dies with its master.")


@pytest.mark.feature("SYNC-03")
async def test_a_code_is_taken_away_after_one_question_and_the_proof_is_shown(show: Show, park: Park) -> None:
    engine, installer = park
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("down", "d")
        await keys.until_text("Take Card ··20 away from Kowalska, Anna?")
        await keys.press("d")
        await keys.until_text("Take Card ··20 away")
        await keys.press("y")
        await keys.until_text("0 of 2 doors read back without it")
        found = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna"))
        assert [one.kind for one in found.credentials if one.status == "active"] == ["pin"]


@pytest.mark.feature("LIB-05")
async def test_codes_are_shown_on_demand_and_the_operation_says_so(show: Show, park: Park) -> None:
    engine, installer = park
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("C")
        await keys.until_text("2741")
        await keys.press("escape")
        await keys.until(lambda: "2741" not in keys.text())
        anna = engine.residents.find(installer, "Kowalska, Anna")
        assert any("how" in act.action for act in engine.operations.of_record(installer, "resident", anna, 5))


async def test_a_viewer_may_look_but_not_touch(show: Show, park: Park) -> None:
    engine, installer = park
    async with show(role=Role.VIEWER) as keys:
        await open_person(keys, "anna kow")
        for key in ("e", "E", "d", "X", "C", "f", "o", "u"):
            keys.app.clear_notifications()
            await keys.press(key)
            await keys.until_text("Your role does not allow this")
            assert type(keys.page).__name__ == "ResidentPage"
        anna = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna"))
        assert len(anna.credentials) == 2


@pytest.mark.feature("SYNC-05")
async def test_why_shows_every_door_and_answers_in_words(show: Show) -> None:
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("w")
        await keys.until_page("CanPage")
        await keys.until_text("no group")
        await keys.press("down", "end", "enter")
        await keys.until_text("May not enter")
        await keys.press("escape", "escape")
        await keys.until_page("ResidentPage")


@pytest.mark.feature("LOG-06")
async def test_history_names_who_did_what(show: Show, park: Park) -> None:
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("h")
        await keys.until_text("Ines Moreau")


@pytest.mark.feature("RES-02")
async def test_a_family_member_begins_with_what_the_family_tells(show: Show) -> None:
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("f")
        await keys.until_page("ResidentForm")
        await keys.until_text("A 1001")
        await keys.until_text("Member")
        assert "Kowalska" in keys.text()


@pytest.mark.feature("RES-08")
async def test_p_then_y_sends_a_new_app_password_and_the_page_keeps_where_it_is(show: Show, park: Park) -> None:
    engine, installer = park
    async with show() as keys:
        await open_person(keys, "anna kow")
        before = keys.pressed
        await keys.press("p")
        await keys.until_text("Give Kowalska, Anna a new app password?")
        await keys.until_text("A new one goes to kowalska.a1001@")
        await keys.press("enter")
        await keys.until_page("ResidentPage")
        login = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna")).login
        await keys.press("p")
        await keys.until_text("a new app password?")
        await keys.press("y")
        await keys.until_text("waits in the Outbox")
        await keys.until_text("kowalska.a1001@")
        assert keys.pressed - before == 4
        await keys.until_text("Login")
        now = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna")).login
        assert now.sent_to == login.sent_to
        assert len([row for row in engine.list("outgoing", installer).first(100) if "app password" in str(row)]) == 1


@pytest.mark.feature("RES-05")
async def test_a_face_is_drawn_with_when_and_by_whom_it_was_enrolled(show: Show, park: Park, tmp_path: Path) -> None:
    engine, installer = park
    Image.new("RGB", (300, 400), "navy").save(tmp_path / "anna.png")
    anna = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna"))
    patch = ResidentPatch(face=engine.files.read_photo(tmp_path / "anna.png"))
    engine.residents.edit(installer.again(), anna.id, anna.version, patch)
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.until_text("enrolled 2026-03-02 by Ines")
        await keys.press("v")
        await keys.until_text("enrolled 2026-03-02 by Ines")
        assert "▀" * 20 in keys.text()
        await keys.press("escape")
        await keys.until_page("ResidentPage")
