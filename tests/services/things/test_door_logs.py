"""Door logs: by time, filtered, hidden by Log Access Control, and fast however long (LOG-01, LOG-08)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from backend.catalog.door_logs import DOOR_LOG
from backend.catalog.specs import filter_specs
from backend.domain.context import Context
from backend.domain.errors import Forbidden, Invalid, NotFound
from backend.domain.filter import parse
from backend.domain.paging import ListQuery
from backend.services.devices import Devices
from backend.services.door_logs import DoorLogs
from backend.services.lists import ListHandle
from backend.store import tables as t
from tests.services.things.conftest import Park
from tests.support.clock import FakeClock
from tests.support.plans import plans

ZONE = "Europe/Berlin"


@pytest.fixture
def logs(park: Park) -> DoorLogs:
    """The door logs of the park."""
    return DoorLogs(park.store)


def listed(park: Park, expression: str = "", **query: Any) -> ListHandle:
    """The log as a viewer filters it."""
    wanted = parse(expression, filter_specs(DOOR_LOG), now=park.store.clock(), zone=ZONE)
    return DoorLogs(park.store).list(park.viewer, ListQuery(filter=wanted, **query))


def names(park: Park, expression: str) -> list[str]:
    """Who is left by a filter, oldest above."""
    return [row.values["initiated_by"] for row in listed(park, expression).first(50)]


@pytest.fixture
def night(park: Park, clock: FakeClock) -> None:
    """A night and a morning at two doors: now is Monday 2026-03-02, 10:00 in Berlin."""
    building_id = park.building("A")
    gym = park.device("Gym", building_id=building_id)
    gate = park.device("Main Gate", relay_names=("Gate",))
    now = clock()
    at_gym = {
        "device_id": gym, "relay_id": park.door("Gym"), "building_id": building_id,
        "building": "A", "device": "Gym", "door": "Gym",
    }  # fmt: skip
    at_gate = {"device_id": gate, "relay_id": park.door("Gate"), "device": "Main Gate", "door": "Gate"}
    park.line(now - timedelta(days=9), initiated_by="Old Timer", **at_gate)
    park.line(now - timedelta(hours=11), initiated_by="Łukasz Müller", apartment="1001", action="card", **at_gym)
    park.line(now - timedelta(hours=10), initiated_by="Visitor", response="failed", key="", **at_gym)
    park.line(now - timedelta(hours=1), initiated_by="Anna Kowalska", apartment="0101", action="face", **at_gate)
    park.line(now, initiated_by="Anna Kowalska", type="call", action="unknown", **at_gate)


@pytest.mark.feature("LOG-01")
@pytest.mark.usefixtures("night")
def test_the_oldest_stands_above_and_the_newest_below(park: Park) -> None:
    handle = listed(park)
    rows = handle.first(50)
    assert [row.values["happened_at"] for row in rows] == sorted(row.values["happened_at"] for row in rows)
    assert rows[-1] == handle.last(1)[0]
    assert handle.before(rows[-1].key, 2) == rows[-3:-1]
    assert handle.count() == len(rows) == 5
    assert handle.seek(rows[2].id) == rows[2].key
    assert {field.name for field in DOOR_LOG.listed()} <= rows[0].values.keys()


@pytest.mark.feature("LOG-01")
@pytest.mark.usefixtures("night")
@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("type:call", ["Anna Kowalska"]),
        ("b:a", ["Łukasz Müller", "Visitor"]),
        ("-b:A anna", ["Anna Kowalska", "Anna Kowalska"]),
        ("device:main type:release since:today", ["Anna Kowalska"]),
        ("door:gym", ["Łukasz Müller", "Visitor"]),
        ("muller", ["Łukasz Müller"]),
        ("gym visitor", ["Visitor"]),
        ("apt:1001", ["Łukasz Müller"]),
        ("apt:101", []),
        ("action:face", ["Anna Kowalska"]),
        ('action:"RF Card"', ["Łukasz Müller"]),
        ("response:failed", ["Visitor"]),
        ("on:today", ["Visitor", "Anna Kowalska", "Anna Kowalska"]),
        ("last-night gym", ["Łukasz Müller", "Visitor"]),
        ("since:2026-03-01", ["Łukasz Müller", "Visitor", "Anna Kowalska", "Anna Kowalska"]),
        ("-since:2026-03-01", ["Old Timer"]),
        ("since<2026-03-01", ["Old Timer"]),
    ],
)
def test_filters_of_the_guide(park: Park, expression: str, found: list[str]) -> None:
    assert names(park, expression) == found


@pytest.mark.usefixtures("night")
def test_a_line_is_found_after_its_door_was_removed(park: Park) -> None:
    gym = next(row.id for row in Devices(park.store).list(park.viewer, ListQuery()).first(9)
                    if row.values["name"] == "Gym")  # fmt: skip
    Devices(park.store).delete(park.installer.again(), gym)
    assert names(park, "door:gym") == ["Łukasz Müller", "Visitor"]


@pytest.mark.feature("LOG-01")
@pytest.mark.usefixtures("night")
def test_one_line_and_the_newest(park: Park, logs: DoorLogs, elsewhere: Context) -> None:
    newest = logs.newest(park.viewer, 2)
    assert [line.action for line in newest] == ["unknown", "face"]
    line = logs.get(park.viewer, newest[1].id)
    assert (line, line.apartment, line.key, line.door) == (newest[1], "0101", "··34", "Gate")
    with pytest.raises(NotFound):
        logs.get(elsewhere, line.id)
    assert logs.newest(elsewhere, 5) == ()
    assert logs.list(elsewhere, ListQuery()).count() == 0


@pytest.mark.feature("LOG-08")
@pytest.mark.usefixtures("night")
def test_log_access_control_hides_every_way_to_the_log(park: Park, logs: DoorLogs) -> None:
    handle = logs.list(park.manager, ListQuery())
    assert handle.count() == 5
    with park.store.write(park.agent, "test.switch") as work:
        work.require("manager.write")
        work.connection.execute(
            update(t.manager).where(t.manager.c.id == park.manager.actor_id).values(log_access=False)
        )
    line = logs.newest(park.viewer, 1)[0]
    for look in (
        lambda: handle.first(1),
        lambda: handle.last(1),
        lambda: handle.after((line.happened_at, line.id), 1),
        lambda: handle.before((line.happened_at, line.id), 1),
        lambda: handle.around_rank(0.5, 1),
        handle.estimate,
        handle.count,
        lambda: handle.seek(line.id),
        lambda: logs.newest(park.manager, 1),
        lambda: logs.get(park.manager, line.id),
    ):
        with pytest.raises(Forbidden, match="Log Access Control"):
            look()


def test_the_log_sorts_by_time_alone(park: Park) -> None:
    with pytest.raises(Invalid):
        listed(park, sort="device").first(1)


@pytest.mark.feature("LOG-01")
def test_a_long_log_is_read_along_its_index(park: Park, clock: FakeClock) -> None:
    """The plan of the database, not the clock of a busy machine: no page sorts or scans the log."""
    _fill(park, clock(), 2_000)
    handle = listed(park, "type:release gate")

    def read() -> None:
        first = handle.first(100)
        assert len(first) == 100
        handle.last(100)
        handle.after(first[-1].key, 100)

    found = plans(park.store, "door_log", read)
    assert len(found) == 3
    for plan in found:
        assert "ix_door_log_time" in plan, plan
        assert "TEMP B-TREE" not in plan, plan
        assert "SCAN door_log" not in plan, plan


def _fill(park: Park, now: datetime, number: int) -> None:
    park.lines(
        [
            {
                "community_id": park.installer.community_id, "happened_at": now - timedelta(seconds=n),
                "received_at": now, "device": "Gate", "door": "Gate", "initiated_by": "Anna",
                "initiated_fold": "anna", "type": "release", "action": "pin", "response": "success",
            }
            for n in range(number)
        ]
    )  # fmt: skip
