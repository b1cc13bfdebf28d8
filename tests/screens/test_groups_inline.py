"""A group made out of a form that asks for one comes back taken, and what was typed stays (rules 7.3; AG-01)."""

from __future__ import annotations

import pytest

from backend.domain.context import Context
from backend.domain.groups import GroupDraft
from backend.domain.paging import ListQuery
from backend.domain.staff import StaffDraft
from backend.engine import Engine
from tests.screens.conftest import SMALL, Show
from tests.screens.test_groups_screen import group, values
from tests.support.keys import Keys

Park = tuple[Engine, Context]


async def make(keys: Keys, name: str = "Couriers") -> None:
    """Fill in the group that stands on top, and save it."""
    await keys.until_page("InlineGroup")
    assert "Save and next" not in keys.text()
    if name:
        await keys.type(name)
        await keys.press("tab")
    await keys.type("mo-fr 8-18")
    await keys.press("tab")
    await keys.type("gym")
    await keys.press("f2")


@pytest.mark.feature("AG-01")
@pytest.mark.feature("VIS-05")
async def test_a_group_made_out_of_a_delivery_is_taken_by_it(show: Show, park: Park) -> None:
    engine, context = park
    async with show("g", "v", "2", "n") as keys:
        await keys.until_page("DeliveryForm")
        await keys.type("DHL")
        await keys.press("tab")
        await keys.type("4321")
        assert "New group" in keys.text()
        await keys.press("f6")
        await make(keys)
        await keys.until_page("DeliveryForm")
        made = group(park, "Couriers")
        await keys.until(lambda: str(made.id) in values(keys)["group_ids"])
        assert (values(keys)["name"], values(keys)["pin"]) == ("DHL", "4321")
        await keys.press("f2")
        await keys.until_text("DHL")
        await keys.until_page("DeliveryTab")
    (row,) = engine.list("delivery", context, ListQuery()).first(5)
    assert made.id in [group_id for group_id, _ in engine.deliveries.get(context, row.id).groups]


@pytest.mark.feature("AG-01")
@pytest.mark.feature("RES-05")
async def test_a_name_that_no_group_has_becomes_that_of_the_new_one(show: Show, park: Park) -> None:
    async with show("g", "r", "n", size=SMALL) as keys:
        await keys.until_page("ResidentForm")
        await keys.type("1001")
        await keys.press("tab")
        await keys.type("Eva")
        keys.page.form.fields["group_ids"].focus_value()
        await keys.type("Night gym")
        await keys.press("ctrl+n")
        await keys.until_page("InlineGroup")
        await keys.press("escape")
        await keys.until_page("ResidentForm")
        await keys.press("f6")
        await make(keys, "")
        await keys.until_page("ResidentForm")
        made = group(park, "Night gym")
        await keys.until(lambda: str(made.id) in values(keys)["group_ids"])
        assert values(keys)["first"] == "Eva"
        assert not keys.page.form.fields["group_ids"].typed
        assert not keys.page.form.fields["group_ids"].error


@pytest.mark.feature("VIS-06")
async def test_a_group_made_out_of_an_edit_counts_as_its_change(show: Show, park: Park) -> None:
    engine, context = park
    engine.staff.add(context.again(), StaffDraft(name="Jan Nowak", pin="2742"))
    async with show("g", "v", "3") as keys:
        await keys.until_text("Jan Nowak")
        await keys.press("e")
        await keys.until_page("StaffEdit")
        await keys.press("f6")
        await make(keys)
        await keys.until_page("StaffEdit")
        await keys.until_text("1 change, not saved")


@pytest.mark.feature("AG-03")
async def test_the_page_of_a_group_leads_to_its_staff_and_says_how_its_doors_stand(show: Show, park: Park) -> None:
    engine, context = park
    gym = next(door.relay_id for door in engine.doors.all(context) if door.name == "Gym")
    draft = GroupDraft(name="Night", schedule="daily 22-6", relay_ids=(gym,))
    group_id = engine.groups.add(context.again(), draft).id
    engine.staff.add(context.again(), StaffDraft(name="Jan Nowak", pin="4322", group_ids=(group_id,)))
    async with show("g", "g") as keys:
        await keys.until_text("Night")
        await keys.press("end", "enter")
        await keys.until_page("GroupPage")
        await keys.until_text("Jan Nowak")
        await keys.until_text("◐ pending")
        await keys.press("-")
        await keys.until_text("Staff and deliveries get their groups on")
        await keys.press("enter")
        await keys.until_page("StaffPage")
        await keys.until_text("Jan Nowak")
