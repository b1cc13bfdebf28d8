"""Access groups and holidays by commands (features AG-01 to AG-04, AG-08, OPS-02; tasks 17 and 23)."""

from __future__ import annotations

import pytest

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.engine import Engine
from tests.cli.conftest import Smartplus
from tests.cli.test_cli_doors import gate

DAY = ("--name", "Day team", "--schedule", "mo-fr 8-18; sa 10-14")


@pytest.fixture
def doors(smartplus: Smartplus) -> Smartplus:
    """The town with three doors: a gate for everybody, a gym and a spa in building B."""
    engine = Engine(smartplus.site)
    engine.start()
    try:
        for number, (name, place) in enumerate({"Gate": None, "Gym": 2, "Spa": 2}.items(), 1):
            engine.devices.add(Context(1, "Ines", 1, Via.APP).again(), gate(name, number, building_id=place))
    finally:
        engine.close()
    return smartplus


@pytest.mark.feature("AG-01")
@pytest.mark.feature("AG-08")
def test_a_group_is_made_with_a_schedule_line_and_doors_between_commas(doors):
    made = doors("access-group", "add", *DAY, "--doors", "gym,spa", "--keeps-holidays", "yes", "--json").json
    assert made["did"] == "Added access group: Day team"
    shown = doors("access-group", "show", "day team", "--json").json
    assert (shown["id"], shown["number"], shown["type"], shown["people"]) == (made["id"], 3, "custom", 0)
    assert (shown["schedule"], shown["hours_per_week"]) == ("mo-fr 8-18; sa 10-14", 54.0)
    assert shown["hours"] == "Monday to Friday, 08:00 to 18:00; Saturday, 10:00 to 14:00"
    assert ([door["door"] for door in shown["doors"]], shown["keeps_holidays"]) == (["Gym", "Spa"], True)
    assert "Monday to Friday, 08:00 to 18:00" in doors.done("access-group", "show", "day team")


@pytest.mark.feature("AG-01")
@pytest.mark.edge("28")
def test_what_is_wrong_is_said_by_option(doors):
    ran = doors("access-group", "add", "--name", "Night", "--schedule", "0:00-0:00", "--doors", "gym")
    assert (ran.code, ran.err) == (1, "--schedule: The end is the start. For a whole day write 0-24.\n") or (
        ran.code == 1 and "schedule: The end is the start." in ran.err
    )
    ran = doors("access-group", "add", "--name", "Night", "--schedule", "daily", "--doors", "gym,nowhere")
    assert ran.code == 1
    assert "nowhere" in ran.err
    ran = doors("access-group", "add")
    assert ran.code == 1
    assert all(word in ran.err for word in ("name", "schedule", "doors"))


@pytest.mark.feature("AG-03")
def test_the_list_is_filtered_and_sorted(doors):
    doors.done("access-group", "add", *DAY, "--doors", "gym")
    items = doors("access-group", "list", "--json").json["items"]
    assert [(item["name"], item["type"], item["doors"], item["people"]) for item in items] == [
        ("A (default)", "default", 1, 2),
        ("B (default)", "default", 3, 1),
        ("Day team", "custom", 1, 0),
    ]
    assert items[2]["hours"] == "Mo-Fr 08:00-18:00; Sa 10:00-14:00"
    for text in ("type:custom", "door:gym -type:default", "day"):
        assert doors("access-group", "list", "--filter", text, "--json").json["total"] == 1
    found = doors("access-group", "list", "--sort", "-name", "--json").json["items"]
    assert found[0]["name"] == "Day team"


@pytest.mark.feature("AG-04")
@pytest.mark.feature("SYNC-02")
def test_people_are_added_by_filter_after_the_plan(doors):
    doors.done("access-group", "add", *DAY, "--doors", "gym")
    asked = doors("access-group", "add-people", "day", "--filter", "building:A", typed="n\n")
    assert asked.code == 1
    assert "Kowalska, Anna; Kowalska, Jan" in asked.err
    assert "Gym: 1 user of" in asked.err
    assert "  + Kowalska, Anna: PIN and 1 card" in asked.err
    assert "Add 2 people to Day team?" in asked.err
    dry = doors("access-group", "add-people", "day", "anna", "--dry-run", "--json").json
    assert (dry["people"], [plan["device_name"] for plan in dry["plans"]]) == (["Kowalska, Anna"], ["Gym"])
    assert doors("access-group", "show", "day", "--json").json["people"] == 0
    done = doors("access-group", "add-people", "day", "--filter", "building:A", "--yes", "--json").json
    assert (done["did"], done["people"], done["same"]) == ("Added 2 people to access group: Day team", 2, 0)
    assert doors("resident", "list", "--filter", 'group:"day team"', "--json").json["total"] == 2
    again = doors("access-group", "add-people", "day", "anna", "--yes", "--json").json
    assert (again["people"], again["same"]) == (0, 1)
    gone = doors("access-group", "remove-people", "day", "anna", typed="y\n")
    assert gone.code == 0
    assert "  - Kowalska, Anna: PIN and 1 card" in gone.err
    doors.done("undo", str(done["operation"] + 2), "--yes")
    assert doors("access-group", "show", "day", "--json").json["people"] == 2


