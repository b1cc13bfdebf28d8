"""The Library by keys: tabs, look-ups, replacing, taking away, ghosts (LIB-01 to LIB-03)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from backend.domain.context import Context, agent_context
from backend.domain.enums import Role
from backend.domain.residents import ResidentPatch
from backend.engine import Engine
from backend.store import tables as t
from tests.screens.conftest import SMALL, Show
from widgets.table_source import Cell

Park = tuple[Engine, Context]


def give_pin(engine: Engine, context: Context, words: str, pin: str) -> None:
    """Give somebody another PIN."""
    person = engine.residents.find(context, words)
    record = engine.residents.get(context, person)
    engine.residents.edit(context.again(), person, record.version, ResidentPatch(pin=pin))


def make_app_made(engine: Engine, context: Context, person: int) -> None:
    """Have somebody's codes come from the app."""
    with engine.residents.store.write(context.again(), "test") as work:
        work.require("resident.write")
        for one in engine.residents.get(context, person).credentials:
            work.update(t.credential, one.id, origin="app")


@pytest.mark.feature("LIB-01")
@pytest.mark.feature("LIB-02")
@pytest.mark.parametrize("size", [(120, 40), SMALL])
async def test_every_code_stands_masked_in_its_tab(show: Show, size: tuple[int, int]) -> None:
    async with show("g", "i", size=size) as keys:
        await keys.until_page("PinsTab")
        await keys.until_text("Kowalska, Anna")
        await keys.settled()
        assert "··41" in keys.text()
        assert "2741" not in keys.text()
        await keys.press("2")
        await keys.until_page("CardsTab")
        await keys.until_text("··20")
        await keys.press("3")
        await keys.until_page("GhostsTab")
        await keys.until_text("No code is suspicious")
        await keys.press("1")
        await keys.until_page("PinsTab")


@pytest.mark.feature("LIB-01")
@pytest.mark.edge("7")
async def test_the_head_says_how_many_pins_are_free_and_warns_where_few_are(show: Show, park: Park) -> None:
    engine, context = park
    async with show("g", "i") as keys:
        await keys.until_text("free 4-digit PINs: 8,998")
        give_pin(engine, context, "Anderson", "70708")
        await keys.until_text("free 4-digit PINs: 8,998")
        give_pin(engine, context, "Anderson", "7070")
        await keys.until_text("free 4-digit PINs: 8,997")


@pytest.mark.feature("LIB-01")
async def test_a_pin_is_looked_up_by_its_whole_value_and_the_log_says_so(show: Show, park: Park) -> None:
    engine, context = park
    async with show("g", "i", "slash") as keys:
        await keys.type("pin:2741")
        await keys.press("enter")
        await keys.until_text("1 of 4")
        assert "Kowalska, Anna" in keys.text()
        acts = [row.values["action"] for row in engine.list("operation", context).first(5)]
        assert acts.count("Looked up a PIN") == 1
        await keys.press("x")
        await keys.until_text("pins-pin-20")
        assert "pins-pin-2741" not in keys.text()


@pytest.mark.feature("LIB-02")
@pytest.mark.feature("SYNC-02")
async def test_a_card_is_replaced_with_its_plan_and_a_taken_one_names_its_owner(show: Show, park: Park) -> None:
    engine, context = park
    async with show("g", "i", "2", "slash") as keys:
        await keys.until_page("CardsTab")
        await keys.type("anna")
        await keys.press("enter")
        await keys.until_text("1 of 3")
        await keys.press("e")
        await keys.until_page("CodeForm")
        await keys.until_text("card ··20 of Kowalska, Anna · A 1001")
        await keys.type("9F8E7D6C")
        await keys.press("f2")
        await keys.until_text("Card ··6C belongs to Mia Anderson,")
        await keys.press(*["backspace"] * 8)
        await keys.type("11223344")
        await keys.until_text("Lobby A")
        await keys.press("f2")
        await keys.until_page("CardsTab")
        await keys.until_text("··44")
        assert engine.library.by_card(context, "44332211")


@pytest.mark.feature("LIB-01")
async def test_a_form_with_something_typed_asks_before_it_closes(show: Show) -> None:
    async with show("g", "i", "e") as keys:
        await keys.until_page("CodeForm")
        await keys.type("55")
        await keys.press("escape")
        await keys.until_text("Throw away 1 change?")
        await keys.press("enter")
        await keys.until_page("CodeForm")
        await keys.press("escape")
        await keys.until_text("Throw away")
        await keys.press("x")
        await keys.until_page("PinsTab")


@pytest.mark.feature("LIB-01")
@pytest.mark.feature("SYNC-07")
async def test_ticked_codes_are_taken_away_after_one_question_and_come_back(show: Show, park: Park) -> None:
    engine, context = park
    async with show("g", "i", "space", "down", "space") as keys:
        await keys.until_text("2 ticked")
        await keys.press("d")
        await keys.until_text("Take these 2 codes away?")
        await keys.press("enter")
        await keys.until_page("PinsTab")
        assert engine.list("library-pin", context).count() == 4
        await keys.press("d")
        await keys.until_text("Take these 2 codes away?")
        await keys.press("y")
        await keys.until(lambda: engine.list("library-pin", context).count() == 2)
        await keys.until_text("2 PINs")
        assert "ticked" not in keys.text()
        act = engine.undo.candidates(context, 1)[0]
        assert act.action == "Took away 2 PINs"
        engine.undo.undo(context.again(), act.id)
        await keys.until_text("4 PINs")


