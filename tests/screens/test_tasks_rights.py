"""Tasks 4 and 5 by keys alone, on the demo community with its virtual doors and a real agent."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from backend.domain.timewords import parse_moment
from smartplus_tui.demo.build import Demo
from tests.screens.test_tasks import Begin, Tally, begin, cursor_line, demo, refused, tally

__all__ = ("begin", "demo", "tally")

pytestmark = pytest.mark.timeout(180)


def gym(made: Demo) -> int:
    """The door of the gym."""
    return next(one.relay_id for one in made.engine.doors.all(made.context) if one.name == "Gym")


@pytest.mark.feature("LOG-01")
@pytest.mark.feature("SYNC-05")
async def test_4_why_was_anna_refused(demo: Demo, begin: Begin, tally: Tally) -> None:
    opened, _ = demo.doors.type_pin("Gym", "2741")
    assert not opened, "Anna lives in A: the gym is in B"
    async with begin() as keys:
        await keys.until(lambda: refused(demo) is not None, within=30)
        await keys.press("g", "l", "slash")
        await keys.type("kowal")
        await keys.press("enter")
        pressed = keys.pressed
        line = refused(demo)
        assert line is not None
        answer = demo.engine.access.why(demo.context, log_id=line.id)
        reason = demo.engine.access.reasons(demo.context, [line.id])[line.id]
        await keys.until(lambda: reason in cursor_line(keys))
        assert answer.offers, "a group that opens the gym lets her in"
        words = [*answer.sentence.split(), *answer.offers[0].title.split()]
        await keys.until(lambda: all(word in keys.text() for word in words))
        pane = keys.text().partition(answer.sentence.split()[0])[2]
        assert answer.offers[0].title.split()[0] in pane
    tally.note(4, "Why was Anna refused", 4, pressed)


@pytest.mark.feature("SYNC-06")
async def test_5_who_can_open_the_gym_on_sunday_night(demo: Demo, begin: Begin, tally: Tally) -> None:
    zone = demo.engine.communities.get(demo.context).timezone
    at = parse_moment("su 22", demo.engine.clock(), zone)
    assert at - demo.engine.clock() < timedelta(days=8)
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("gym")
        await keys.press("enter", "w")
        await keys.type("su 22")
        await keys.press("enter")
        pressed = keys.pressed
        await keys.until_page("WhoPage")
        await keys.until_text("22:00")
        answer = demo.engine.access.who(demo.context, gym(demo), at)
        able = [one for one in answer.openers if one.group]
        assert able, "the default group of B is open around the clock"
        await keys.until_text(f"{len(able)} people")
        first = answer.openers[0]
        await keys.until(
            lambda: re.search(rf"{re.escape(first.name)} .*{re.escape(first.group)}", keys.text()) is not None
        )
        assert keys.page.at == at
    tally.note(5, "Who can open the gym on Sunday 22:00", 4, pressed)
