"""Linked and assigned sites, and rights that change while somebody is logged in (features ACC-06, ACC-08)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

import pytest
from sqlalchemy import select, update

from backend.domain.context import Context, agent_context, new_id
from backend.domain.enums import Role, Via
from backend.engine import Engine
from backend.services.passwords import hash_password
from backend.store import tables as t
from tests.screens.conftest import SMALL, MakeApp, Show
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from tests.support.park_site import EMAIL, PASSWORD, context_of

Park = tuple[Engine, Context]
OTHER, NEW = "ines@harbour.example", "nine loud windows"


@pytest.fixture
def harbour(park: Park) -> Context:
    """A second site, with an account of Ines' that has been signed in once."""
    engine, _ = park
    with engine.managers.store.write(agent_context(1), "test.harbour") as work:
        work.require("manager.write")
        community = work.insert(t.community, uuid=new_id(), name="Harbour View", timezone="Europe/Warsaw")
        work.insert(
            t.manager, uuid=new_id(), community_id=community, email=OTHER, name="Ines H", role="manager",
            password_hash=hash_password(PASSWORD),
        )  # fmt: skip
    return engine.sign_in.login(OTHER, PASSWORD, Via.APP, agree=True)[0]


@pytest.fixture
def elsewhere(park: Park, clock: FakeClock) -> Iterator[Engine]:
    """Another engine on the same site, as in another terminal."""
    engine = Engine(park[0].root, clock=clock)
    engine.start()
    with closing(engine):
        yield engine


async def link(keys: Keys, password: str = PASSWORD) -> None:
    """Link the other account from the account dialog."""
    await keys.type(OTHER)
    await keys.press("enter")
    await keys.type(password)
    await keys.press("f2")


@asynccontextmanager
async def at_the_login(make_app: MakeApp, size: tuple[int, int]) -> AsyncIterator[Keys]:
    """The app with nobody in it."""
    async with make_app(context=None).run_test(size=size, notifications=True) as pilot:
        keys = Keys(pilot)
        await keys.until_text("Log in to Rosewood Court")
        yield keys


async def choose_harbour(keys: Keys, email: str) -> None:
    """F6, the site, e-mail and password."""
    await keys.until_text("F6 Site")
    await keys.press("f6")
    await keys.until_text("Log in to which site?")
    await keys.type("harb")
    await keys.press("enter")
    await keys.until_text("Log in to Harbour View")
    await keys.type(email)
    await keys.press("enter")
    await keys.type(PASSWORD)
    await keys.press("enter")


@pytest.mark.feature("ACC-06")
@pytest.mark.parametrize("size", [(120, 40), SMALL])
async def test_the_site_is_chosen_before_logging_in(
    make_app: MakeApp, park: Park, harbour: Context, size: tuple[int, int]
) -> None:
    engine, _ = park
    with engine.managers.store.write(agent_context(1), "test.assign") as work:
        work.require("manager.write")
        ines = work.connection.execute(select(t.manager.c.id).where(t.manager.c.email == EMAIL)).scalar_one()
        work.insert(t.manager_community, manager_id=ines, community_id=harbour.community_id)
    async with at_the_login(make_app, size) as keys:
        await choose_harbour(keys, EMAIL)
        await keys.until_page("FirstSteps")
        assert keys.page.session.context.community_id == harbour.community_id


@pytest.mark.feature("ACC-06")
async def test_who_does_not_reach_the_chosen_site_is_at_their_own_and_reads_so(
    make_app: MakeApp, park: Park, harbour: Context
) -> None:
    async with at_the_login(make_app, (120, 40)) as keys:
        await choose_harbour(keys, EMAIL)
        await keys.until_page("DashboardScreen")
        await keys.until_text("Your account does not reach the site you chose.")
        assert keys.page.session.context.community_id == park[1].community_id


@pytest.mark.feature("ACC-06")
async def test_one_site_is_not_chosen(make_app: MakeApp) -> None:
    async with at_the_login(make_app, SMALL) as keys:
        assert "F6" not in keys.text()
        await keys.press("f6")
        assert "which site" not in keys.text()


