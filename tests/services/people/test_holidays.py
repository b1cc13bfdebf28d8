"""Holidays: added, changed, taken away, and what every door hears of it (feature AG-08)."""

from __future__ import annotations

import pytest

from backend.domain.access.decide import decide
from backend.domain.errors import Conflict, Invalid, NotFound, Stale
from backend.domain.groups import GroupDraft
from backend.domain.paging import ListQuery
from backend.services.groups import Groups
from backend.services.holidays import Holidays
from backend.services.rules import load_rules
from backend.store import tables as t
from tests.services.people.park import Park


def holidays(park: Park) -> Holidays:
    return Holidays(park.store)


def opens(park: Park, holder_id: int, relay_id: int) -> bool:
    with park.store.read() as connection:
        rules = load_rules(connection, park.store.sealer, park.context.community_id)
    return decide(rules, rules.credentials[holder_id][0], relay_id, park.clock.now.replace(hour=12)).allowed


@pytest.mark.feature("AG-08")
def test_a_group_that_keeps_holidays_is_closed_on_them_and_other_groups_are_not(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=()).id
    groups = Groups(park.store)
    for name, relay_id, keeps in (("Office", park.gate_relay, True), ("Always", park.lobby_relay, False)):
        draft = GroupDraft(name=name, schedule="daily 8-18", relay_ids=(relay_id,), keeps_holidays=keeps)
        groups.add_people(park.act, groups.add(park.act, draft).id, [anna])
    assert opens(park, anna, park.gate_relay)
    today = park.clock.now.date().isoformat()
    before = park.gens()
    saved = holidays(park).add(park.act, "Fair", today)
    assert set(saved.doors) == {park.gate, park.lobby}
    assert all(gen > before[device] for device, gen in park.gens().items())
    assert not opens(park, anna, park.gate_relay)
    assert opens(park, anna, park.lobby_relay)
    park.take_back(saved)
    assert opens(park, anna, park.gate_relay)
    again = holidays(park).add(park.act, "Fair", today)
    gone = holidays(park).delete(park.act, again.id)
    assert opens(park, anna, park.gate_relay)
    plans = park.undo.plan(park.context, gone.operation)
    assert [(plan.device_name, [line.name for line in plan.removes]) for plan in plans] == [
        ("Gate", ["Kowalska, Anna"])
    ]


@pytest.mark.feature("AG-08")
def test_days_are_iso_and_a_holiday_without_a_last_day_is_one_day(park: Park) -> None:
    made = holidays(park).add(park.act, " New  Year ", "2027-01-01")
    found = holidays(park).get(park.context, made.id)
    assert (found.name, found.first_day, found.last_day) == ("New Year", "2027-01-01", "2027-01-01")
    holidays(park).edit(park.act, made.id, found.version, last_day="2027-01-06")
    assert holidays(park).get(park.context, made.id).last_day == "2027-01-06"
    with pytest.raises(Stale):
        holidays(park).edit(park.act, made.id, found.version, name="Late")
    rows = holidays(park).list(park.context, ListQuery()).first(5)
    assert [row.values["name"] for row in rows] == ["New Year"]


@pytest.mark.edge("27")
@pytest.mark.parametrize(
    ("name", "first", "last", "fields"),
    [
        ("", "", "", {"name", "first_day"}),
        ("Fair", "25/12/2026", "", {"first_day"}),
        ("Fair", "2026-02-30", "2026-03-01", {"first_day"}),
        ("Fair", "2026-12-26", "2026-12-25", {"last_day"}),
        ("Fair", "2026-12-25", "2028-12-25", {"last_day"}),
    ],
)
def test_what_is_wrong_with_a_holiday_is_said_field_by_field(
    park: Park, name: str, first: str, last: str, fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        holidays(park).add(park.act, name, first, last)
    assert refused.value.fields.keys() == fields
    assert not park.rows(t.holiday)


def test_no_two_holidays_begin_on_one_day_and_none_of_another_community_is_found(park: Park) -> None:
    holidays(park).add(park.act, "Fair", "2026-12-25")
    with pytest.raises(Conflict) as refused:
        holidays(park).add(park.act, "Other", "2026-12-25")
    assert refused.value.field == "first_day"
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        other = work.insert(t.community, uuid="x", name="Elsewhere", timezone="UTC")
        row = {"name": "Z", "first_day": "2026-12-25", "last_day": "2026-12-25"}
        holiday_id = work.insert(t.holiday, community_id=other, **row)
    with pytest.raises(NotFound):
        holidays(park).delete(park.act, holiday_id)
