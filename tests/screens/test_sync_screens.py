"""Sync by keys: doors worst first, revocations with proof and receipt, drift and the choice about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from backend.domain.access.compile import compile_device
from backend.domain.context import Context, agent_context
from backend.domain.enums import DriftCause, Role
from backend.domain.groups import GroupDraft, GroupPatch
from backend.engine import Engine
from backend.services.rules import load_rules
from backend.store import tables as t
from backend.sync import books, drift_books, shadow
from backend.sync.drifting import Finding
from tests.screens.conftest import SMALL, WIDE, Show
from tests.support.clock import FakeClock

Park = tuple[Engine, Context]
GATE, LOBBY, GYM = 1, 2, 3
GUEST = {"name": "Guest", "pin": "4444", "cards": ["0A0B0C0D"], "grants": [["1001", 1]], "editable": True}


def drift(engine: Engine, *names: str) -> None:
    """The agent found these people at the gate, whom nobody knows."""
    findings = [
        Finding(DriftCause.UNKNOWN, f"#{at}", name, str(at), theirs=GUEST, mac=str(at).encode())
        for at, name in enumerate(names, 7)
    ]
    with engine.sync.store.books(agent_context(1)) as work:
        drift_books.record(work, GATE, findings)
        books.note_read(work, GATE, unmanaged=len(names))


def hold(engine: Engine, removals: int) -> None:
    """A mass removal is stopped at the gate."""
    with engine.sync.store.books(agent_context(1)) as work:
        s = t.device_sync
        work.connection.execute(update(s).where(s.c.id == GATE).values(gen=s.c.gen + 1, since=work.at))
        books.note_held(work, GATE, removals, removals + 2)


def rows(engine: Engine, table: object) -> int:
    """How many rows a table has."""
    with engine.sync.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


@pytest.mark.feature("SYNC-01")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_the_doors_stand_worst_first_and_say_what_they_wait_for(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    hold(park[0], 25)
    async with show("g", "n", size=size) as keys:
        await keys.until_text("stopped: type its count")
        await keys.until_text("25 of 27 users would be removed")
        text = keys.text()
        assert text.index("Main Gate") < text.index("Gym") < text.index("Lobby A")
        assert "the device, 2 h" in text


@pytest.mark.feature("SYNC-02")
async def test_a_stop_is_released_only_by_its_typed_count(show: Show, park: Park) -> None:
    engine, context = park
    hold(engine, 25)
    async with show("g", "n") as keys:
        await keys.until_text("stopped: type its count")
        await keys.press("t")
        await keys.until_page("ConfirmDialog")
        await keys.type("24")
        await keys.press("y")
        await keys.pilot.pause()
        assert engine.devices.get(context, GATE).sync.held_reason
        await keys.press("backspace", "backspace")
        await keys.type("5")
        await keys.press("y")
        await keys.until(lambda: not engine.devices.get(context, GATE).sync.held_reason)


@pytest.mark.feature("SYNC-01")
async def test_doors_are_read_back_and_retried_by_one_key(show: Show, park: Park) -> None:
    engine, _ = park
    async with show("g", "n") as keys:
        await keys.until_text("Gym")
        await keys.press("r")
        await keys.until(lambda: rows(engine, t.command) == 1)
        drift(engine, "Guest")
        await keys.press("R")
        await keys.until(lambda: rows(engine, t.command) == 2)


async def test_enter_opens_the_page_of_the_device_with_its_drift(show: Show, park: Park) -> None:
    drift(park[0], "Guest [/ x]")
    async with show("g", "n") as keys:
        await keys.until_text("your choice, 3 Drift")
        await keys.press("enter")
        await keys.until_page("DevicePage")
        await keys.until_text("Guest [/ x]")
        await keys.until_text("unknown person")


@pytest.mark.feature("SYNC-04")
async def test_an_unknown_person_is_adopted_by_a_resident(show: Show, park: Park) -> None:
    engine, context = park
    drift(engine, "Guest")
    async with show("g", "n", "3") as keys:
        await keys.until_text("unknown person")
        await keys.until_text("PIN ··44, card ··0D")
        await keys.press("A")
        await keys.until_page("PersonPick")
        await keys.type("abara")
        await keys.until_text("Abara, Chidi")
        await keys.press("enter")
        await keys.until_page("ConfirmDialog")
        await keys.press("y")
        await keys.until_text("being removed")
    shown = {one.masked for one in engine.residents.get(context, 3).credentials}
    assert {"··44", "··0D"} <= shown


@pytest.mark.feature("SYNC-04")
@pytest.mark.feature("VIS-06")
async def test_an_unknown_person_becomes_a_member_of_staff(show: Show, park: Park) -> None:
    engine, context = park
    drift(engine, "Guest")
    async with show("g", "n", "3") as keys:
        await keys.until_text("unknown person")
        await keys.press("A")
        await keys.until_page("PersonPick")
        await keys.until_text("new member of staff")
        await keys.press("enter")
        await keys.until_page("ConfirmDialog")
        await keys.until_text("Make Guest a member of staff with PIN ··44, card ··0D?")
        await keys.press("y")
        await keys.until_text("being removed")
    (row,) = [row for row in engine.list("staff", context).first(20) if row.values["name"] == "Guest"]
    assert {one.masked for one in engine.staff.get(context, row.id).credentials} == {"··44", "··0D"}


@pytest.mark.feature("SYNC-04")
async def test_ticked_strangers_are_overwritten_and_others_left_alone(show: Show, park: Park) -> None:
    engine, context = park
    drift(engine, "Guest", "Visitor", "Cleaner")
    async with show("g", "n", "3") as keys:
        await keys.until_text("Cleaner")
        await keys.until_text("≠ 3 to decide   3 drift")
        await keys.press("space", "down", "space", "W")
        await keys.until_page("ConfirmDialog")
        await keys.until_text("2 of them leave the door")
        await keys.press("y")
        await keys.until(lambda: keys.text().count("being removed") >= 2)
        await keys.press("end", "l")
        await keys.until_page("ConfirmDialog")
        await keys.press("y")
        await keys.until_text("left alone")
        await keys.until(lambda: "to decide" not in keys.text())
    assert {one.state for one in engine.drift.of_device(context, GATE)} == {"removing", "left"}


@pytest.mark.feature("SYNC-04")
async def test_more_than_twenty_strangers_want_their_count_typed(show: Show, park: Park) -> None:
    engine, context = park
    drift(engine, *(f"Guest {number}" for number in range(21)))
    async with show("g", "n", "3") as keys:
        await keys.until_text("Guest 20")
        await keys.press("a", "W")
        await keys.until_page("ConfirmDialog")
        await keys.type("2")
        await keys.press("y")
        await keys.pilot.pause()
        assert {one.state for one in engine.drift.of_device(context, GATE)} == {"open"}
        await keys.press("backspace")
        await keys.type("1")
        await keys.press("y")
        await keys.until(lambda: {one.state for one in engine.drift.of_device(context, GATE, 30)} == {"removing"})


async def test_a_viewer_sees_drift_and_may_not_choose(show: Show, park: Park) -> None:
    drift(park[0], "Guest")
    async with show("g", "n", "3", role=Role.VIEWER) as keys:
        await keys.until_text("unknown person")
        await keys.until_text("We hold")
        assert "Overwrite" not in keys.text()
        await keys.press("W")
        await keys.settled()
        assert type(keys.app.screen).__name__ == "DriftScreen"
        assert park[0].drift.of_device(park[1], GATE)[0].state == "open"


async def test_an_empty_drift_says_that_all_is_well(show: Show) -> None:
    async with show("g", "n", "3") as keys:
        await keys.until_text("No difference was found when the doors were read last.")


@pytest.mark.feature("SYNC-03")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_a_revocation_is_green_only_when_each_door_was_read_back(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    engine, context = park
    reads(engine, GATE, 3)
    engine.residents.delete(context.again(), (3,))
    async with show("g", "n", "2", size=size) as keys:
        await keys.until_text("Abara, Chidi")
        await keys.until_text("still holds PIN")
        assert "read back, gone" not in keys.text()
        prove(engine, GATE)
        await keys.until_text("1 of 2 doors not proved")
        await keys.until_text("1 of 2")
        prove(engine, LOBBY)
        await keys.until_text("2 of 2 doors read back, gone")


@pytest.mark.feature("SYNC-03")
async def test_the_receipt_is_written_where_one_says(
    show: Show, park: Park, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    engine, context = park
    engine.residents.delete(context.again(), (3,))
    target = tmp_path / "revocation-3-2026-03-02.txt"
    async with show("g", "n", "2") as keys:
        await keys.until_text("Abara, Chidi")
        await keys.press("enter")
        await keys.until_page("RevocationPage")
        await keys.press("x")
        await keys.until_page("ReceiptForm")
        await keys.press("end", "backspace", "backspace", "backspace")
        await keys.type("txt")
        await keys.press("f2")
        await keys.until(target.exists)
    text = target.read_text()
    assert "Chidi Abara" in text
    assert "Not proved yet" in text
    assert "61234" not in text


async def test_nothing_taken_away_says_so(show: Show) -> None:
    async with show("g", "n", "2") as keys:
        await keys.until_text("Nothing was taken away in the last 30 days.")


def reads(engine: Engine, device_id: int, holder_id: int) -> None:
    """A device was read with the record of a person."""
    store = engine.sync.store
    with store.read() as connection:
        users = compile_device(load_rules(connection, store.sealer, 1), device_id, store.clock()).users
    with store.books(agent_context(1)) as work:
        shadow.holds_users(work, device_id, [(next(user for user in users if user.holder_id == holder_id), "1")])


def prove(engine: Engine, device_id: int) -> None:
    """The device was read back without what was taken away."""
    r, h = t.read_back, t.held
    with engine.sync.store.books(agent_context(1)) as work:
        work.connection.execute(update(h).where(h.c.device_id == device_id, h.c.to_at.is_(None)).values(to_at=work.at))
        work.connection.execute(update(r).where(r.c.device_id == device_id).values(absent_at=work.at))
        work.touch("sync")


def lose_a_relay(engine: Engine, context: Context, holder_id: int) -> None:
    """The lobby has a second relay, which a group opens to somebody, then no more; the lobby was read with both."""
    with engine.sync.store.write(context.again(), "test.relay") as work:
        work.require("device.write")
        side = work.insert(t.relay, uuid="side", device_id=LOBBY, number=2, name="Side door", name_fold="side door")
    both = (engine.doors.find(context, "A Lobby"), side)
    draft = GroupDraft(name="Both", schedule="daily", relay_ids=both)
    group_id = engine.groups.add(context.again(), draft).id
    engine.groups.add_people(context.again(), group_id, [holder_id])
    reads(engine, LOBBY, holder_id)
    version = engine.groups.get(context, group_id).version
    engine.groups.edit(context.again(), group_id, version, GroupPatch(relay_ids=both[:1]))


@pytest.mark.feature("SYNC-03")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_a_relay_that_was_lost_while_the_other_stays_has_a_row_of_its_own(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    lose_a_relay(*park, 1)
    async with show("g", "n", "2", size=size) as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.until_text("0 of 1")
        await keys.press("enter")
        await keys.until_page("RevocationPage")
        await keys.until_text("Lobby A, relay B")
        await keys.until_text("still opens to PIN, card")


@pytest.mark.feature("SYNC-01")
async def test_ages_grow_while_a_page_is_looked_at(
    show: Show, park: Park, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.base.page.OLDER_EVERY", 0.0)
    reads(park[0], GATE, 1)
    async with show("g", "n", "end") as keys:
        await keys.until_text("read back 0 s")
        clock.advance(minutes=7)
        keys.app._tick()
        await keys.until_text("read back 7 m")
        row = next(line for line in keys.text().splitlines() if "Main Gate" in line and "in sync" in line)
        assert row.split()[-1] == "m"
        assert row.split()[-2] == "7"


@pytest.mark.feature("SYNC-01")
async def test_a_door_that_refuses_somebody_says_whom_where_there_is_little_room(show: Show, park: Park) -> None:
    with park[0].sync.store.books(agent_context(1)) as work:
        refused = '["no room for a fifth card", [1, "Kowalska, Anna: the device said Failed"]]'
        work.connection.execute(update(t.device_sync).where(t.device_sync.c.id == GATE).values(losses=refused))
        work.connection.execute(
            update(t.relay).where(t.relay.c.device_id == GATE).values(name="Turnhalle Nord, Eingang mit langem Namen")
        )
        work.touch("devices")
    async with show(size=SMALL) as keys:
        await keys.until_text("… refusing")
        await keys.press("g", "n")
        await keys.until_text("whom it refused, below")
        await keys.until_text("Refused    Kowalska, Anna: the device said Failed")
        await keys.press("g", "p")
        await keys.until_text("× refusing")
        await keys.press("slash")
        await keys.type("main")
        await keys.press("enter")
        await keys.until_text("Refused     Kowalska, Anna: the device said Failed")