@pytest.mark.feature("LIB-01")
async def test_enter_goes_to_the_owner_with_the_cursor_on_the_code(show: Show) -> None:
    async with show("g", "i", "2") as keys:
        await keys.until_page("CardsTab")
        await keys.until_text("··20")
        await keys.press("slash")
        await keys.type("anna")
        await keys.press("enter")
        await keys.until_text("1 of 3")
        await keys.press("enter")
        await keys.until_page("ResidentPage")
        await keys.until(lambda: cursor_text(keys).startswith("Card ··20"))


def cursor_text(keys: object) -> str:
    """The row under the cursor."""
    row = keys.page.query_one("VirtualTable").cursor_row  # type: ignore[attr-defined]
    return "" if row is None else " ".join(cell.text if isinstance(cell, Cell) else cell for cell in row.cells)


@pytest.mark.feature("LIB-01")
async def test_what_the_app_made_is_said_to_be_read_only(show: Show, park: Park) -> None:
    engine, context = park
    make_app_made(engine, context, engine.residents.find(context, "Abara"))
    async with show("g", "i") as keys:
        await keys.until_text("Abara, Chidi")
        await keys.until_text("made in the app: read-only here")
        await keys.press("d")
        await keys.until_text("made this PIN in the app")
        assert engine.list("library-pin", context).count() == 4


@pytest.mark.feature("LIB-01")
@pytest.mark.edge("40")
async def test_without_delete_account_permission_nothing_is_taken_away(show: Show, park: Park) -> None:
    engine, _ = park
    with engine.residents.store.books(agent_context(1)) as work:
        work.connection.execute(update(t.manager).where(t.manager.c.id == 2).values(delete_residents=False))
    async with show("g", "i", role=Role.MANAGER) as keys:
        await keys.until_text("Kowalska, Anna")
        assert "Take away" not in keys.text().splitlines()[-1]
        await keys.press("d")
        await keys.until_text("Delete Account Permission")


@pytest.mark.feature("LIB-03")
async def test_ghosts_worst_first_with_why_owner_and_taking_away(show: Show, park: Park) -> None:
    engine, context = park
    give_pin(engine, context, "Abara", "1002")
    give_pin(engine, context, "Anderson", "77777")
    async with show("g", "i", "3") as keys:
        await keys.until_page("GhostsTab")
        await keys.until_text("guessable: one digit repeated")
        await keys.press("w")
        await keys.until_text("of 100")
        assert "+45" in keys.text()
        await keys.press("escape")
        await keys.press("slash")
        await keys.type("anderson")
        await keys.press("enter")
        await keys.until_text("1 of 2")
        await keys.press("d")
        await keys.until_text("Take PIN ··77 of Anderson, Mia · B 1001 away?")
        await keys.press("y")
        await keys.until(lambda: engine.list("ghost", context).count() == 1)
        await keys.press("escape")
        await keys.until_text("Abara, Chidi")
        await keys.press("enter")
        await keys.until_page("ResidentPage")
        await keys.until_text("Abara, Chidi")


@pytest.mark.feature("LIB-03")
async def test_a_card_that_opens_after_it_was_taken_away_is_cleaned_at_its_doors(show: Show, park: Park) -> None:
    engine, context = park
    mia = engine.residents.find(context, "Anderson")
    card = next(one for one in engine.residents.get(context, mia).credentials if one.kind == "card")
    with engine.residents.store.write(context.again(), "test") as work:
        work.require("resident.write")
        work.update(t.credential, card.id, status="gone", freed_at=work.at - timedelta(hours=2))
        work.connection.execute(insert(t.read_back).values(device_id=3, credential_id=card.id, freed_at=work.at))
    async with show("g", "i", "3") as keys:
        await keys.until_text("opened a door after it was taken away")
        await keys.press("d")
        await keys.until_text("Have the doors of Anderson, Mia cleaned?")
        await keys.press("y")
        await keys.until(lambda: any(
            row.values["action"] == "Had doors cleaned" for row in engine.list("operation", context).first(5)
        ))  # fmt: skip


@pytest.mark.feature("LIB-01")
@pytest.mark.feature("LIB-03")
async def test_a_viewer_looks_and_a_technician_has_no_library(show: Show) -> None:
    async with show("g", "i", role=Role.VIEWER) as keys:
        await keys.until_text("Kowalska, Anna")
        for key in ("e", "d"):
            keys.app.clear_notifications()
            await keys.press(key)
            await keys.until_text("Your role does not allow this")
    async with show(role=Role.TECHNICIAN) as keys:
        assert "Library" not in keys.text()
