"""An empty site leads to an opened door by keys alone; what is done can be left and taken up again (feature OPS-01)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from backend.agent.agent import Agent
from backend.domain.context import Context
from backend.domain.enums import LogResponse, Role, Via
from backend.domain.paging import ListQuery
from backend.engine import Engine
from backend.store import tables as t
from backend.store.site import Site
from backend.sync.worker import Pace
from screens.first_steps import FirstSteps
from smartplus_tui.app import SmartPlusApp
from smartplus_tui.demo.doors import VirtualDoors
from tests.screens.conftest import SMALL, WIDE
from tests.support.keys import Keys
from widgets.form import FormField

pytestmark = pytest.mark.feature("OPS-01")
INSTALLER = Context(1, "Ines Moreau", 1, Via.APP)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A site just after `smartplus init`."""
    made = Engine.create(
        tmp_path / "site",
        community="Rosewood Court",
        timezone="Europe/Warsaw",
        admin_email="ines@rosewood.example",
        admin_name="Ines Moreau",
        password="correct horse battery",
        key_file=True,
    )
    yield made
    made.close()


@asynccontextmanager
async def opened(engine: Engine, size: tuple[int, int] = WIDE) -> AsyncIterator[Keys]:
    """The app on the site, signed in."""
    app = SmartPlusApp(engine, context=INSTALLER, keep_agent=False, summary_every=3600.0)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Keys(pilot)


@asynccontextmanager
async def served(engine: Engine) -> AsyncIterator[None]:
    """The site with its agent."""
    agent = Agent(engine.backups.store, Site(engine.root), pace=Pace(status=0.5, door_log=0.2, silent=0.2))
    running = asyncio.create_task(agent.run())
    try:
        await asyncio.wait_for(agent.started.wait(), 20)
        yield
    finally:
        agent.stop()
        await asyncio.wait_for(running, 20)


def error_of(keys: Keys, field: str) -> str:
    """The sentence under a field."""
    found = list(keys.page.query(f"#field-{field}").results(FormField))
    return found[0].error if found else ""


def step(keys: Keys) -> int:
    """Which step is at hand, 0 the first."""
    page = keys.page
    return page._at if isinstance(page, FirstSteps) and page.query("FormField, #opening") else -1


async def at(keys: Keys, number: int, field: str = "") -> None:
    """Wait until a step is at hand and can be typed into."""
    await keys.until(lambda: step(keys) == number and not keys.page._busy)  # type: ignore[attr-defined]
    if field:
        await keys.until(lambda: bool(keys.page.query(f"#field-{field}")))
    await keys.settled()


@pytest.mark.feature("AGT-08")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_five_steps_lead_to_an_opened_virtual_door(engine: Engine, size: tuple[int, int]) -> None:
    async with served(engine), opened(engine, size) as keys:
        await keys.until_page("FirstSteps")
        await at(keys, 0, "city")
        await keys.press("tab")
        await keys.type("Warsaw")
        await keys.press("enter")
        await at(keys, 1, "name")
        await keys.press("enter")
        await at(keys, 2, "last")
        await keys.type("1001")
        await keys.press("tab")
        await keys.type("1003")
        await keys.press("enter")
        await at(keys, 3, "address")
        await keys.press("f7")
        await keys.until(lambda: step(keys) == 4, within=30)
        await at(keys, 4, "pin")
        await keys.type("Anna")
        await keys.press("tab")
        await keys.type("Kowalska")
        await keys.press("enter")
        await at(keys, 5)
        await keys.until(lambda: engine.sync.devices(INSTALLER)[0][2].state.value == "in_sync", within=30)
        await keys.press("y")
        await keys.until_text("is open", within=30)
        with engine.backups.store.read() as connection:
            line = connection.execute(t.door_log.select().where(t.door_log.c.action == "http")).one()
        assert line.response == LogResponse.SUCCESS
        await keys.press("escape")
        await keys.until_page("DashboardScreen")
        assert "F8 First steps" not in keys.text()
    assert engine.communities.get(INSTALLER).city == "Warsaw"
    assert engine.list("apartment", INSTALLER, ListQuery()).count() == 3


async def test_steps_are_left_and_taken_up_again_where_they_were(engine: Engine) -> None:
    async with opened(engine) as keys:
        await keys.until_page("FirstSteps")
        await at(keys, 0, "name")
        await keys.press("enter")
        await at(keys, 1, "name")
        await keys.press("backspace")
        await keys.type("North")
        await keys.press("enter")
        await at(keys, 2, "first")
        await keys.press("escape")
        await keys.until_page("DashboardScreen")
        await keys.until_text("F8 First steps")
        await keys.press("f8")
        await keys.until_page("FirstSteps")
        await at(keys, 2, "first")
        assert "2 of 5 done" in keys.text()
        await keys.press("pageup")
        await at(keys, 1, "name")
        await keys.press("end")
        await keys.type(" Tower")
        await keys.press("enter")
        await at(keys, 2, "first")
        assert "North Tower" in keys.text()
        await keys.press("pagedown")
        await keys.settled()
        assert step(keys) == 2, "a step that is not done is not passed"
    names = [row.values["name"] for row in engine.list("building", INSTALLER, ListQuery()).first(5)]
    assert names == ["North Tower"]


