"""Task 20 by keys alone, on the demo community with its virtual doors and a real agent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.domain.paging import ListQuery
from backend.domain.temp_keys import KeyState, TempKeyRecord
from smartplus_tui.demo.build import Demo
from tests.screens.test_tasks import Begin, Tally, begin, demo, tally

__all__ = ("begin", "demo", "tally")

pytestmark = pytest.mark.timeout(180)


def key_of(made: Demo, name: str) -> TempKeyRecord:
    """The key of this name."""
    rows = made.engine.list("temp-key", made.context, ListQuery()).first(50)
    found = next(row for row in rows if row.values["name"] == name)
    return made.engine.temp_keys.get(made.context, found.id)


def names(made: Demo) -> set[str]:
    """Whose keys there are."""
    return {str(row.values["name"]) for row in made.engine.list("temp-key", made.context, ListQuery()).first(50)}


@pytest.mark.feature("VIS-01")
@pytest.mark.feature("VIS-02")
async def test_20_temporary_key_for_tonight_mailed(demo: Demo, begin: Begin, tally: Tally) -> None:
    async with begin() as keys:
        await keys.press("g", "v", "n")
        await keys.type("1203")
        await keys.press("tab")
        await keys.type("plumber")
        await keys.press("tab")
        await keys.type("22")
        await keys.press("tab")
        await keys.type("p@example.com")
        await keys.press("f2")
        pressed = keys.pressed
        await keys.until(lambda: "plumber" in names(demo))
        await keys.until_page("TempKeyPage")
        await keys.until_text("p@example.com")
        record = key_of(demo, "plumber")
        assert " ".join(record.digits[:4]) in keys.text()
        door = record.doors[0].device.replace(" ", "-")
        await keys.until(lambda: demo.doors.type_pin(door, record.digits)[0], within=30)
    assert (record.apartment, record.email, record.state) == ("1203", "p@example.com", KeyState.VALID)
    assert record.ends_at is not None
    until = demo.engine.clock() + timedelta(days=1)
    local = record.ends_at.astimezone(until.tzinfo)
    assert local <= until
    assert record.hours.endswith(" 22:00")
    assert [mail.address for mail in record.mails] == ["p@example.com"]
    assert record.total == record.phones > 0
    tally.note(20, "Temporary key for tonight, mailed", 7, pressed)


@pytest.mark.feature("VIS-01")
async def test_20_the_short_way_from_an_apartment(demo: Demo, begin: Begin) -> None:
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("1203")
        await keys.press("enter", "t")
        await keys.type("courier")
        await keys.press("tab")
        await keys.type("2h")
        await keys.press("f2")
        assert keys.pressed == 5
        await keys.until(lambda: "courier" in names(demo))
    assert key_of(demo, "courier").apartment == "1203"