@pytest.mark.feature("ACC-06")
@pytest.mark.parametrize("size", [(120, 40), SMALL])
async def test_a_site_is_linked_gone_to_and_unlinked_by_keys(
    show: Show, harbour: Context, size: tuple[int, int]
) -> None:
    async with show(size=size) as keys:
        await keys.press("L")
        await keys.until_text("● here")
        await keys.press("n")
        await keys.until_text("E-mail of the other account")
        await link(keys, "not it at all")
        await keys.until_text("E-mail or password is wrong.")
        await keys.type(PASSWORD)
        await keys.press("f2")
        await keys.until_text(f"Linked {OTHER}.")
        await keys.until_text("Harbour View")
        await keys.press("down", "enter")
        await keys.until(lambda: keys.app.session.context.actor_id == harbour.actor_id)
        await keys.until_page("DashboardScreen")
        await keys.until_text("Harbour View")
        await keys.until_text("⇄ L")
        await keys.press("L")
        await keys.until_text("● here")
        await keys.press("down", "enter")
        await keys.until(lambda: keys.app.session.community.name == "Rosewood Court")
        await keys.until_page("DashboardScreen")
        await keys.press("L")
        await keys.until_text("● here")
        await keys.press("x")
        await keys.until_text("Put the cursor on a linked site first")
        await keys.press("down", "x")
        await keys.until_text("cannot be reached from here any more")
        await keys.type(PASSWORD)
        await keys.press("f2")
        await keys.until_text("Unlinked.")
        await keys.until(lambda: "Harbour View" not in keys.text())
        await keys.press("escape", "g", "r")
        await keys.until_text("Kowalska, Anna")


@pytest.mark.feature("ACC-06")
async def test_the_search_finds_the_way_to_another_site(show: Show) -> None:
    async with show("ctrl+p") as keys:
        await keys.type("switch")
        await keys.until_text("Account and sites")
        await keys.press("enter")
        await keys.until_page("AccountDialog")
        await keys.until_text("● here")


@pytest.mark.feature("ACC-06")
@pytest.mark.edge("74")
async def test_a_stale_link_asks_for_the_new_password(
    show: Show, park: Park, harbour: Context, clock: FakeClock
) -> None:
    engine, installer = park
    engine.sites.link(installer, engine.sign_in.prove(OTHER, PASSWORD, Via.APP))
    clock.advance(minutes=1)
    engine.account.change_password(harbour, PASSWORD, NEW)
    async with show("L") as keys:
        await keys.until_text("◐ password changed, link again")
        await keys.press("down", "enter")
        await keys.until_text("E-mail of the other account")
        await keys.until_text(OTHER)
        await keys.type(NEW)
        await keys.press("f2")
        await keys.until_text(f"Linked {OTHER}.")
        await keys.until(lambda: "link again" not in keys.text())


@pytest.mark.feature("ACC-06")
async def test_a_page_with_changes_asks_before_another_site_comes(show: Show, park: Park, harbour: Context) -> None:
    engine, installer = park
    engine.sites.link(installer, engine.sign_in.prove(OTHER, PASSWORD, Via.APP))
    async with show("g", "r", "n") as keys:
        await keys.until_page("ResidentForm")
        await keys.type("1203")
        await keys.press("tab")
        await keys.type("Jan")
        keys.page.action_account()
        await keys.until_text("Harbour View")
        await keys.press("down", "enter")
        await keys.until_text("Throw")
        await keys.press("escape")
        await keys.until_page("ResidentForm")
        assert keys.app.session.community.name == "Rosewood Court"


