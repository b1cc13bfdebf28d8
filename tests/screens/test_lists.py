"""Lists: ticks, empty and failed states, ages, trouble first; apartments, devices, logs, operations, undo."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select, update

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.domain.errors import Unreachable
from backend.domain.operations import OperationRecord
from backend.domain.paging import ListQuery
from backend.engine import Engine
from backend.store import tables as t
from backend.store.opening import open_site
from tests.screens.conftest import SMALL, Show
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from widgets.table import VirtualTable

Park = tuple[Engine, Context]


def first_cells(keys: Keys) -> list[str]:
    """The first column, as the table holds it."""
    lines = keys.text().splitlines()
    head = next(number for number, line in enumerate(lines) if "Device  " in line or "Name" in line)
    return [line[20:].strip("▌■ ").split("  ")[0] for line in lines[head + 1 :] if line[20:].strip()]


@pytest.mark.feature("RES-07")
async def test_everything_ticked_is_deleted_together_and_the_count_is_named(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("a")
        await keys.until_text("■ 5 ticked")
        await keys.press("d")
        await keys.until_text("Delete these 5 residents?")
        await keys.press("d", "enter")
        await keys.until_page("ResidentsScreen")
        assert len(engine.list("resident", installer, ListQuery()).first(10)) == 5
        await keys.press("d")
        await keys.until_text("Delete these 5 residents?")
        await keys.press("y")
        await keys.until(lambda: not engine.list("resident", installer, ListQuery()).first(10))
        await keys.until_text("Nobody lives here yet")
        assert "n Add the first one" in keys.text()
        assert "none yet" in keys.text()
        await keys.until(lambda: "ticked" not in keys.text())


@pytest.mark.feature("RES-07")
async def test_all_that_was_filtered_is_not_ticked_under_another_filter(show: Show) -> None:
    async with show("g", "r", "slash") as keys:
        await keys.type("kowal")
        await keys.press("enter", "a")
        await keys.until_text("■ 2 ticked")
        await keys.press("slash", "escape")
        await keys.until_text("5 residents")
        await keys.until(lambda: "ticked" not in keys.text())
        await keys.press("space", "slash")
        await keys.type("kowal")
        await keys.press("enter")
        await keys.until_text("2 of 5")
        await keys.until_text("■ 1 ticked")


@pytest.mark.feature("RES-07")
async def test_who_is_deleted_is_not_ticked_any_more_and_the_others_are(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Markup")
        await keys.press("end", "space", "up", "space")
        await keys.until_text("■ 2 ticked")
        keys.page.gone(keys.page.under_cursor())  # type: ignore[attr-defined]
        await keys.until_text("■ 1 ticked")


async def test_a_list_that_cannot_be_read_says_so_and_r_tries_again(
    show: Show, park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = park

    class Broken:
        def __getattr__(self, _name: str) -> object:
            def ask(*_args: object) -> object:
                raise Unreachable("database is locked by another process")

            return ask

    async with show() as keys:
        with monkeypatch.context() as patch:
            patch.setattr(engine, "list", lambda *_: Broken())
            await keys.press("g", "r")
            await keys.until_text("Residents could not be read")
            await keys.until_text("database is locked by another process")
        keys.page._shown = False  # type: ignore[attr-defined]
        await keys.press("r")
        await keys.until_text("Kowalska, Anna")


async def test_an_apartment_without_residents_says_so_and_f_adds_the_master(show: Show) -> None:
    async with show("g", "a") as keys:
        await keys.until_text("1203")
        await keys.press("down", "down")
        await keys.until_text("Nobody lives here")
        await keys.press("enter")
        await keys.until_page("ApartmentPage")
        await keys.until_text("f Add the family master")
        await keys.press("f")
        await keys.until_page("ResidentForm")
        await keys.until_text("A 1203")
        await keys.until_text("Master")


@pytest.mark.feature("DEV-01")
async def test_devices_stand_with_trouble_first_and_each_age_is_short(show: Show) -> None:
    async with show("g", "p") as keys:
        await keys.until_text("Lobby A")
        assert first_cells(keys)[0].startswith("Gym")
        assert "offline" in keys.text()
        await keys.until_text("1 pending")


@pytest.mark.feature("DEV-12")
async def test_o_on_a_row_that_shows_a_door_asks_at_once(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("g", "p", "o") as keys:
        await keys.until_text("Open Gym now?")
        await keys.press("enter")
        await keys.until_page("DevicesScreen")
        await keys.press("g", "l")
        await keys.until_text("Kowalski, Piotr")
        await keys.until_text("A 1001")
        await keys.press("o")
        await keys.until_text("Open A Lobby now?")
        await keys.press("y")
        await keys.until(lambda: any("pened" in act.action or "Open" in act.action for act in acts(engine, installer)))


def acts(engine: Engine, context: Context) -> list[OperationRecord]:
    """The newest operations."""
    rows = engine.list("operation", context, ListQuery()).first(3)
    return [engine.operations.get(context, row.id) for row in rows]


@pytest.mark.feature("DEV-01")
async def test_a_device_is_taken_out_by_a_key_of_its_own(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("g", "p", "d") as keys:
        await keys.until_text("Take Gym out of this site?")
        await keys.press("d", "y", "enter")
        await keys.until_page("DevicesScreen")
        assert len(engine.list("device", installer, ListQuery()).first(10)) == 3
        await keys.press("d")
        await keys.until_text("Take Gym out of this site?")
        await keys.press("x")
        await keys.until(lambda: len(engine.list("device", installer, ListQuery()).first(10)) == 2)


@pytest.mark.feature("LOG-01")
async def test_the_log_says_who_and_where_beside_the_list_and_v_closes_the_pane(show: Show) -> None:
    async with show("g", "l") as keys:
        await keys.until_text("● following")
        await keys.until_text("Answer")
        assert "Action  " not in keys.text().splitlines()[4]
        await keys.press("v")
        await keys.until(lambda: "Action" in keys.text().splitlines()[4])


@pytest.mark.feature("SYNC-05")
async def test_a_refused_line_says_why_beside_it(show: Show) -> None:
    async with show("g", "l", "slash") as keys:
        await keys.type("response:failed")
        await keys.press("enter")
        await keys.until_text("1 of 4")
        await keys.until_text("the whole reason")
        await keys.press("w")
        await keys.until_text("Refused  Main Gate")


@pytest.mark.feature("LOG-09")
async def test_new_lines_appear_by_themselves(show: Show, park: Park, clock: FakeClock) -> None:
    engine, _ = park
    async with show("g", "l") as keys:
        await keys.until_text("4 lines")
        store = open_site(engine.root, clock=clock)
        with store.books(Context(None, "agent", 1, Via.AGENT)) as work:
            row = dict(work.connection.execute(select(t.door_log).where(t.door_log.c.id == 4)).mappings().one())
            row.update(id=None, initiated_by="Newly Come", remote_key="5", happened_at=clock())
            row.pop("id")
            work.connection.execute(insert(t.door_log).values(**row))
            work.touch("door_logs")
        store.close()
        await keys.until_text("5 lines")
        await keys.until_text("Newly Come")


@pytest.mark.feature("SYNC-07")
async def test_undo_names_the_record_shows_the_plan_and_leads_back(show: Show) -> None:
    async with show("g", "r", "u") as keys:
        await keys.until_page("UndoScreen")
        await keys.until_text("Markup, [/ x")
        await keys.until_text("If you undo it")
        await keys.press("enter")
        await keys.until_text("Undo number")
        await keys.press("enter")
        await keys.until_page("UndoScreen")
        await keys.press("escape")
        await keys.until_page("ResidentsScreen")


@pytest.mark.feature("LOG-06")
async def test_operations_show_each_field_before_and_after(show: Show) -> None:
    async with show("g", "h") as keys:
        await keys.until_text("Added")
        await keys.until_text("→")
        assert "2741" not in keys.text()


async def test_an_empty_site_says_on_every_list_what_comes_first(show: Show, park: Park, clock: FakeClock) -> None:
    engine, _ = park
    store = open_site(engine.root, clock=clock)
    with store.books(Context(None, "agent", 1, Via.AGENT)) as work:
        work.connection.execute(delete(t.door_log))
    store.close()
    async with show("g", "l", size=SMALL) as keys:
        await keys.until_text("No door has told anything yet.")
        assert keys.page.query_one(VirtualTable).row_count == 0


async def test_a_row_is_copied_as_it_stands(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("y")
        await keys.until_text("Copied")
        assert keys.app.clipboard.startswith("Abara, Chidi\tA\t")


async def test_the_narrow_detail_is_three_lines_under_a_rule(show: Show) -> None:
    async with show("g", "r", size=SMALL) as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.until_text("opens 2 doors")
        lines = keys.text().splitlines()
        at = next(number for number, line in enumerate(lines) if "Abara, Chidi ─" in line)
        assert len(lines) - at == 5, "rule, three lines, footer"


def under(keys: Keys) -> str:
    """The first cell of the row under the cursor."""
    row = keys.app.screen.table.cursor_row
    cell = row.cells[0] if row else ""
    return cell if isinstance(cell, str) else cell.text


async def add_zofia(keys: Keys) -> None:
    """Add a resident who comes last in the list."""
    await keys.press("n")
    await keys.until_page("ResidentForm")
    await keys.type("1203")
    await keys.press("tab")
    await keys.type("Zofia")
    await keys.press("tab")
    await keys.type("Zychowicz")
    await keys.press("f2")
    await keys.until_page("ResidentsScreen")


@pytest.mark.feature("RES-01")
async def test_the_cursor_stands_on_what_was_saved(show: Show) -> None:
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await keys.settled()
        await add_zofia(keys)
        await keys.until(lambda: under(keys) == "Zychowicz, Zofia")
        await keys.press("e")
        await keys.until_page("ResidentEdit")
        await keys.settled()
        await keys.press("tab")
        await keys.type("Adamska")
        await keys.press("f2")
        await keys.until_page("ResidentsScreen")
        await keys.until(lambda: under(keys) == "Adamska, Zofia")


@pytest.mark.feature("RES-01")
async def test_the_cursor_stays_where_the_filter_hides_what_was_saved(show: Show) -> None:
    async with show("g", "r", "slash") as keys:
        await keys.type("kowalsk")
        await keys.press("enter")
        await keys.settled()
        before = under(keys)
        assert before
        await add_zofia(keys)
        await keys.settled()
        assert under(keys) == before


def footer(keys: Keys) -> str:
    """The last line of the screen."""
    return keys.text().splitlines()[-1]


@pytest.mark.feature("AG-05")
async def test_an_empty_list_offers_nothing_that_is_about_a_row(show: Show) -> None:
    async with show("g", "g", "2") as keys:
        await keys.until_text("There is no holiday yet")
        await keys.until(lambda: "Edit" not in footer(keys))
        assert "n New" in footer(keys)
        assert not [word for word in ("Delete", "Filter", "Sort", "Export") if word in footer(keys)]
        await keys.press("n")
        await keys.until_page("HolidayForm")
        await keys.type("Christmas")
        await keys.press("tab")
        await keys.type("2026-12-25")
        await keys.press("f3")  # there is no plan here: the fields stay
        await keys.settled()
        assert "2026-12-25" in keys.text()
        await keys.press("f2")
        await keys.until_page("HolidaysTab")
        await keys.until(lambda: "e Edit" in footer(keys))


@pytest.mark.feature("SYNC-02")
async def test_a_count_is_typed_only_where_a_door_is_stopped(show: Show) -> None:
    async with show("g", "n") as keys:
        await keys.until_page("SyncDoorsScreen")
        await keys.settled()
        assert "R Retry all" in footer(keys)
        assert "Type the count" not in footer(keys)


@pytest.mark.feature("SYNC-07")
async def test_u_on_an_operation_stands_on_it_or_says_why_it_stays(show: Show, park: Park) -> None:
    engine, context = park
    engine.residents.reveal(context.again(), 1)
    number = engine.list("operation", context, ListQuery()).first(1)[0].id
    async with show("g", "h") as keys:
        await keys.until_page("OperationsScreen")
        await keys.settled()
        await keys.press("u")
        await keys.until_page("UndoScreen")
        await keys.until_text(f"Number {number} cannot be undone")
        await keys.until_text("cannot be unseen")
        await keys.press("escape", "down", "u")
        await keys.until_page("UndoScreen")
        await keys.settled()
        row = keys.page.query_one(VirtualTable).cursor_row
        assert row is not None
        assert row.id == number - 1


@pytest.mark.feature("SYNC-01")
async def test_what_has_reached_every_door_goes_once_it_could_be_read(
    show: Show, park: Park, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smartplus_tui.live.READ_WITHIN", 0.3)
    async with show("g", "r") as keys:
        await keys.until_page("ResidentsScreen")
        await add_zofia(keys)
        await keys.until_text("Zofia Zychowicz: 0 of 2 doors")
        reached = open_site(park[0].root, clock=clock)
        with reached.books(Context(None, "agent", 1, Via.AGENT)) as work:
            work.connection.execute(update(t.device_sync).values(done_gen=t.device_sync.c.gen))
            work.touch("sync")
        reached.close()
        await keys.until_text("Zofia Zychowicz: 2 of 2 doors")
        await keys.until(lambda: "of 2 doors" not in keys.text())


@pytest.mark.feature("DEV-01")
@pytest.mark.parametrize(
    ("off", "words"),
    [(7_199_800, "2 h fast: hours come early"), (-7_200_000, "2 h slow: hours come late"), (400, "+0.4 s")],
)
async def test_a_wrong_clock_says_what_it_does(show: Show, park: Park, clock: FakeClock, off: int, words: str) -> None:
    opened = open_site(park[0].root, clock=clock)
    with opened.books(Context(None, "agent", 1, Via.AGENT)) as work:
        work.connection.execute(update(t.device_state).values(clock_offset_ms=off))
    opened.close()
    wrong = abs(off) > 60_000
    async with show() as keys:
        await keys.until_text("in order")
        await keys.until(lambda: ("3 want a look" in keys.text()) is wrong)
        await keys.press("g", "p")
        await keys.until_page("DevicesScreen")
        await keys.until_text(words)
        await keys.press("g", "n")
        await keys.until(lambda: ("wrong time" in keys.text() and "its clock to be set" in keys.text()) is wrong)
