"""A resident's own page, and deleting with what stands in its way."""

from __future__ import annotations

import pytest

from backend.domain.context import Context
from backend.domain.enums import Role
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
        await keys.until_text("Nothing was deleted")
        assert engine.residents.find(installer, "Kowalska, Anna")


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
        for key in ("e", "d", "X", "C", "f", "o", "u"):
            keys.app.clear_notifications()
            await keys.press(key)
            await keys.until_text("Your role does not allow this")
            assert type(keys.page).__name__ == "ResidentPage"
        anna = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna"))
        assert len(anna.credentials) == 2


@pytest.mark.feature("SYNC-05")
async def test_why_asks_for_a_door_and_answers_in_words(show: Show) -> None:
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("w")
        await keys.until_text("Which door?")
        await keys.type("gym")
        await keys.press("enter")
        await keys.until_text("May not enter")
        await keys.press("escape")
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