async def test_what_is_wrong_stands_under_its_field_and_nothing_is_lost(engine: Engine) -> None:
    async with opened(engine) as keys:
        await keys.until_page("FirstSteps")
        await at(keys, 0, "timezone")
        await keys.press("tab", "tab", "tab")
        await keys.type("Mars")
        await keys.press("enter")
        await keys.until(lambda: error_of(keys, "timezone") != "")
        assert step(keys) == 0
        assert "Mars" in keys.text()


@pytest.mark.feature("DEV-13")
async def test_an_address_where_nothing_answers_is_said_in_words(engine: Engine) -> None:
    building = engine.buildings.add(INSTALLER.again(), "A").id
    engine.apartments.add(INSTALLER.again(), building, "1001")
    async with served(engine), opened(engine) as keys:
        await keys.until_page("DashboardScreen")
        await keys.press("f8")
        await keys.until_page("FirstSteps")
        await at(keys, 3, "address")
        await keys.press("enter")
        await keys.until(lambda: "F7 takes a virtual door" in error_of(keys, "address"))
        await keys.type("127.0.0.1:9")
        await keys.press("enter")
        await keys.until(lambda: "F7" not in error_of(keys, "address") and error_of(keys, "address") != "", within=70)
        assert step(keys) == 3


@pytest.mark.feature("DEV-13")
async def test_a_refused_password_is_said_at_the_password_and_typed_anew(engine: Engine, tmp_path: Path) -> None:
    building = engine.buildings.add(INSTALLER.again(), "A").id
    engine.apartments.add(INSTALLER.again(), building, "1001")
    file, ready = tmp_path / "doors.toml", tmp_path / "ready.json"
    login = 'user = "admin"\npassword = "httpapi"\n'
    file.write_text(f'ready_file = "{ready.name}"\n[[device]]\nname = "Gate"\nmodel = "X916"\n{login}')
    doors = VirtualDoors(file, ready, tmp_path / "doors.out")
    try:
        await asyncio.to_thread(doors.wait)
        async with served(engine), opened(engine) as keys:
            await keys.until_page("DashboardScreen")
            await keys.press("f8")
            await at(keys, 3, "address")
            await keys.type(urlsplit(doors.devices["Gate"]["url"]).netloc)
            await keys.press("tab", "tab")
            await keys.type("wrong")
            await keys.press("enter")
            await keys.until(lambda: "refuses the user name or password" in error_of(keys, "password"), within=40)
            assert error_of(keys, "address") == ""
            await at(keys, 3)
            await keys.type("httpapi")
            await keys.press("enter")
            await keys.until(lambda: step(keys) == 4, within=40)
    finally:
        doors.close()


@pytest.mark.feature("ACC-08")
async def test_nobody_but_an_installer_is_led_through_them(engine: Engine) -> None:
    from backend.domain.account_drafts import ManagerDraft

    draft = ManagerDraft(email="m@rosewood.example", name="Marco", role=Role.MANAGER, password="correct horse battery")
    manager = engine.managers.add(INSTALLER.again(), draft).id
    app = SmartPlusApp(engine, context=Context(manager, "Marco", 1, Via.APP), keep_agent=False, summary_every=3600.0)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.settled()
        assert type(keys.page).__name__ == "DashboardScreen"
        assert "F8 First steps" not in keys.text()


@pytest.mark.parametrize(
    ("keys_to", "page", "sentence"),
    [
        (("g", "a", "n"), "ApartmentNew", "There is no building yet. An installer adds it: g z, 2 Buildings."),
        (("g", "r", "n"), "ResidentForm", "There is no apartment yet: g a, n adds it."),
        (("g", "g", "n"), "GroupForm", "There is no door yet. Devices bring them: g p, n."),
    ],
)
async def test_a_form_says_where_what_it_needs_comes_from(
    engine: Engine, keys_to: tuple[str, ...], page: str, sentence: str
) -> None:
    async with opened(engine) as keys:
        await keys.until_page("FirstSteps")
        await keys.press("escape")
        await keys.until_page("DashboardScreen")
        await keys.press(*keys_to)
        await keys.until_text("none yet")
        await keys.press("f2")
        await keys.until_page(page)
        await keys.until(lambda: sentence in [field.error for field in keys.page.query(FormField)])
