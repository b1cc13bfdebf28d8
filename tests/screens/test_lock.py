"""The idle lock: by the clock of the engine, over everything, without losing what was typed (feature ACC-01)."""

from __future__ import annotations

import pytest

from backend.domain.context import Context
from backend.domain.enums import Role
from backend.engine import Engine
from tests.screens.conftest import SMALL, Show
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from tests.support.park_site import PASSWORD

Park = tuple[Engine, Context]


async def unlock(keys: Keys, password: str = PASSWORD) -> None:
    await keys.type(password)
    await keys.press("enter")


@pytest.mark.feature("ACC-01")
@pytest.mark.parametrize("size", [(120, 40), SMALL])
async def test_after_fifteen_minutes_nothing_is_seen_and_nothing_typed_is_lost(
    show: Show, clock: FakeClock, size: tuple[int, int]
) -> None:
    async with show("g", "r", "n", size=size) as keys:
        await keys.until_page("ResidentForm")
        await keys.type("1203")
        await keys.press("tab")
        await keys.type("Ja")
        clock.advance(minutes=14, seconds=59)
        keys.app._tick()
        await keys.type("n")
        clock.advance(minutes=15)
        keys.app._tick()
        await keys.until_text("The screen is locked.")
        for secret in ("1203", "Rosewood Court", "doors"):
            assert secret not in keys.text()
        await unlock(keys, "not it at all")
        await keys.until_text("The password is wrong.")
        await unlock(keys)
        await keys.until_page("ResidentForm")
        await keys.until_text("Jan")
        assert "1203" in keys.text()


@pytest.mark.feature("ACC-01")
async def test_a_key_that_comes_too_late_meets_the_lock(show: Show, clock: FakeClock) -> None:
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        clock.advance(minutes=15)
        await keys.press("d")
        await keys.until_page("LockScreen")
        await unlock(keys)
        await keys.until_page("ResidentsScreen")


@pytest.mark.feature("ACC-01")
async def test_what_comes_meanwhile_waits_under_the_lock(show: Show, clock: FakeClock) -> None:
    from screens.base.messages import GoTo, OpenRecord

    async with show("g", "r", "ctrl+l") as keys:
        await keys.until_page("LockScreen")
        page = keys.app.screen_stack[-2]
        page.post_message(OpenRecord("resident", 1))
        page.post_message(GoTo("p"))
        page.say("Mia Anderson opened the gym")
        await keys.until(lambda: len(keys.app.screen_stack) == 4)
        await keys.until_page("LockScreen")
        assert "Mia" not in keys.text()
        assert "Kowalska" not in keys.text()
        await unlock(keys)
        await keys.until_page("ResidentPage")
        await keys.until_text("Mia Anderson opened the gym")


@pytest.mark.feature("ACC-01")
async def test_a_site_that_sets_no_minutes_is_never_locked(show: Show, park: Park, clock: FakeClock) -> None:
    async with show() as keys:
        park[0].settings.edit(park[1].again(), {"lock.minutes": "0"})
        await keys.until(lambda: keys.app.session.lock_minutes == 0)
        clock.advance(hours=9)
        keys.app._tick()
        await keys.press("g", "r")
        await keys.until_page("ResidentsScreen")


@pytest.mark.feature("ACC-01")
async def test_somebody_else_logs_out_a_locked_screen(show: Show) -> None:
    async with show("ctrl+l") as keys:
        await keys.until_page("LockScreen")
        await keys.press("f6")
        await keys.until_page("LoginScreen")
        assert keys.app.session is None


@pytest.mark.feature("ACC-08")
async def test_an_account_closed_behind_the_lock_is_logged_out(show: Show, park: Park) -> None:
    engine, installer = park
    async with show("ctrl+l", role=Role.VIEWER) as keys:
        await keys.until_page("LockScreen")
        viewer = keys.app.session.context.actor_id
        engine.managers.disable(installer.again(), viewer, engine.managers.get(installer, viewer).version, True)
        await keys.until_text("This account has been disabled. Ask the installer.")
        await keys.until_page("LoginScreen")


@pytest.mark.feature("ACC-01")
async def test_wrong_passwords_at_the_lock_lock_the_account(show: Show) -> None:
    async with show("ctrl+l") as keys:
        await keys.until_page("LockScreen")
        for number in range(5):
            await unlock(keys, f"guess {number}")
            await keys.until_text("The password is wrong.")
            await keys.until(lambda: all(worker.is_finished for worker in keys.app.workers))
        await unlock(keys)
        await keys.until_text("Too many wrong tries.")
