"""Holding a door open by hours, at the page of its device."""

from __future__ import annotations

import pytest

from backend.domain.context import Context
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import Role
from backend.domain.groups import GroupDraft
from backend.engine import Engine
from tests.screens.conftest import Show

Park = tuple[Engine, Context]


@pytest.fixture
def side(park: Park) -> int:
    """A door that can be held open; the relay."""
    engine, installer = park
    draft = DeviceDraft(
        name="Side",
        model="A08S",
        mac="0C11050000AA",
        firmware="108.30.10.144",
        profile="A08S",
        scheme="http",
        host="127.0.0.1",
        port=9,
        auth="none",
        relay_names=("Side door",),
    )
    device_id = engine.devices.add(installer.again(), draft).id
    relay_id = engine.devices.get(installer, device_id).relays[0].id
    engine.groups.add(installer.again(), GroupDraft(name="Day team", schedule="mo-fr 8-18", relay_ids=(relay_id,)))
    return relay_id


@pytest.mark.feature("DEV-02")
async def test_a_door_is_held_open_from_the_page_of_its_device(show: Show, park: Park, side: int) -> None:
    engine, installer = park
    async with show("ctrl+p") as keys:
        await keys.type("side")
        await keys.until_text("Side door")
        await keys.press("enter")
        await keys.until_text("O Hold open")
        await keys.press("O")
        await keys.until_text("opens by a code only")
        await keys.press("space", "f2")
        await keys.until_text("Choose the groups whose hours count.")
        await keys.type("day")
        await keys.press("f2")
        await keys.until_text("held open by Day team, Mo-Fr 08:00-18:00")
    hold = engine.relay_holds.get(installer, side)
    assert (hold.on, hold.groups) == (True, ("Day team",))


@pytest.mark.feature("DEV-02")
async def test_what_a_device_cannot_do_stands_in_the_form(show: Show, park: Park) -> None:
    async with show("ctrl+p") as keys:
        await keys.type("gym")
        await keys.until_text("Gym")
        await keys.press("enter")
        await keys.until_text("O Hold open")
        await keys.press("O")
        await keys.until_text("this model has no relay schedules")
        await keys.press("space", "f2")
        await keys.until_text("E18C with firmware 18.30.11.21 has no")


@pytest.mark.feature("DEV-02")
async def test_who_may_not_edit_devices_is_told(show: Show, park: Park, side: int) -> None:
    async with show("ctrl+p", role=Role.VIEWER) as keys:
        await keys.type("side")
        await keys.until_text("Side door")
        await keys.press("enter")
        await keys.until_text("Relays")
        await keys.press("O")
        await keys.until_text("Your role does not allow this")


@pytest.mark.feature("SYNC-02")
async def test_other_hours_of_a_group_show_the_door_that_they_keep_open(show: Show, park: Park, side: int) -> None:
    engine, installer = park
    day = next(one[0] for one in engine.groups.list_all(installer) if one[1] == "Day team")
    engine.relay_holds.set(
        installer.again(), side, engine.relay_holds.get(installer, side).version, on=True, group_ids=[day]
    )
    async with show("g", "g") as keys:
        await keys.until_text("Day team")
        await keys.press("end", "e")
        await keys.until_page("GroupEdit")
        await keys.press("tab", "end")
        await keys.type("; sa 10-12")
        await keys.until_text("Relay A is held open at other hours.")
