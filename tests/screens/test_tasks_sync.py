"""Task 29 for the whole site by keys alone, on the demo community with its virtual doors and a real agent."""

from __future__ import annotations

import pytest

from smartplus_tui.demo.build import Demo
from tests.screens.test_tasks import Begin, Tally, begin, demo, tally

__all__ = ("begin", "demo", "tally")

pytestmark = pytest.mark.timeout(180)


@pytest.mark.feature("SYNC-01")
@pytest.mark.feature("SYNC-03")
async def test_29_has_the_change_reached_all_doors_of_the_site(demo: Demo, begin: Begin, tally: Tally) -> None:
    count = len(demo.engine.sync.devices(demo.context))
    async with begin() as keys:
        await keys.press("g", "n")
        pressed = keys.pressed
        await keys.until_page("SyncDoorsScreen")
        await keys.until_text(f"{count} in sync")
    tally.note(29, "Has the change reached all doors of the site", 2, pressed)
