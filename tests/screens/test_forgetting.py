"""Pages that are closed are gone, with all that was drawn of them."""

from __future__ import annotations

import gc
import weakref

from textual.color import Color

from tests.screens.conftest import Show


async def test_a_closed_form_leaves_nothing_that_it_drew(show: Show) -> None:
    left = []
    async with show("g", "r") as keys:
        for _ in range(3):
            await keys.press("n")
            await keys.until_page("ResidentForm")
            keys.page._styles_cache.get_inner_outer(Color(1, 2, 3), Color(4, 5, 6))  # as every widget that is drawn
            left.append(weakref.ref(keys.page._styles_cache))
            await keys.press("escape")
            await keys.until_page("ResidentsScreen")
            await keys.settled()
        gc.collect()
    assert left[0]() is None
    assert left[1]() is None
