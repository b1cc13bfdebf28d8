"""Logging in by keys alone: code, policies, forgotten password, what is remembered (features ACC-01..05, ACC-07)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import keyring
import pytest
from sqlalchemy import delete, insert, select, update
from textual.widgets import Input

from backend.domain.context import Context, agent_context
from backend.engine import Engine
from backend.services.outbox import open_content
from backend.store import tables as t
from tests.screens.conftest import SMALL, MakeApp, Show
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from tests.support.park_site import EMAIL, PASSWORD
from tests.support.vault import Vault
from widgets.entries import Entries
from widgets.frame import Banner, KeyFooter

Park = tuple[Engine, Context]
Door = Callable[..., AbstractAsyncContextManager[Keys]]
NEW = "nine loud windows"


def execute(park: Park, *statements: Any) -> None:
    """What an installer, or time, would have changed."""
    with park[0].managers.store.books(agent_context(1)) as work:
        for statement in statements:
            work.connection.execute(statement)


def mailed(park: Park) -> str:
    """The digits of the newest mail."""
    store = park[0].managers.store
    with store.read() as connection:
        row = connection.execute(select(t.outgoing).order_by(t.outgoing.c.id.desc()).limit(1)).one()
    text = open_content(store.sealer, row.uuid, row.content_sealed).text
    return next(word.strip(".") for word in text.split() if word.strip(".").isdigit() and len(word) > 5)


@pytest.fixture
def door(make_app: MakeApp) -> Door:
    """The app at its login screen: `async with door() as keys`."""

    @asynccontextmanager
    async def run(size: tuple[int, int] = SMALL) -> AsyncIterator[Keys]:
        app = make_app(context=None)
        async with app.run_test(size=size, notifications=True) as pilot:
            keys = Keys(pilot)
            await keys.until_text("Log in to Rosewood Court")
            yield keys

    return run


async def log_in(keys: Keys, password: str = PASSWORD) -> None:
    """Type e-mail and password."""
    await keys.type(EMAIL)
    await keys.press("enter")
    await keys.type(password)
    await keys.press("enter")


@pytest.mark.feature("ACC-03")
async def test_a_mailed_code_is_the_second_step(door: Door, park: Park, clock: FakeClock) -> None:
    mail = insert(t.setting).values(name="mail.host", value="mail.example")
    execute(park, update(t.manager).values(two_factor=True), mail)
    async with door() as keys:
        await log_in(keys)
        await keys.until_text(f"A code is on its way to {EMAIL}.")
        await keys.until_text("Resend in 1:00")
        await keys.type("123")
        await keys.press("enter")
        await keys.until_text("This is not the code of the last mail.")
        await keys.press("f5")
        await keys.until_text("A code has just been sent.")
        clock.advance(minutes=1)
        await keys.until_text("F5 Obtain Code")
        await keys.press("f5")
        await keys.until_text("Resend in 1:00")
        assert keys.app.screen.query_one(Input).value == ""
        await keys.type(mailed(park))
        await keys.press("enter")
        await keys.until_page("DashboardScreen")


@pytest.mark.feature("ACC-03")
async def test_escape_goes_back_to_the_password_and_keeps_the_address(door: Door, park: Park) -> None:
    mail = insert(t.setting).values(name="mail.host", value="mail.example")
    execute(park, update(t.manager).values(two_factor=True), mail)
    async with door() as keys:
        await log_in(keys)
        await keys.until_text("Two-factor Authentication")
        await keys.press("escape")
        await keys.until_text("Log in to Rosewood Court")
        assert keys.app.screen.query_one(Entries).values == {"email": EMAIL, "password": ""}


@pytest.mark.feature("ACC-04")
@pytest.mark.edge("72")
async def test_only_agree_continues(door: Door, park: Park) -> None:
    execute(park, delete(t.agreement))
    async with door() as keys:
        await log_in(keys)
        await keys.until_text("Who keeps the data")
        await keys.press("enter", "x", "space", "down")
        await keys.until_page("AgreementDialog")
        await keys.press("escape")
        await keys.until_text("Without agreeing nobody comes in.")
        assert keys.app.session is None
        await keys.type(PASSWORD)
        await keys.press("enter")
        await keys.until_page("AgreementDialog")
        await keys.press("a")
        await keys.until_page("DashboardScreen")


@pytest.mark.feature("ACC-05")
async def test_a_forgotten_password_is_replaced_by_keys_alone(door: Door, park: Park) -> None:
    async with door() as keys:
        await keys.press("f4")
        await keys.until_text("Forgot password")
        await keys.type(EMAIL)
        await keys.press("enter")
        await keys.until_text("If there is an account with this e-mail")
        await keys.type("1")
        await keys.press("enter")
        await keys.type(NEW)
        await keys.press("enter")
        await keys.until_text("This is not the code of the last mail, or it is")
        await keys.type(mailed(park))
        await keys.press("tab", "enter")
        await keys.until_text("The password is a new one.")
        await keys.type(NEW)
        await keys.press("enter")
        await keys.until_page("DashboardScreen")


@pytest.mark.feature("ACC-07")
async def test_the_address_is_remembered_where_that_is_wanted_and_never_in_plain_text(door: Door, park: Park) -> None:
    kept = park[0].root / "login"
    async with door() as keys:
        await log_in(keys)
        await keys.until_page("DashboardScreen")
    assert not kept.exists()
    async with door() as keys:
        await keys.press("ctrl+r")
        await keys.until_text("■ Remember on this machine  sealed, key file")
        await log_in(keys)
        await keys.until_page("DashboardScreen")
    assert EMAIL.encode() not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    async with door() as keys:
        await keys.until_text(EMAIL)
        await keys.type(PASSWORD)
        await keys.press("enter")
        await keys.until_page("DashboardScreen")
    async with door() as keys:
        await keys.until_text(EMAIL)
        await keys.press("ctrl+r")
        await keys.type(PASSWORD)
        await keys.press("enter")
        await keys.until_page("DashboardScreen")
    assert not kept.exists()


@pytest.mark.feature("ACC-07")
async def test_a_real_keyring_remembers_the_password(door: Door, park: Park) -> None:
    before, vault = keyring.get_keyring(), Vault()
    keyring.set_keyring(vault)
    try:
        async with door() as keys:
            await keys.press("ctrl+r")
            await keys.until_text("■ Remember on this machine  password in the keyring")
            await log_in(keys)
            await keys.until_page("DashboardScreen")
        assert list(vault.kept.values()) == [PASSWORD]
        assert PASSWORD.encode() not in (park[0].root / "login").read_bytes()
        async with door() as keys:
            await keys.until_text(EMAIL)
            await keys.press("enter")
            await keys.until_page("DashboardScreen")
        async with door() as keys:
            await keys.until_text(EMAIL)
            await keys.press("ctrl+r", "enter")
            await keys.until_page("DashboardScreen")
        assert vault.kept == {}
    finally:
        keyring.set_keyring(before)


@pytest.mark.feature("ACC-05")
@pytest.mark.edge("73")
async def test_a_reminder_keeps_nobody_from_a_door(door: Door, park: Park) -> None:
    execute(park, update(t.manager).values(password_reminder=True, password_changed_at=None))
    async with door() as keys:
        await log_in(keys)
        await keys.until_text("Your password is 30 days old")
        await keys.press("o")
        await keys.until_text("Open a door")
        await keys.type("gym")
        await keys.press("enter")
        await keys.until_text("y  Open")
        await keys.press("escape")
        await keys.press("L", "l")
        await keys.until(lambda: not keys.page.query_one(Banner).text)
    async with door() as keys:
        await log_in(keys)
        await keys.until_text("Your password is 30 days old")


@pytest.mark.feature("ACC-05")
async def test_a_new_password_ends_the_reminder_and_this_session_goes_on(
    door: Door, park: Park, clock: FakeClock
) -> None:
    execute(park, update(t.manager).values(password_reminder=True, password_changed_at=None))
    async with door() as keys:
        await log_in(keys)
        await keys.until_text("Your password is 30 days old")
        clock.advance(minutes=1)
        await keys.press("L", "p")
        await keys.until_text("Every other session of this account ends.")
        for text in ("wrong", NEW, "other"):
            await keys.type(text)
            await keys.press("enter")
        await keys.until_text("This is another password than the one above.")
        await keys.type(NEW)
        await keys.press("f2")
        await keys.until_text("The password is wrong.")
        await keys.type(PASSWORD)
        await keys.press("f2")
        await keys.until_page("DashboardScreen")
        await keys.until(lambda: "30 days" not in keys.page.query_one(Banner).text)
        await keys.press("g", "r")
        await keys.until_text("Kowalska, Anna")


@pytest.mark.feature("ACC-01")
async def test_logging_out_leads_to_the_login(show: Show, park: Park) -> None:
    async with show() as keys:
        await keys.press("L", "o")
        await keys.until_page("LoginScreen")
        await keys.until_text("Log in to Rosewood Court")
        hints = keys.app.screen.query_one(KeyFooter).hints
        assert [hint.key for hint in hints] == ["Tab", "Enter", "ctrl+r", "F4"]
        await log_in(keys)
        await keys.until_page("DashboardScreen")


@pytest.mark.feature("ACC-04")
async def test_both_texts_are_read_again_by_whoever_agreed(door: Door, park: Park) -> None:
    execute(park, delete(t.agreement))
    async with door() as keys:
        await log_in(keys)
        await keys.until_page("AgreementDialog")
        await keys.press("a")
        await keys.until_page("DashboardScreen")
        await keys.press("g", "t")
        await keys.until_page("AgreementScreen")
        await keys.until_text("✓ agreed to on 2026-03-02 10:00")
        await keys.press(*["pagedown"] * 6)
        await keys.until_text("The software comes as it is.")
