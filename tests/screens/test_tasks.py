"""The everyday tasks by keys alone, on the demo community with its virtual doors and a real agent.

Each test starts on the Dashboard and counts the presses beyond the data (tasks: rule 4); more than the goal fails.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.widgets import Input

from backend.domain.apartments import ApartmentRecord
from backend.domain.doors import LogLine
from backend.domain.enums import SyncState
from backend.domain.paging import ListQuery, ListRow
from backend.domain.residents import ResidentRecord
from backend.launch import AgentKeeper
from smartplus_tui.app import SmartPlusApp
from smartplus_tui.demo.build import Demo, build
from tests.documents.test_writer import read_xlsx
from tests.support.keys import Keys
from widgets.form import PickField
from widgets.frame import StatusLine
from widgets.table import VirtualTable
from widgets.table_source import Cell

READY_WITHIN = 90.0
REPORT = Path(__file__).parents[2] / "docs" / "tasks.md"
_HEAD = "# Keys of the everyday tasks\n\nMeasured by tests/screens/test_tasks*.py: presses beyond the data.\n\n"
_ROW = re.compile(r"^\| (\d+) \| (.+) \| (\d+) \| (\d+) \|$", re.MULTILINE)

pytestmark = pytest.mark.timeout(180)


@dataclass
class Tally:
    """What each task cost; one row of the report for each."""

    rows: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, report: Path) -> Tally:
        """The rows of a report."""
        rows = _ROW.findall(report.read_text(encoding="utf-8"))
        return cls({(int(number), task): (int(goal), int(pressed)) for number, task, goal, pressed in rows})

    def note(self, number: int, task: str, goal: int, pressed: int) -> None:
        """Keep a row, and hold the task to its goal."""
        self.rows[number, task] = (goal, pressed)
        assert pressed <= goal, f"task {number} took {pressed} keys, its goal is {goal}"

    def table(self) -> str:
        """The rows as a table of the manual."""
        lines = ["| # | Task | Goal | Pressed |", "|---|---|---|---|"]
        for (number, task), (goal, pressed) in sorted(self.rows.items()):
            lines.append(f"| {number} | {task} | {goal} | {pressed} |")
        return "\n".join(lines)

    def write(self, report: Path) -> None:
        """Write the report, with the rows that tasks of other files have in it."""
        merged = Tally(Tally.read(report).rows | self.rows)
        report.write_text(f"{_HEAD}{merged.table()}\n", encoding="utf-8")


def test_the_report_keeps_the_rows_of_other_files(tmp_path: Path) -> None:
    report = tmp_path / "tasks.md"
    report.write_text(REPORT.read_text(encoding="utf-8"), encoding="utf-8")
    before = Tally.read(report).rows
    measured = Tally()
    measured.note(1, "Open one door now", 3, 2)
    measured.write(report)
    assert Tally.read(report).rows == before | {(1, "Open one door now"): (3, 2)}
    assert len(before) > len(measured.rows)


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Collects the rows, shows the table at the end, and writes it where `SMARTPLUS_WRITE_DOCS` is set."""
    kept = Tally()
    yield kept
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\nKeys beyond the data\n{kept.table()}")
    if os.environ.get("SMARTPLUS_WRITE_DOCS"):
        kept.write(REPORT)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo community with an agent that outlives each app, once every door holds everybody and has told its log."""
    made = build(tmp_path_factory.mktemp("demo"))
    letters = made.engine.list("outgoing", made.context).first(500)
    assert sum(row.values["state"] == "waiting" for row in letters) <= 5, "a demo begins with a desk that is in order"
    keeper = AgentKeeper(made.engine.root, made.engine.agents.state)
    keeper.start()
    try:
        deadline = time.monotonic() + READY_WITHIN
        while not settled(made):
            assert time.monotonic() < deadline, "the doors of the demo did not come into sync"
            time.sleep(0.1)
        yield made
    finally:
        keeper.stop()
        made.close()


def settled(demo: Demo) -> bool:
    """Whether every device is in sync and has given its log."""
    found = demo.engine.sync.devices(demo.context)
    told = {line.device_id for line in demo.engine.logs.newest(demo.context, 1000)}
    return len(found) == len(told) and all(sync.state is SyncState.IN_SYNC for _, _, sync in found)


Begin = Callable[..., AbstractAsyncContextManager[Keys]]


@pytest.fixture
def begin(demo: Demo) -> Begin:
    """Opens the app and waits on the Dashboard; no key has been pressed then."""

    @asynccontextmanager
    async def run(welcome: bool = False) -> AsyncIterator[Keys]:
        app = SmartPlusApp(demo.engine, context=demo.context.again(), doors=demo.doors, welcome=welcome)
        async with app.run_test(size=(120, 40)) as pilot:
            keys = Keys(pilot)
            if welcome:
                await keys.until_text("Enter to begin")
                await pilot.press("enter")
            await keys.until_page("DashboardScreen")
            await keys.until_text("in order")
            keys.pressed = 0
            yield keys

    return run


def anna(demo: Demo) -> ResidentRecord:
    """Anna Kowalska of A 1001, as the engine holds her."""
    return demo.engine.residents.get(demo.context, demo.engine.residents.find(demo.context, "Kowalska, Anna"))


def apartment(demo: Demo, number: str) -> ApartmentRecord:
    """An apartment of building A, as the engine holds it."""
    wanted = demo.engine.parse_filter("apartment", demo.context, f"b:A apt:{number}")
    (row,) = demo.engine.list("apartment", demo.context, ListQuery(wanted)).first(2)
    return demo.engine.apartments.get(demo.context, row.id)


def newest_text(demo: Demo) -> ListRow:
    """The newest mail of the Outbox."""
    return demo.engine.list("outgoing", demo.context).first(1)[0]


def status(keys: Keys) -> str:
    """What the status line says."""
    return "".join(text for text, _ in keys.app.screen.query_one(StatusLine).parts)


@pytest.mark.feature("DEV-12")
async def test_1_open_one_door_now(demo: Demo, begin: Begin, tally: Tally) -> None:
    async with begin() as keys:
        await keys.press("o")
        await keys.type("gym")
        await keys.press("enter", "y")
        pressed = keys.pressed
        await keys.until(lambda: "Gym: " in status(keys), within=30)
        assert "pened" in status(keys)
        assert any(demo.doors.state("Gym")["relays"].values())
    door = next(one for one in demo.engine.doors.all(demo.context) if one.name == "Gym")
    assert door.last_opened_at is not None
    tally.note(1, "Open one door now", 3, pressed)


@pytest.mark.feature("DEV-12")
async def test_1_on_a_row_that_shows_a_door_two_keys_do(demo: Demo, begin: Begin) -> None:
    async with begin() as keys:
        await keys.press("g", "p")
        await keys.until(lambda: bool(cursor_line(keys)))
        row = cursor_line(keys)
        door = next(one for one in demo.engine.doors.all(demo.context) if row.startswith(one.device))
        keys.pressed = 0
        await keys.press("o", "y")
        assert keys.pressed == 2
        await keys.until(lambda: f"{door.name}: " in status(keys), within=30)


@pytest.mark.feature("LOG-01")
@pytest.mark.feature("LOG-09")
async def test_3_who_opened_the_gym_last_night(demo: Demo, begin: Begin, tally: Tally) -> None:
    demo.doors.type_pin("Gym", "1111")  # whatever the hour: somebody was there in the latest night that has begun
    async with begin() as keys:
        await keys.until(lambda: bool(last_night(demo)), within=30)
        await keys.press("g", "l", "slash")
        await keys.type("gym")
        await keys.press("space")
        await keys.type("night")
        await keys.press("enter")
        pressed = keys.pressed
        rows = last_night(demo)
        assert all(row.values["device"] == "Gym" for row in rows)
        await keys.until(lambda: str(rows[-1].values["initiated_by"]) in keys.text())
        for row in reversed(rows[:-1]):
            await keys.pilot.press("up")
            await keys.until_text(str(row.values["initiated_by"]))
        await keys.until_text(f"{len(rows)} of ")
    tally.note(3, "Who opened the gym door last night", 5, pressed)


@pytest.mark.feature("LOG-01")
async def test_6_export_last_weeks_door_log(
    demo: Demo, begin: Begin, tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    wanted = demo.engine.parse_filter("door-log", demo.context, "last-week")
    count = demo.engine.list("door-log", demo.context, ListQuery(wanted)).count()
    async with begin() as keys:
        await keys.press("g", "l", "slash")
        await keys.type("last-week")
        await keys.press("enter", "x", "enter")
        pressed = keys.pressed
        await keys.until_text(f"{count} rows exported")
        (path,) = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
        assert path.name.startswith("door-logs-last-week-")
        assert len(read_xlsx(path)) == count + 1
    tally.note(6, "Export last week's door log", 6, pressed)


@pytest.mark.feature("LOG-06")
async def test_8_who_changed_this_person(demo: Demo, begin: Begin, tally: Tally) -> None:
    acts = demo.engine.operations.of_record(demo.context, "resident", anna(demo).id, 10)
    assert acts
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("kowal")
        await keys.press("enter", "h")
        pressed = keys.pressed
        await keys.until(lambda: all(f"#{act.id}" in keys.text() for act in acts))
        assert acts[0].actor in keys.text()
    tally.note(8, "Who changed this person, and what", 3, pressed)


@pytest.mark.feature("RES-06")
async def test_9_find_a_resident(demo: Demo, begin: Begin, tally: Tally) -> None:
    record = anna(demo)
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("kowal")
        await keys.press("enter")
        pressed = keys.pressed
        await keys.until_page("ResidentPage")
        await keys.until_text(record.name)
        text = keys.text()
        assert all(door.device in text for door in record.doors)
        assert all(one.masked in text for one in record.credentials)
        assert record.last_seen is not None
        assert "Last seen" in text
    tally.note(9, "Find a resident: methods, doors, last seen", 2, pressed)


@pytest.mark.feature("RES-01")
@pytest.mark.feature("RES-05")
async def test_11_add_a_resident_with_pin_and_card(demo: Demo, begin: Begin, tally: Tally) -> None:
    values = ("1001", "Ewa", "Kowalska", "ewa.kowalska@mail.example", "64821", "77AA11BB")
    async with begin() as keys:
        await keys.press("g", "r", "n")
        for at, value in enumerate(values):
            if at:
                await keys.press("tab")
            await keys.type(value)
        await keys.press("f2")
        pressed = keys.pressed
        await keys.until_page("ResidentsScreen")
        found = demo.engine.residents.find(demo.context, "Kowalska, Ewa")
        record = demo.engine.residents.get(demo.context, found)
        assert (record.building, record.apartment, record.email) == ("A", "1001", values[3])
        assert [one.masked for one in record.credentials] == ["··21", "··BB"]
        await keys.until_text("Ewa Kowalska: 4 of 4 doors", within=60)
        assert demo.doors.type_pin("Lobby-A", "64821")[0]
    tally.note(11, "Add a resident with PIN and card", 9, pressed)


@pytest.mark.feature("RES-02")
async def test_12_add_a_family_member_with_pin(demo: Demo, begin: Begin, tally: Tally) -> None:
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("1002")
        await keys.press("enter", "f")
        await keys.type("Igor")
        await keys.press("tab", "tab", "tab")
        await keys.type("58213")
        await keys.press("f2")
        pressed = keys.pressed
        await keys.until_page("ApartmentPage")
        await keys.until_text("Igor")
        wanted = ListQuery(demo.engine.parse_filter("resident", demo.context, "igor"))
        (row,) = demo.engine.list("resident", demo.context, wanted).first(2)
        record = demo.engine.residents.get(demo.context, row.id)
        assert (record.building, record.apartment, record.role) == ("A", "1002", "member")
        assert [one.masked for one in record.credentials] == ["··13"]
        master = next(one for _, one, role in apartment(demo, "1002").residents if role == "master")
        assert record.last == master.partition(", ")[0]
    tally.note(12, "Add a family member with PIN", 7, pressed)


@pytest.mark.feature("RES-15")
async def test_16_import_fifty_residents(demo: Demo, begin: Begin, tally: Tally) -> None:
    lines = "\n".join(
        f"A 1401\tPerson{number} Pasted\tp{number}@mail.example\t{81_000 + number}" for number in range(50)
    )
    async with begin() as keys:
        await keys.press("g", "r")
        await keys.until_page("ResidentsScreen")
        await keys.paste(lines)
        keys.pressed += 3  # ctrl+a and ctrl+c where the list is, and the paste here
        await keys.until_page("ImportPage")
        await keys.until_text("50 rows")
        await keys.settled()
        await keys.press("f2")
        pressed = keys.pressed
        await keys.until_page("ImportReportPage", within=60)
        found = demo.engine.list("resident", demo.context, ListQuery()).first(500)
        assert sum("Pasted" in row.values["name"] for row in found) == 50
        await keys.until_text("Import of 50 residents: 4 of 4 doors", within=90)
        assert demo.doors.type_pin("Lobby-A", "81049")[0]
    tally.note(16, "Import 50 residents", 6, pressed)


@pytest.mark.feature("APT-04")
@pytest.mark.feature("SYNC-03")
async def test_18_reset_an_apartment(demo: Demo, begin: Begin, tally: Tally) -> None:
    before = apartment(demo, "1203")
    assert before.residents
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("1203")
        await keys.press("enter", "z")
        await keys.until_text("Type 1203")
        await keys.press(*"1203", "f2")
        pressed = keys.pressed
        await keys.until_page("ApartmentPage")
        await keys.until_text("Nobody here can sign in")
        after = apartment(demo, "1203")
        assert [role for _, _, role in after.residents] == ["master"]
        assert (after.account_status, after.call_type) == (before.account_status, before.call_type)
        master = after.residents[0][0]
        proof = demo.engine.sync.revoked
        await keys.until(lambda: all(line.absent_at for line in proof(demo.context, master)), within=60)
        assert not demo.engine.residents.get(demo.context, master).email
    tally.note(18, "Reset an apartment", 8, pressed)


@pytest.mark.feature("RES-08")
async def test_15_reset_an_app_password(demo: Demo, begin: Begin, tally: Tally) -> None:
    before = newest_text(demo).id
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("kowalska anna")
        await keys.press("enter", "p")
        await keys.until_text("Give Kowalska, Anna a new app password?")
        await keys.press("y")
        pressed = keys.pressed
        await keys.until(lambda: newest_text(demo).id > before)
        assert newest_text(demo).values["address"] == anna(demo).email
        await keys.until_text("waiting")
    tally.note(15, "Reset an app password", 4, pressed)


@pytest.mark.feature("SYNC-03")
async def test_13_revoke_a_lost_card_and_be_sure(demo: Demo, begin: Begin, tally: Tally) -> None:
    card = "0A3C7F20"
    assert demo.doors.present_card("Lobby-A", card)[0]
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("kowalska anna")
        await keys.press("enter")
        await keys.press("down", "d")
        await keys.until_text("Take Card")
        await keys.press("y")
        pressed = keys.pressed
        await keys.until(lambda: ("card", "active") not in {(one.kind, one.status) for one in anna(demo).credentials})
        await keys.until_text("4 of 4 doors read back without it", within=60)
        lines = demo.engine.sync.revoked(demo.context, anna(demo).id)
        assert len(lines) == 4
        assert all(line.absent_at is not None for line in lines)
    assert not demo.doors.present_card("Lobby-A", card)[0]
    tally.note(13, "Revoke a lost card and be sure", 5, pressed)


@pytest.mark.feature("DASH-02")
@pytest.mark.feature("DEV-01")
async def test_25_which_devices_are_offline(demo: Demo, begin: Begin, tally: Tally) -> None:
    demo.doors.set_faults("Rear-B", {"drop_before": 1_000_000})
    try:
        async with begin() as keys:
            await keys.until(lambda: row_of(demo, "Rear B")["status"] == "offline", within=60)
            keys.pressed = 0
            await keys.press("g", "p")
            pressed = keys.pressed
            await keys.until_page("DevicesScreen")
            await keys.until_text("offline")
            rows = [line for line in keys.text().splitlines() if re.search(r"(online|offline)", line)]
            assert "Rear B" in next(line for line in keys.text().splitlines() if "▌  " in line or "▌ " in line)
            assert rows
    finally:
        demo.doors.set_faults("Rear-B", {"drop_before": 0})
    tally.note(25, "Which devices are offline", 2, pressed)


@pytest.mark.feature("SYNC-01")
async def test_29_has_the_change_reached_all_doors(demo: Demo, begin: Begin, tally: Tally) -> None:
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("kowal")
        await keys.press("enter")
        pressed = keys.pressed
        await keys.until_page("ResidentPage")
        held = demo.engine.sync.person(demo.context, anna(demo).id)
        await keys.until(lambda: all(one.device in keys.text() for one in held))
        await keys.until(lambda: keys.text().count("in sync") >= len(held), within=60)
    tally.note(29, "Has the change reached all doors", 2, pressed)


@pytest.mark.feature("RES-01")
@pytest.mark.feature("AGT-08")
@pytest.mark.feature("SYNC-07")
async def test_a_newcomer_reaches_an_opened_door_and_takes_it_back(demo: Demo, begin: Begin) -> None:
    pin = "73519"
    demo.doors.set_faults("Rear-A", {"slow": 2.0})
    async with begin(welcome=True) as keys:
        await keys.press("g", "r", "n")
        for value in ("1203", "Jan", "Newcomer", ""):
            await keys.type(value)
            await keys.press("tab")
        await keys.type(pin)
        await keys.press("f2")
        await keys.until(lambda: re.search(r"Jan Newcomer: [0-3] of 4 doors", status(keys)) is not None, within=30)
        await keys.press("D")
        await keys.until(lambda: re.search(r"◐ Rear A +\w", keys.text()) is not None, within=30)
        await keys.press("escape")
        demo.doors.set_faults("Rear-A", {"slow": 0.0})
        await keys.until_text("Jan Newcomer: 4 of 4 doors", within=60)
        await try_a_door(keys, pin, "● opened")
        await keys.press("escape", "g", "l")
        await keys.until_page("DoorLogsScreen")
        await keys.until(lambda: "Newcomer, Jan" in keys.text(), within=30)
        await delete_newcomer(keys)
        await keys.until(lambda: "4 of 4 doors" in status(keys) and "deleted" in status(keys), within=60)
        await try_a_door(keys, pin, "× refused")
        await keys.press("escape", "o")
        await keys.type("lobby a")
        await keys.press("enter", "y")
        await keys.until_text("A Lobby: ", within=30)
        await keys.until(lambda: "pened" in status(keys), within=30)
        await keys.press("u")
        await keys.until_page("UndoScreen")
        await keys.until_text("Newcomer")
        while "eleted" not in cursor_line(keys):
            await keys.press("down")
        await keys.press("enter")
        await keys.until_text("Undo number")
        await keys.press("y")
        await keys.until(lambda: "Undone" in status(keys) and "4 of 4 doors" in status(keys), within=60)
        await keys.press("escape")
        await keys.until(lambda: isinstance(keys.page.focused, Input))  # back at the door, ready to type
        await keys.press("escape")
        await try_a_door(keys, pin, "● opened")


async def try_a_door(keys: Keys, pin: str, verdict: str) -> None:
    """Stand at the lobby of A and type a PIN."""
    await keys.press("g", "k")
    await keys.until_page("TryDoorScreen")
    await keys.until(lambda: not keys.page.waiting)
    if keys.page.query_one("#field-door", PickField).value is None:
        await keys.type("a lobby")
        await keys.press("enter")
    await keys.type(pin)
    await keys.press("enter")
    await keys.until(lambda: verdict in keys.text().partition("What happened")[2].partition("\n")[2][:200])


async def delete_newcomer(keys: Keys) -> None:
    """Delete him from the list, by name."""
    await keys.press("g", "r", "slash")
    await keys.type("newcomer")
    await keys.press("enter")
    await keys.until_text("1 of ")
    await keys.press("d")
    await keys.until_text("Delete Newcomer, Jan?")
    await keys.press("y")


def cursor_line(keys: Keys) -> str:
    """The line of the table that the cursor is on."""
    row = keys.page.query_one(VirtualTable).cursor_row
    return "" if row is None else " ".join(cell.text if isinstance(cell, Cell) else cell for cell in row.cells)


def last_night(demo: Demo) -> list[ListRow]:
    """The lines of the gym of last night."""
    wanted = demo.engine.parse_filter("door-log", demo.context, "gym night")
    return demo.engine.list("door-log", demo.context, ListQuery(wanted)).first(50)


def refused(demo: Demo) -> LogLine | None:
    """The line of Anna at the gym."""
    lines = demo.engine.logs.newest(demo.context, 20)
    return next((line for line in lines if line.device == "Gym" and line.holder_id == anna(demo).id), None)


def row_of(demo: Demo, name: str) -> dict[str, object]:
    """A device as the list shows it."""
    rows = demo.engine.list("device", demo.context, ListQuery()).first(20)
    return next(row.values for row in rows if row.values["name"] == name)
