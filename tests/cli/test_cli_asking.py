"""`smartplus why`, `who` and `can` on a town with two doors."""

from __future__ import annotations

from datetime import datetime

import pytest

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.engine import Engine
from tests.cli.conftest import Smartplus
from tests.cli.test_cli_doors import gate

pytestmark = pytest.mark.feature("SYNC-06")


@pytest.fixture
def gated(smartplus: Smartplus) -> Smartplus:
    """The town with a gate for everybody, a gym in building B, and a group for the gym that Jan alone is in."""
    engine = Engine(smartplus.site)
    engine.start()
    try:
        context = Context(1, "Ines", 1, Via.APP)
        engine.devices.add(context, gate("Main Gate", 1))
        engine.devices.add(context.again(), gate("Gym", 2, building_id=2))
    finally:
        engine.close()
    smartplus.done("access-group", "add", "--name", "Gym Day", "--schedule", "mo-fr 8-10", "--doors", "gym")
    smartplus.done("access-group", "add-people", "gym day", "jan", "--yes")
    smartplus.done("resident", "edit", "jan", "--pin", "-", typed="3052\n")
    return smartplus


def test_who_lists_people_with_their_group_and_what_works(gated):
    found = gated("who", "gym", "--at", "2030-06-03T09:00", "--json").json
    assert [(one["name"], one["group"], one["kinds"], one["kind"]) for one in found["openers"]] == [
        ("Kowalska, Jan", "Gym Day", ["pin"], "resident")
    ]
    assert datetime.fromisoformat(found["at"]).isoformat() == "2030-06-03T09:00:00+02:00"
    assert (found["door"], found["known"], found["read_at"]) == ("Gym", False, None)
    assert gated("who", "gym", "--at", "2030-06-03T10:00", "--json").json["openers"] == []


def test_who_is_a_table_and_says_what_it_rests_on(gated):
    ran = gated("who", "main gate")
    assert ran.code == 0
    heading, *rows = ran.out.splitlines()
    assert heading.split("\t") == ["Name", "Type", "APT", "By group", "With", "Door"]
    assert rows[0].split("\t")[:3] == ["Kowalska, Anna", "Resident", "A 1001"]
    assert rows[0].split("\t")[4] == "PIN, Card"
    assert "2 people may open Main Gate on " in ran.err
    assert "never read" in ran.err


def test_can_lists_doors_with_hours_and_next_opening(gated):
    found = gated("can", "jan", "--at", "2030-06-03T12:00", "--json").json
    gate, gym = found["doors"]
    assert (gate["door"], gate["allowed"], gym["door"], gym["allowed"]) == ("Main Gate", True, "Gym", False)
    assert (gym["group"], gym["hours"]) == ("Gym Day", "Mo-Fr 08:00-10:00")
    assert datetime.fromisoformat(gym["opens_next"]).isoformat() == "2030-06-04T08:00:00+02:00"
    (only,) = gated("can", "anna", "gym", "--json").json["doors"]
    assert (only["allowed"], only["sentence"]) == (False, "No group of Kowalska, Anna opens Gym.")
    ran = gated("can", "jan", "--at", "2030-06-03T12:00")
    assert ran.out.splitlines()[2].split("\t")[:5] == ["Gym", "Gym", "no", "Gym Day", "Mo-Fr 08:00-10:00"]
    assert "Kowalska, Jan may open 1 door on " in ran.err


@pytest.mark.feature("SYNC-05")
def test_why_offers_the_smallest_changes(gated):
    answer = gated("why", "anna", "gym", "2030-06-03T09:00", "--json").json
    assert [(one["title"], one["others"]) for one in answer["offers"]] == [("Add to group Gym Day", [])]
    assert answer["offers"][0]["remedy"]["way"] == "join"
    told = gated.done("why", "jan", "gym", "2030-06-03T12:00")
    assert "What would open it, judged for 2030-06-03 12:00:" in told
    assert "  1 Gym Day: also Mo 12:00-13:00: nobody else, 1 door, +1 door-hours a week" in told


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("who", "pool"), 1, "There is no door 'pool'."),
        (("who", "gym", "--at", "someday"), 1, "time: "),
        (("who",), 2, "RELAY"),
        (("can", "nobody at all"), 1, "nobody at all"),
        (("can", "anna", "pool"), 1, "There is no door 'pool'."),
        (("who", "gym", "--at", "2020-01-01T10:00"), 1, "time: "),
    ],
)
def test_what_cannot_be_answered_is_said(gated, words, code, said):
    ran = gated(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
