"""The plan beside a form: what a door cannot hold is read whole, however narrow the pane is."""

from __future__ import annotations

import pytest

from backend.domain.access.results import DoorPlan, Loss
from backend.domain.formats import Formats
from screens.base.plan_pane import PlanPane
from tests.widgets.host import Host, screen_lines

SENTENCE = "The clocks go back at an edge of 2027-10-31 02:15 to 2027-10-31 03:45: a door opens at the later one."
PLAN = DoorPlan(1, "Main Gate", (), (), (), 7, 10_000, (Loss(None, "clock_change", SENTENCE),))


@pytest.mark.feature("SYNC-02")
async def test_a_loss_is_read_whole_beside_the_form_and_as_a_page() -> None:
    pane = PlanPane(Formats.of("Europe/Berlin", "24", "iso"))
    app = Host(pane)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        pane.show([PLAN])
        heights = []
        for width in (44, 110):
            pane.styles.width = width
            await pilot.pause()
            inside = [line.partition("│")[2].partition("│")[0].strip() for line in screen_lines(app)]
            start = next(at for at, line in enumerate(inside) if line.startswith("▲"))
            told = [line for line in inside[start:] if line]
            assert " ".join(told) == f"▲ Main Gate: {SENTENCE}"
            heights.append(len(told))
        assert heights[0] > heights[1]
