"""A page that goes away while it is read takes nothing down with it."""

from __future__ import annotations

from tests.screens.conftest import Show


async def test_what_is_read_for_a_page_that_is_gone_is_dropped(show: Show) -> None:
    async with show() as keys:
        page = keys.page
        await page.query("#summary").remove()
        page._draw()  # type: ignore[attr-defined]
        await keys.press("g", "r")
        await keys.until_page("ResidentsScreen")
