"""Temporary keys by keys: made, shown with their code, given another time, mailed, deleted (VIS-01 to VIS-03)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from backend.domain.context import Context, agent_context
from backend.domain.enums import LogAction, LogResponse, LogType, Role
from backend.domain.paging import ListQuery
from backend.domain.temp_key_times import KeyTime
from backend.domain.temp_keys import KeyState, TempKeyDraft, TempKeyRecord
from backend.engine import Engine
from backend.services.temp_key_ends import count_uses, free_ended
from backend.store import tables as t
from tests.screens.conftest import SMALL, WIDE, Show
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from tests.support.qr_reading import read_cells, read_png
from widgets.qr import QrCode
from widgets.table import VirtualTable

Park = tuple[Engine, Context]


def make(park: Park, name: str = "Marta Nowak", **more: Any) -> int:
    """A key for two hours at gate and gym."""
    engine, context = park
    doors = tuple(door.relay_id for door in engine.doors.all(context) if door.name in ("Main Gate", "Gym"))
    apartment = engine.list("apartment", context, ListQuery()).first(1)[0].id
    usual = {"apartment_id": apartment, "time": KeyTime(ends=engine.clock() + timedelta(hours=2)), "relay_ids": doors}
    return engine.temp_keys.add(context.again(), TempKeyDraft(name=name, **{**usual, **more})).id


def only(park: Park) -> TempKeyRecord:
    """The one key there is."""
    engine, context = park
    (row,) = engine.list("temp-key", context, ListQuery()).first(2)
    return engine.temp_keys.get(context, row.id)


def use(park: Park, key_id: int, *, ok: bool = True) -> None:
    """A door tells that the key was used."""
    engine, context = park
    store = engine.temp_keys.store
    door = next(one for one in engine.doors.all(context) if one.name == "Main Gate")
    with store.books(agent_context(1)) as work:
        work.connection.execute(
            insert(t.door_log).values(
                community_id=1,
                device_id=door.device_id,
                relay_id=door.relay_id,
                holder_id=key_id,
                happened_at=engine.clock(),
                received_at=engine.clock(),
                device="Main Gate",
                door="Main Gate",
                initiated_by="Marta Nowak",
                initiated_fold="marta nowak",
                type=LogType.RELEASE,
                action=LogAction.QR,
                key="··07",
                response=LogResponse.SUCCESS if ok else LogResponse.FAILED,
                remote_key=f"{ok} {key_id}",
            )
        )
        count_uses(work, door.device_id, [f"{ok} {key_id}"])
    free_ended(store, agent_context(1))


def code_on(keys: Keys) -> str:
    """What the QR code on the screen says, read by a decoder."""
    code = keys.app.screen.query_one(QrCode)
    return read_cells([code.render_line(number).text for number in range(code.size.height)])


@pytest.mark.feature("VIS-01")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_a_key_is_made_and_shown_with_its_code(show: Show, park: Park, size: tuple[int, int]) -> None:
    async with show("g", "v", size=size) as keys:
        await keys.until_page("TempKeysTab")
        await keys.until_text("There is no temporary key yet")
        await keys.press("n")
        await keys.until_page("TempKeyForm")
        for text in ("1203", "plumber", "2h"):
            await keys.type(text)
            await keys.press("tab")
        await keys.type("p@example.com")
        await keys.press("f2")
        await keys.until_page("TempKeyPage")
        record = only(park)
        assert (record.name, record.place, record.email, record.state) == (
            "plumber", "A 1203", "p@example.com", KeyState.VALID
        )  # fmt: skip
        assert record.ends_at == park[0].clock() + timedelta(hours=2)
        assert record.each_count == 1
        assert {door.device for door in record.doors} == {"Main Gate", "Lobby A"}
        await keys.until_text("Valid for 2 h")
        assert code_on(keys) == record.digits
        assert " ".join(record.digits[:4]) in keys.text()
        await keys.press("escape")
        await keys.until_page("TempKeysTab")
        await keys.until_text("plumber")
        assert record.digits not in keys.text()


@pytest.mark.edge("19")
@pytest.mark.feature("VIS-01")
async def test_hours_make_the_key_repeat_and_clear_its_count(show: Show, park: Park) -> None:
    async with show("g", "v", "n") as keys:
        await keys.until_page("TempKeyForm")
        fields = keys.app.screen.form.fields
        assert fields["each_count"].value == "1"
        fields["name"].begin("cleaner")
        fields["schedule"].focus_value()
        await keys.type("mo-fr 8-18")
        await keys.until(lambda: fields["each_count"].value == "")
        await keys.until_text("not counted")
        await keys.until_text("Monday to Friday, 08:00 to")
        fields["relay_ids"].begin((str(park[0].doors.all(park[1])[0].relay_id),))
        await keys.press("f2")
        await keys.until_page("TempKeyPage")
        record = only(park)
        assert (record.schedule, record.total) == ("mo-fr 8-18", None)
        await keys.until_text("as often as wanted")


@pytest.mark.feature("VIS-01")
async def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(show: Show, park: Park) -> None:
    async with show("g", "v", "n") as keys:
        await keys.until_page("TempKeyForm")
        await keys.press("tab")
        await keys.type("plumber")
        await keys.press("tab")
        await keys.type("yesterday")
        await keys.press("f2")
        await keys.until_text("'yesterday' is no moment")
        await keys.press("escape")
        await keys.until_text("Throw away")
        await keys.press("escape")
        await keys.until_page("TempKeyForm")
        assert keys.app.screen.form.fields["name"].value == "plumber"
    assert park[0].list("temp-key", park[1], ListQuery()).count() == 0


@pytest.mark.edge("22")
@pytest.mark.feature("VIS-02")
async def test_doors_without_a_reader_are_named_beside_the_form(show: Show, park: Park) -> None:
    engine, context = park
    with engine.temp_keys.store.write(context.again(), "test.prepare") as work:
        work.require("device.write")
        work.update(t.device, 3, model="R20A", name="Gym")
    doors = [str(one.relay_id) for one in engine.doors.all(context) if one.name == "Gym"]
    async with show("g", "v", "n") as keys:
        await keys.until_page("TempKeyForm")
        fields = keys.app.screen.form.fields
        fields["name"].begin("plumber")
        fields["relay_ids"].begin(tuple(doors))
        keys.app.screen.plan_soon()
        await keys.until_text("Gym (R20A) has no QR reader")
        await keys.press("f2")
        await keys.until_page("TempKeyPage")
        await keys.until_text("digits only")
        await keys.until_text("Gym (R20A) has no QR reader: the visitor types the digits there.")


@pytest.mark.feature("VIS-03")
async def test_time_is_changed_used_up_is_said_and_a_log_is_shown(show: Show, park: Park) -> None:
    key = make(park, each_count=1)
    async with show("g", "v") as keys:
        await keys.until_page("TempKeysTab")
        await keys.until_text("Marta Nowak")
        await keys.until_text("0 of 2")
        await keys.press("e")
        await keys.until_page("TempKeyEdit")
        await keys.type("4h")
        await keys.press("f2")
        await keys.until_page("TempKeysTab")
        await keys.until(lambda: only(park).ends_at == park[0].clock() + timedelta(hours=4))
        await keys.press("enter")
        await keys.until_page("TempKeyPage")
        await keys.until_text("2 of 2 left")
        use(park, key)
        use(park, key, ok=False)
        await keys.press("r")
        await keys.until_text("1 of 2 left")
        await keys.until_text("use 1 of 2")
        await keys.until_text("refused")
        await keys.press("W")
        await keys.until_page("WhyDialog")
        await keys.until_text("Marta Nowak")
        await keys.press("escape", "h")
        await keys.until_text("Changed time of temporary key")
        await keys.press("h")
        await keys.until_text("use 1 of 2")
        with park[0].temp_keys.store.write(park[1].again(), "test.prepare") as work:
            work.require("device.write")
            work.update(t.temp_key, key, each_count=0)
        await keys.press("escape")
    assert only(park).used == 0


@pytest.mark.edge("17")
@pytest.mark.feature("VIS-03")
async def test_a_key_that_is_over_has_no_code_and_no_edit(show: Show, park: Park, clock: FakeClock) -> None:
    make(park)
    digits = only(park).digits
    clock.advance(hours=3)
    free_ended(park[0].temp_keys.store, agent_context(1))
    async with show("g", "v", "enter") as keys:
        await keys.until_page("TempKeyPage")
        await keys.until_text("opens nothing any more")
        assert keys.app.screen.query_one(QrCode).size.height == 0
        assert digits not in keys.text()
        assert "Valid time" not in keys.text()
        await keys.until_text("Gone from its doors")
        await keys.press("e")
        assert type(keys.app.screen).__name__ == "TempKeyPage"
        await keys.press("escape", "e")
        await keys.until_text("is over")


@pytest.mark.edge("23")
@pytest.mark.feature("VIS-02")
async def test_a_failed_mail_is_kept_and_mailed_again(show: Show, park: Park) -> None:
    engine = park[0]
    make(park, email="marta@example.com")
    with engine.temp_keys.store.books(agent_context(1)) as work:
        failed = {"state": "dead", "answer": "552 mailbox full", "attempt": 5}
        work.connection.execute(update(t.outgoing).where(t.outgoing.c.purpose == "Temporary key").values(**failed))
    async with show("g", "v", "enter") as keys:
        await keys.until_page("TempKeyPage")
        await keys.until_text("552 mailbox full")
        await keys.until_text("try 5 of 5")
        await keys.until_text("Valid for 2 h")
        await keys.press("m")
        await keys.until_text("Mail the key of Marta Nowak again?")
        await keys.press("y")
        await keys.until(lambda: len(only(park).mails) == 2)
        await keys.until_text("waiting")
        assert "552 mailbox full" in keys.text()


@pytest.mark.feature("VIS-03")
async def test_ticked_and_filtered_keys_are_deleted_and_come_back(show: Show, park: Park) -> None:
    engine, context = park
    for name in ("courier", "cleaner", "plumber"):
        make(park, name)
    async with show("g", "v") as keys:
        await keys.until_page("TempKeysTab")
        await keys.press("slash")
        await keys.type("c")
        await keys.press("enter")
        await keys.until_text("2 of 3")
        await keys.press("a", "d")
        await keys.until_text("Delete these 2 keys?")
        await keys.press("enter")
        await keys.until_page("TempKeysTab")
        assert engine.list("temp-key", context, ListQuery()).count() == 3
        await keys.press("d")
        await keys.until_text("Delete these 2 keys?")
        await keys.press("x")
        await keys.until(lambda: engine.list("temp-key", context, ListQuery()).count() == 1)
        operation = engine.undo.candidates(context, 1)[0]
        assert operation.action == "Deleted 2 temporary keys"
        engine.undo.undo(context.again(), operation.id)
        await keys.until(lambda: engine.list("temp-key", context, ListQuery()).count() == 3)


@pytest.mark.feature("VIS-02")
async def test_the_picture_is_saved(show: Show, park: Park, tmp_path: Path) -> None:
    make(park)
    async with show("g", "v", "enter") as keys:
        await keys.until_page("TempKeyPage")
        await keys.press("s")
        await keys.until_text("Picture, .png")
        await keys.press("end", "ctrl+u")
        await keys.type(str(tmp_path / "key.png"))
        await keys.press("enter")
        await keys.until((tmp_path / "key.png").exists)
        await keys.until_text("Picture written")
    assert read_png((tmp_path / "key.png").read_bytes()) == only(park).digits


@pytest.mark.feature("VIS-01")
@pytest.mark.parametrize(("letter", "page"), [("a", "ApartmentsScreen"), ("r", "ResidentsScreen")])
async def test_t_makes_a_key_for_the_apartment_at_hand(show: Show, park: Park, letter: str, page: str) -> None:
    async with show("g", letter) as keys:
        await keys.until_page(page)
        await keys.until(lambda: keys.app.screen.query_one(VirtualTable).cursor_row is not None)
        await keys.press("t")
        await keys.until_page("TempKeyForm")
        await keys.until(lambda: keys.app.screen.form.fields["apartment_id"].value is not None)
        await keys.type("plumber")
        await keys.press("f2")
        await keys.until_page("TempKeyPage")
        assert only(park).name == "plumber"
        await keys.press("escape", "enter")
        await keys.until(lambda: type(keys.app.screen).__name__ in ("ApartmentPage", "ResidentPage"))
        await keys.press("t")
        await keys.until_page("TempKeyForm")
        await keys.until(lambda: keys.app.screen.form.fields["apartment_id"].value is not None)


@pytest.mark.edge("58")
@pytest.mark.feature("VIS-01")
async def test_a_viewer_sees_neither_digits_nor_code_and_changes_nothing(show: Show, park: Park) -> None:
    make(park)
    record = only(park)
    async with show("g", "v", role=Role.VIEWER) as keys:
        await keys.until_page("TempKeysTab")
        await keys.until_text("Marta Nowak")
        await keys.press("n")
        await keys.until_text("Your role does not allow this: changing")
        await keys.press("enter")
        await keys.until_page("TempKeyPage")
        await keys.until_text("Your account may not see codes.")
        assert record.digits not in keys.text()
        assert keys.app.screen.query_one(QrCode).size.height == 0


@pytest.mark.feature("VIS-03")
async def test_search_opens_the_page_of_a_key(show: Show, park: Park) -> None:
    make(park)
    async with show("ctrl+p") as keys:
        await keys.until_page("Search")
        await keys.type("marta")
        await keys.until_text("temporary key")
        await keys.press("enter")
        await keys.until_page("TempKeyPage")


@pytest.mark.feature("SET-04")
@pytest.mark.parametrize("role", [Role.INSTALLER, Role.MANAGER])
async def test_the_visitor_setting_is_a_managers_too(show: Show, park: Park, role: Role) -> None:
    async with show("g", "s", role=role) as keys:
        await keys.until_page("SettingsScreen")
        await keys.until_text("keys hold 24 hours, at most: no limit")
        await keys.press("down", "down", "down")
        await keys.until_text("Daily and weekly")
        await keys.press("e")
        await keys.until_page("SettingsForm")
        fields = keys.app.screen.form.fields
        fields["visitor_span"].focus_value()
        await keys.type("4 h")
        await keys.press("f2")
        await keys.until_page("SettingsScreen")
        await keys.until_text("keys hold 4 hours")
        known = park[0].temp_keys.defaults(park[1], None)
        assert known.rules.span == timedelta(hours=4)


@pytest.mark.feature("SYNC-06")
@pytest.mark.feature("VIS-03")
async def test_w_shows_the_hours_of_a_key_at_every_door_and_why(show: Show, park: Park) -> None:
    begins = park[0].clock() + timedelta(days=3)
    key_id = make(park, time=KeyTime(begins=begins, ends=begins + timedelta(hours=2)))
    async with show("g", "v") as keys:
        await keys.until_text("Marta Nowak")
        await keys.press("enter")
        await keys.until_page("TempKeyPage")
        assert "W Refused" not in keys.text()
        await keys.press("w")
        await keys.until_page("CanPage")
        await keys.until_text("What opens to Marta Nowak")
        await keys.until_text("○ not then         Temporary key")
        await keys.until_text(f"{begins + timedelta(hours=1):%Y-%m-%d %H:%M}")
        await keys.press("escape")
        await keys.until_page("TempKeyPage")
        use(park, key_id, ok=False)
        await keys.press("r")
        await keys.until_text("W Refused")
        await keys.press("W")
        await keys.until(lambda: type(keys.app.screen).__name__ == "WhyDialog")
