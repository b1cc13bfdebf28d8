"""A page that goes away while it is read takes nothing down with it."""

from __future__ import annotations

import threading

import pytest

from backend.domain.context import Context
from backend.engine import Engine
from tests.screens.conftest import Show


async def test_what_is_read_for_a_page_that_is_gone_is_dropped(show: Show) -> None:
    async with show() as keys:
        page = keys.page
        await page.query("#summary").remove()
        page._draw()  # type: ignore[attr-defined]
        await keys.press("g", "r")
        await keys.until_page("ResidentsScreen")


async def test_details_that_come_when_their_page_has_gone_are_let_go(
    show: Show, park: tuple[Engine, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer = threading.Event(), threading.Event()
    get = park[0].apartments.get

    def slowly(context: Context, apartment_id: int) -> object:
        asked.set()
        answer.wait(10)
        return get(context, apartment_id)

    async with show("g", "a") as keys:
        await keys.until_page("ApartmentsScreen")
        await keys.settled()
        monkeypatch.setattr(park[0].apartments, "get", slowly)
        await keys.press("down")
        await keys.until(asked.is_set)
        keys.app.show_login("")
        await keys.until(lambda: type(keys.app.screen).__name__ == "LoginScreen")
        answer.set()
        await keys.settled()