@pytest.mark.feature("ACC-08")
async def test_another_terminal_that_changes_the_role_changes_what_is_offered(show: Show, elsewhere: Engine) -> None:
    async with show("g", "h", role=Role.VIEWER) as keys:
        await keys.until_page("OperationsScreen")
        with elsewhere.managers.store.write(agent_context(1), "test.role") as work:
            work.require("manager.write")
            work.update(t.manager, context_of(Role.VIEWER).actor_id or 0, role=Role.TECHNICIAN.value)
            work.touch("managers")
        await keys.until(lambda: keys.app.session.manager.role is Role.TECHNICIAN)
        await keys.until_page("DashboardScreen")
        await keys.until_text("Your role was changed: you are technician now")
        assert "h" not in {entry.letter for entry in keys.app.session.modules}
        await keys.press("g", "h")
        await keys.until_page("DashboardScreen")


@pytest.mark.feature("ACC-08")
async def test_a_role_changed_behind_the_lock_or_under_a_form_opens_no_lock_and_loses_no_word(
    show: Show, park: Park, elsewhere: Engine
) -> None:
    def become(role: Role) -> None:
        with elsewhere.managers.store.write(agent_context(1), "test.role") as work:
            work.require("manager.write")
            work.update(t.manager, context_of(Role.MANAGER).actor_id or 0, role=role.value)
            work.touch("managers")

    async with show("g", "r", "n", role=Role.MANAGER) as keys:
        await keys.until_page("ResidentForm")
        await keys.type("1203")
        await keys.press("tab")
        await keys.type("Jan")
        become(Role.VIEWER)
        await keys.until(lambda: keys.app.session.manager.role is Role.VIEWER)
        assert "Jan" in keys.text()
        await keys.press("f2")
        await keys.until_text("Your role does not allow this")
        await keys.until_page("ResidentForm")
        await keys.press("ctrl+l")
        await keys.until_page("LockScreen")
        become(Role.TECHNICIAN)
        await keys.until(lambda: keys.app.session.manager.role is Role.TECHNICIAN)
        await keys.settled()
        assert type(keys.app.screen).__name__ == "LockScreen"


@pytest.mark.feature("ACC-05")
@pytest.mark.feature("ACC-08")
async def test_a_password_changed_in_another_terminal_ends_this_one(
    park: Park, show: Show, elsewhere: Engine, clock: FakeClock
) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        session = keys.app.session
        here, _ = park[0].sign_in.login("ines@rosewood.example", PASSWORD, Via.APP)
        session.context = here
        clock.advance(minutes=1)
        there, _ = elsewhere.sign_in.login("ines@rosewood.example", PASSWORD, Via.APP)
        elsewhere.account.change_password(there, PASSWORD, NEW)
        await keys.until_page("LoginScreen")
        await keys.until_text("The password of this account was changed.")


@pytest.mark.feature("ACC-02")
async def test_an_assignment_that_is_taken_away_ends_what_goes_on_there(
    park: Park, show: Show, harbour: Context, elsewhere: Engine
) -> None:
    engine, installer = park
    with engine.managers.store.write(agent_context(1), "test.assign") as work:
        work.require("manager.write")
        row = work.insert(t.manager_community, manager_id=installer.actor_id, community_id=harbour.community_id)
    async with show("L") as keys:
        await keys.until_text("assigned")
        await keys.press("down", "enter")
        await keys.until(lambda: keys.app.session.community.name == "Harbour View")
        with elsewhere.managers.store.write(agent_context(1), "test.assign") as work:
            work.require("manager.write")
            work.delete(t.manager_community, row)
            work.touch("managers")
        await keys.until_page("LoginScreen")
        await keys.until_text("not assigned to this site any more")


def test_the_role_in_the_database_counts_not_the_one_shown(park: Park, elsewhere: Engine) -> None:
    engine, _ = park
    viewer = context_of(Role.VIEWER)
    assert engine.account.me(viewer).role is Role.VIEWER
    with elsewhere.managers.store.books(agent_context(1)) as work:
        work.connection.execute(
            update(t.manager).where(t.manager.c.id == viewer.actor_id).values(role=Role.MANAGER.value)
        )
    assert engine.account.me(viewer).role is Role.MANAGER
