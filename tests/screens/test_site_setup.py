"""Site Setup by keys alone: five lists behind one letter, their forms and their errors (features SET-06, ACC-02)."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from backend.domain.context import Context, agent_context
from backend.domain.enums import Role
from backend.domain.errors import Forbidden
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentDraft
from backend.engine import Engine
from backend.services import group_members, slices
from backend.store import tables as t
from tests.screens.conftest import SMALL, WIDE, Show
from tests.support.keys import Keys
from tests.support.park_site import context_of
from widgets.form import FormField

Park = tuple[Engine, Context]
pytestmark = pytest.mark.feature("SET-06")


def error_of(keys: Keys, field: str) -> str:
    """The sentence under a field."""
    return keys.page.query_one(f"#field-{field}", FormField).error


async def tab(keys: Keys, number: int, shown: str) -> None:
    """Go to a tab and wait until its rows are there."""
    await keys.press("g", "z", str(number))
    await keys.until_text(shown)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_digits_go_from_list_to_list(show: Show, size: tuple[int, int]) -> None:
    async with show("g", "z", size=size) as keys:
        for number, name, row in (
            (1, "Communities", "Rosewood Court"),
            (2, "Buildings", "B"),
            (3, "Apartments", "1203"),
            (4, "Devices", "Main Gate"),
            (5, "Accounts", "Marco Rossi"),
        ):
            await keys.press(str(number))
            await keys.until(lambda n=number: getattr(keys.page, "TAB", 0) == n)  # type: ignore[misc]
            await keys.until_text(row)
            assert f"{number} {name}" in keys.text()
            assert "Site Setup" in keys.text()


@pytest.mark.feature("ACC-08")
@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
async def test_nobody_but_an_installer_finds_site_setup(show: Show, park: Park, role: Role) -> None:
    async with show(role=role) as keys:
        assert "z" not in [entry.letter for entry in keys.page.session.modules]
    with pytest.raises(Forbidden):
        park[0].buildings.add(context_of(role), "C")


async def test_a_building_is_added_renamed_and_deleted(show: Show, park: Park) -> None:
    engine, context = park

    def names() -> list[str]:
        return [row.values["name"] for row in engine.list("building", context, ListQuery()).first(9)]

    async with show() as keys:
        await tab(keys, 2, "A")
        await keys.press("n")
        await keys.until_page("BuildingForm")
        await keys.press("f2")
        await keys.until(lambda: error_of(keys, "name") != "")
        await keys.type("North")
        await keys.press("f2")
        await keys.until(lambda: "North" in names())
        await keys.until_page("BuildingsTab")
        await keys.press("end", "d")
        await keys.until_text("Delete building North?")
        await keys.press("y")
        await keys.until(lambda: "North" not in names())
        await keys.press("home", "d")
        await keys.until_text("Delete building A?")
        await keys.press("y")
        await keys.until_text("still has 3 apartments")
        assert "A" in names()


@pytest.mark.edge("38")
@pytest.mark.edge("39")
async def test_a_range_of_apartments_is_made_as_wide_as_its_first_number(show: Show, park: Park) -> None:
    engine, context = park
    async with show() as keys:
        await tab(keys, 3, "1203")
        await keys.press("R")
        await keys.until_page("RangeForm")
        await keys.type("B")
        await keys.press("tab")
        await keys.type("0101")
        await keys.press("tab")
        await keys.type("0100")
        await keys.press("f2")
        await keys.until(lambda: "below" in error_of(keys, "last"))
        await keys.press("backspace", "backspace", "backspace")
        await keys.type("103")
        await keys.press("f2")
        await keys.until(lambda: engine.list("apartment", context, ListQuery()).count() == 7)
        numbers = [row.values["number"] for row in engine.list("apartment", context, ListQuery()).first(9)]
        assert {"0101", "0102", "0103"} <= set(numbers)


async def test_a_second_community_is_made_and_acted_in(show: Show, park: Park) -> None:
    engine, context = park
    async with show("g", "z") as keys:
        await keys.until_text("Rosewood Court")
        await keys.press("n")
        await keys.until_page("CommunityForm")
        await keys.type("Hill")
        await keys.press("f2")
        await keys.until(lambda: engine.list("community", context, ListQuery()).count() == 2)
        await keys.until_page("CommunitiesTab")
        await keys.until_text("Hill")
        await keys.press("home", "enter")
        await keys.until(lambda: keys.page.session.community.name == "Hill")
        await keys.until_page("FirstSteps")
        await keys.press("escape")
        await keys.until_page("DashboardScreen")
        await tab(keys, 2, "There is no building yet")


@pytest.mark.feature("SET-01")
@pytest.mark.edge("3")
@pytest.mark.edge("4")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_a_refused_pin_mode_stands_at_its_field_and_lists_who_shares_a_pin(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    engine, context = park

    def mode() -> str:
        return engine.communities.get(context).pin_mode

    async with show("g", "z", size=size) as keys:
        await keys.until_text("Rosewood Court")
        await keys.press("e")
        await keys.until_page("CommunityForm")
        await pick_mode(keys, "APT+PIN")
        await keys.press("enter")
        await keys.until_text("Set APT+PIN at each door by hand")
        await keys.press("f2")
        await keys.until(lambda: mode() == "apt_pin")
        await keys.until_page("CommunitiesTab")
        for flat, first in ((3, "Ida"), (4, "Max")):
            draft = ResidentDraft(apartment_id=flat, first=first, last="May", pin="8181")
            engine.residents.add(context.again(), draft)
        await keys.press("e")
        await keys.until_page("CommunityForm")
        await pick_mode(keys, "PIN")
        await keys.press("f2")
        await keys.until_page("SharedPins")
        await keys.until_text("Ida May  A 1203")
        assert "Max May  B 1001" in keys.text()
        assert "··81" in keys.text()
        await keys.press("escape")
        await keys.until_page("CommunityForm")
        assert error_of(keys, "pin-mode").startswith("1 pair of people shares a PIN")
        assert mode() == "apt_pin"


async def pick_mode(keys: Keys, word: str) -> None:
    """Choose a PIN access mode in the form of a community."""
    await keys.settled()
    await keys.press("shift+tab")
    await keys.type(word)


@pytest.mark.feature("AG-06")
@pytest.mark.edge("45")
async def test_switches_are_flipped_with_space_and_refused_at_their_field(show: Show, park: Park) -> None:
    engine, context = park
    async with show("g", "z") as keys:
        await keys.until_text("Rosewood Court")
        await keys.press("w")
        await keys.until_page("SwitchesForm")
        await keys.press("space", "tab", "tab", "space", "tab", "tab")
        await keys.press("ctrl+u")
        await keys.type("64")
        await keys.press("f2")
        await keys.until(lambda: "63" in error_of(keys, "free-members"))
        assert not engine.communities.get(context).only_public_area
        await keys.press("backspace", "backspace", "5", "f2")
        await keys.until(lambda: engine.communities.get(context).only_public_area)
        record = engine.communities.get(context)
        assert (record.landline, record.free_members) == (False, 5)


@pytest.mark.feature("AG-06")
async def test_a_long_switch_says_how_far_it_is_and_leaves_the_rest_to_the_agent(
    show: Show, park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, context = park
    monkeypatch.setattr(slices, "LOCK_FOR", 0.0)
    monkeypatch.setattr(group_members, "AT_ONCE", 1)
    store = engine._store
    assert store is not None
    with store.write(context.again(), "test.prepare") as work:
        work.require("device.write")
        work.update(t.device, 1, public=False)
    commits, pressed = iter(range(99)), threading.Event()

    def wait(topics: frozenset[str]) -> None:
        del topics
        if next(commits) == 2:  # the switch, and the proofs of two people
            pressed.wait(10)

    async with show("g", "z") as keys:
        await keys.until_text("Rosewood Court")
        await keys.press("w")
        await keys.until_page("SwitchesForm")
        await keys.press("space")
        store.after_commit.append(wait)
        await keys.press("f2")
        await keys.until_text("1 of 5 steps")
        await keys.press("escape")
        await keys.until_text("The switch holds")
        pressed.set()
        await keys.until_page("CommunitiesTab")
        store.after_commit.remove(wait)
    assert engine.communities.get(context).only_public_area
    with store.read() as connection:
        owed = select(t.credential.c.holder_id).join(t.read_back, t.read_back.c.credential_id == t.credential.c.id)
        assert len(set(connection.execute(owed).scalars())) == 2


@pytest.mark.feature("AG-06")
async def test_under_only_public_area_the_form_of_a_resident_refuses_groups(show: Show, park: Park) -> None:
    from backend.domain.community_drafts import CommunitySwitches

    engine, context = park
    version = engine.communities.get(context).version
    engine.communities.switch(context.again(), version, CommunitySwitches(only_public_area=True))
    async with show("g", "r", role=Role.MANAGER) as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("slash")
        await keys.type("anna")
        await keys.press("enter")
        await keys.until_text("1 of 5")
        await keys.press("e")
        await keys.until_page("ResidentEdit")
        await keys.until(lambda: bool(keys.page.form.values()["group_ids"]))  # type: ignore[attr-defined]
        assert keys.page.query_one("#field-group-ids", FormField).hint == "set by the installer"
        keys.page.query_one("#field-group-ids", FormField).focus_value()
        await keys.press("backspace", "f2")
        await keys.until_text("Save?")
        await keys.press("y")
        await keys.until(lambda: "Only Public Area" in error_of(keys, "group-ids"))


@pytest.mark.feature("ACC-02")
@pytest.mark.feature("ACC-08")
async def test_an_account_is_made_and_its_first_password_shown_once(show: Show, park: Park) -> None:
    engine, context = park
    async with show() as keys:
        await tab(keys, 5, "Marco Rossi")
        await keys.press("n")
        await keys.until_page("AccountForm")
        await keys.type("Nora")
        await keys.press("tab")
        await keys.type("nobody")
        await keys.press("f2")
        await keys.until(lambda: error_of(keys, "email") != "")
        await keys.type("@rosewood.example")
        await keys.press("f2")
        await keys.until_text("Pass this on to nobody@rosewood.example")
        await keys.press("k")
        await keys.until_page("AccountsTab")
        await keys.until_text("Nora")
        found = next(
            row.id for row in engine.list("manager", context, ListQuery()).first(9) if row.values["name"] == "Nora"
        )
        assert engine.managers.get(context, found).log_images


@pytest.mark.feature("ACC-02")
async def test_with_a_mail_server_the_first_password_is_mailed(show: Show, park: Park) -> None:
    engine, context = park
    with engine.backups.store.books(agent_context(1)) as work:
        work.connection.execute(insert(t.setting).values(name="mail.host", value="127.0.0.1"))
    async with show() as keys:
        await tab(keys, 5, "Marco Rossi")
        await keys.press("slash")
        await keys.type("marco")
        await keys.press("enter")
        await keys.until_text("1 of 4")
        await keys.press("p")
        await keys.until_text("a new first password?")
        await keys.press("y")
        await keys.until_text("User name and password are on their way")
        waiting = engine.list("outgoing", context, ListQuery()).first(9)
        assert "Account information" in [row.values["purpose"] for row in waiting]


@pytest.mark.feature("ACC-08")
@pytest.mark.feature("RES-07")
@pytest.mark.edge("40")
async def test_a_switch_of_an_account_and_its_communities_are_set_by_keys(show: Show, park: Park) -> None:
    engine, context = park
    from backend.domain.community_drafts import CommunityDraft

    hill = engine.communities.add(context.again(), CommunityDraft(name="Hill", timezone="UTC")).id
    async with show() as keys:
        await tab(keys, 5, "Marco Rossi")
        await keys.press("slash")
        await keys.type("marco")
        await keys.press("enter")
        await keys.until_text("1 of 4")
        await keys.press("e")
        await keys.until_page("AccountForm")
        await keys.press("tab", "tab", "tab", "space", "f2")
        await keys.until(lambda: not engine.managers.get(context, 2).delete_residents)
        await keys.until_page("AccountsTab")
        await keys.press("m")
        await keys.until_page("AssignForm")
        await keys.type("Hill")
        await keys.press("f2")
        await keys.until(lambda: len(engine.managers.get(context, 2).communities) == 2)
    with pytest.raises(Forbidden):
        engine.residents.delete(context_of(Role.MANAGER), [1])
    engine.communities.get(replace(context_of(Role.MANAGER), community_id=hill))


@pytest.mark.feature("DEV-01")
async def test_a_device_is_added_by_hand_placed_and_readdressed(show: Show, park: Park) -> None:
    engine, context = park
    async with show() as keys:
        await tab(keys, 4, "Main Gate")
        await keys.press("H")
        await keys.until_page("ByHandForm")
        await keys.type("Yard")
        await keys.press("tab")
        await keys.type("R20A")
        await keys.press("tab")
        await keys.type("0C1105")
        for _ in range(5):
            await keys.press("tab")
        await keys.type("192.0.2.60")
        await keys.press("f2")
        await keys.until(lambda: "twelve hex digits" in error_of(keys, "mac"))
        assert error_of(keys, "address") == ""
        await keys.type("AABBCC")
        await keys.press("f2")
        await keys.until(lambda: engine.list("device", context, ListQuery()).count() == 4)
        await keys.until_page("SetupDevicesTab")
        await keys.press("slash")
        await keys.type("yard")
        await keys.press("enter")
        await keys.until_text("1 of 4")
        await keys.until_text("never seen")
        await keys.press("P")
        await keys.until_page("PlaceForm")
        await keys.press("tab")
        await keys.type("A 1002")
        await keys.press("f2")
        await keys.until(lambda: engine.devices.get(context, 4).apartment == "1002")
        await keys.until_page("SetupDevicesTab")
        await keys.press("A")
        await keys.until_page("AddressForm")
        await keys.press("tab", "ctrl+u")
        await keys.type("0C1105AABBCD")
        await keys.press("f2")
        await keys.until_text("Replace Yard by another device?")
        await keys.press("y")
        await keys.until(lambda: engine.devices.get(context, 4).mac.endswith("CD"))


@pytest.mark.feature("RES-07")
@pytest.mark.edge("40")
async def test_without_delete_permission_no_key_is_offered_and_the_key_says_why(show: Show, park: Park) -> None:
    from backend.domain.account_drafts import ManagerPatch

    engine, context = park
    version = engine.managers.get(context, 2).version
    engine.managers.edit(context.again(), 2, version, ManagerPatch(delete_residents=False))
    async with show("g", "r", role=Role.MANAGER) as keys:
        await keys.until_text("Kowalska, Anna")
        assert "d Delete" not in keys.text()
        assert "e Edit" in keys.text()
        await keys.press("d")
        await keys.until_text("Delete Account")


@pytest.mark.feature("DEV-01")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_devices_come_from_a_spreadsheet_by_keys(
    show: Show, park: Park, tmp_path: Path, size: tuple[int, int]
) -> None:
    engine, context = park
    sheet = tmp_path / "devices.csv"
    async with show(size=size) as keys:
        await tab(keys, 4, "Main Gate")
        await keys.press("T")
        await keys.until_text("Template of devices")
        await keys.press("ctrl+u")
        await keys.type(str(sheet))
        await keys.press("f2")
        await keys.until(sheet.exists)
        await keys.until_page("SetupDevicesTab")
        head = sheet.read_text(encoding="utf-8-sig").strip()
        rows = ("Yard,X916,0C1105AA0001,192.0.2.61,,,,,,,,", "Gym,X916,12,nowhere.,,,,,,,,")
        sheet.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        await keys.press("i")
        await keys.until_text("Devices from a spreadsheet")
        await keys.type("/nowhere.xlsx")
        await keys.press("f2")
        await keys.until_text("cannot be read")
        await keys.press("ctrl+u")
        await keys.type(str(sheet))
        await keys.press("f2")
        await keys.until_text("Add 1 of 2 devices?")
        assert "twelve hex digits" in keys.text()
        await keys.press("enter")
        assert engine.list("device", context, ListQuery()).count() == 3
        await keys.press("i")
        await keys.until_text("Devices from a spreadsheet")
        await keys.type(str(sheet))
        await keys.press("f2")
        await keys.until_text("Add 1 of 2 devices?")
        await keys.press("y")
        await keys.until(lambda: engine.list("device", context, ListQuery()).count() == 4)


@pytest.mark.feature("ACC-08")
async def test_a_technician_finds_the_devices_of_site_setup_and_nothing_else(show: Show, park: Park) -> None:
    async with show("g", "z", role=Role.TECHNICIAN) as keys:
        await keys.until_page("SetupDevicesTab")
        await keys.until_text("Main Gate")
        assert "5 Accounts" not in keys.text()
        await keys.press("5", "1")
        await keys.settled()
        assert type(keys.page).__name__ == "SetupDevicesTab"
        await keys.press("H")
        await keys.until_page("ByHandForm")
    with pytest.raises(Forbidden):
        park[0].managers.get(context_of(Role.TECHNICIAN), 1)


@pytest.mark.feature("SET-02")
async def test_another_name_and_clock_of_the_community_are_seen_at_once(show: Show, park: Park) -> None:
    engine, context = park
    async with show("g", "z") as keys:
        await keys.until_text("Rosewood Court")
        await keys.press("e")
        await keys.until_page("CommunityForm")
        await keys.settled()
        await keys.press("end")
        await keys.type(" South")
        await keys.press("f2")
        await keys.until(lambda: keys.text().startswith("▍Rosewood Court South"))
        version = engine.communities.get(context).version
        engine.communities.edit(context.again(), version, clock_format="12")
        await keys.until(lambda: "10:00 am" in keys.text().partition("\n")[0])


@pytest.mark.feature("SET-02")
async def test_lists_that_are_open_follow_the_time_zone_of_the_community(show: Show, park: Park) -> None:
    engine, context = park
    async with show("g", "h") as keys:
        await keys.until_text("2026-03-02 10:00")
        await keys.press("g", "l")
        await keys.until_text("08:59:00")
        version = engine.communities.get(context).version
        engine.communities.edit(context.again(), version, timezone="Asia/Tokyo")
        await keys.until(lambda: "18:00" in keys.text().partition("\n")[0])
        await keys.until_text("16:59:00")
        await keys.press("g", "h")
        await keys.until_text("2026-03-02 18:00")


@pytest.mark.feature("SET-06")
async def test_what_fits_no_choice_is_not_saved_as_the_old_one(show: Show) -> None:
    async with show("g", "s", "e") as keys:
        await keys.until_text("Encryption")
        await keys.settled()
        await keys.type("mail.example")
        await keys.press("tab")
        await keys.type("plain")
        await keys.press("f2")
        await keys.until_text("Nothing is called “plain”")
        await keys.until_text("Not saved")
        assert "mail.example" in keys.text()
        await keys.press("ctrl+u")
        await keys.type("none")
        await keys.press("f2")
        await keys.until_text("Without encryption only")