@pytest.mark.feature("AG-04")
def test_who_would_have_no_group_left_is_named(doors):
    asked = doors("access-group", "remove-people", "A (default)", "anna", typed="n\n")
    assert "No group would be left to Kowalska, Anna." in asked.err
    assert doors("access-group", "add-people", "A (default)").code == 2
    assert doors("access-group", "add-people", "A (default)", "--filter", "nobody").code == 1


@pytest.mark.feature("AG-03")
def test_an_edit_that_takes_away_asks_and_a_default_group_says_why_it_stays(doors):
    doors.done("access-group", "add", *DAY, "--doors", "gym")
    doors.done("access-group", "add-people", "day", "anna", "--yes")
    asked = doors("access-group", "edit", "day", "--doors", "spa", typed="n\n")
    assert asked.code == 1
    assert "  - Kowalska, Anna: PIN and 1 card" in asked.err
    doors.done("access-group", "edit", "day", "--schedule", "daily 22-6")
    assert doors("access-group", "show", "day", "--json").json["schedule"] == "daily 22-6"
    refused = doors("access-group", "edit", "A (default)", "--schedule", "daily 8-18", "--yes")
    assert (refused.code, "default group of building A" in refused.err) == (1, True)


@pytest.mark.feature("AG-02")
@pytest.mark.feature("AG-03")
@pytest.mark.edge("42")
def test_deleting_says_who_loses_what_and_keeps_only_groups_and_default_groups(doors):
    doors.done("access-group", "add", *DAY, "--doors", "gym")
    doors.done("access-group", "add-people", "day", "anna", "--yes")
    asked = doors("access-group", "delete", "day", typed="n\n")
    assert asked.code == 1
    assert "Day team: 1 person in it, doors: Gym." in asked.err
    refused = doors("access-group", "delete", "A (default)", "day", "--yes")
    assert (refused.code, "cannot be deleted" in refused.err) == (1, True)
    doors.done("access-group", "remove-people", "A (default)", "anna", "--yes")
    refused = doors("access-group", "delete", "day", "--yes")
    assert (refused.code, "Kowalska, Anna" in refused.err) == (1, True)
    doors.done("access-group", "add-people", "A (default)", "anna", "--yes")
    doors.done("access-group", "delete", "day", "--yes")
    assert doors("access-group", "show", "day").code == 1


@pytest.mark.feature("AG-08")
def test_holidays_come_change_and_go(doors):
    made = doors("holiday", "add", "--name", "Christmas", "--first-day", "2026-12-25", "--json").json
    doors.done("holiday", "edit", "2026-12-25", "--last-day", "2026-12-26")
    shown = doors("holiday", "show", "christmas", "--json").json
    assert (shown["id"], shown["first_day"], shown["last_day"]) == (made["id"], "2026-12-25", "2026-12-26")
    assert doors("holiday", "add", "--name", "Fair", "--first-day", "25.12.2026").code == 1
    assert [one["name"] for one in doors("holiday", "list", "--json").json["items"]] == ["Christmas"]
    assert doors("holiday", "delete", "christmas", typed="n\n").code == 1
    doors.done("holiday", "delete", "christmas", "--yes")
    assert doors("holiday", "list", "--json").json["total"] == 0


@pytest.mark.feature("AG-05")
def test_a_resident_is_authorised_at_the_own_door(doors):
    ran = doors("resident", "edit", "anna", "--own-schedule", "daily 6-23", "--own-doors", "gym")
    assert (ran.code, "No device stands in this apartment" in ran.err) == (1, True)
    doors.done("device", "place", "Gym", "--apartment", "A 1001")
    doors.done("resident", "edit", "anna", "--own-schedule", "daily 6-23", "--own-doors", "gym")
    shown = doors("resident", "show", "anna", "--json").json
    assert (shown["own_schedule"], shown["own_hours"]) == ("daily 6-23", "Every day, 06:00 to 23:00")
    assert [door["name"] for door in shown["own_doors"]] == ["Gym"]
    doors.done("resident", "edit", "anna", "--own-schedule", "")
    assert doors("resident", "show", "anna", "--json").json["own_doors"] == []


@pytest.mark.feature("SYNC-01")
@pytest.mark.feature("SYNC-07")
def test_a_resident_who_joins_a_group_reaches_its_doors_only_and_so_does_the_undo(doors):
    doors.done("access-group", "add", *DAY, "--doors", "gym")
    home = doors("resident", "show", "anna", "--json").json["groups"]
    names = [group["name"] for group in home]
    given = [word for name in (*names, "Day team") for word in ("--group", name)]
    told = doors("resident", "edit", "anna", *given, "--json").json
    assert told["doors"] == 1
    undone = doors("undo", str(told["operation"]), "--yes", "--json").json
    assert undone["doors"] == 1
    assert doors("resident", "edit", "anna", "--remark", "has a cat", "--json").json["doors"] == 0
