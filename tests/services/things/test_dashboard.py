"""The dashboard: counts, doors worst first, a week of releases, within the switch of the logs (DASH-01, DASH-02)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from backend.domain.context import Context
from backend.services.dashboard import DashboardService
from backend.store import tables as t
from tests.services.things.conftest import Park
from tests.support.clock import FakeClock


@pytest.fixture
def dashboard(park: Park) -> DashboardService:
    """The dashboard of the park."""
    return DashboardService(park.store)


@pytest.mark.feature("DASH-01")
def test_people_and_accounts_are_counted_by_state(park: Park, dashboard: DashboardService, clock: FakeClock) -> None:
    first, second = park.building("A"), park.building("B")
    now = clock()
    people: list[dict[str, Any]] = [
        {"role": "master", "account_status": "active", "expires_at": now + timedelta(days=30)},
        {"role": "member", "account_status": "active", "expires_at": now + timedelta(days=31)},
        {"role": "member", "account_status": "inactive"},
        {"role": "master", "account_status": "expired", "expires_at": now - timedelta(days=1)},
        {"role": "member", "account_status": "active", "expires_at": now + timedelta(days=2)},
    ]
    for number, columns in enumerate(people):
        park.resident(second, f"Nowak, {number}", str(2000 + number), **columns)
    gone = park.resident(first, "Gone, Greta")
    with park.store.write(park.agent, "test.remove") as work:
        work.require("resident.write")
        work.update(t.holder, gone, removed_at=now)
    read = dashboard.read(park.viewer)
    assert (read.buildings, read.apartments) == (2, 6)
    assert (read.masters, read.members) == (2, 3)
    assert (read.active, read.inactive, read.expired, read.expiring) == (3, 1, 1, 2)


@pytest.mark.feature("DASH-01")
def test_an_empty_site_has_noughts(park: Park, dashboard: DashboardService) -> None:
    read = dashboard.read(park.viewer)
    assert (read.buildings, read.masters, read.active, read.devices, read.doors, read.read_at) == (0, 0, 0, 0, (), None)
    assert read.methods == ()
    assert [number for _, number in read.days] == [0] * 7


@pytest.mark.feature("DASH-02")
def test_every_door_has_its_worst_word_and_the_worst_stand_first(
    park: Park, dashboard: DashboardService, clock: FakeClock
) -> None:
    names = ("Zoo", "Attic", "Pool", "Gym", "Bin", "Dock", "Old", "Roof", "New")
    ids = {name: park.device(name) for name in names}
    for device_id in ids.values():
        park.in_sync(device_id)
    park.put(t.device_state, ids["Dock"], status="offline", offline_since=clock() - timedelta(hours=2))
    park.put(t.device_state, ids["Old"], status="restarting")
    park.put(t.device_state, ids["New"], status="never_seen")
    park.put(t.device_state, ids["Roof"], relay_states='{"1": true}')
    park.put(t.device_sync, ids["Pool"], drift=1)
    park.put(t.device_sync, ids["Gym"], gen=9)
    park.held(ids["Bin"], 340)
    park.freed(ids["Zoo"], park.credential(park.resident(park.building()), "1234"), clock() - timedelta(hours=1))
    glances = [(door.name, door.vocabulary, door.state, door.detail) for door in dashboard.read(park.viewer).doors]
    assert glances == [
        ("Dock", "device", "offline", "2 h"),
        ("Zoo", "sync", "red", ""),
        ("Bin", "sync", "held", ""),
        ("Pool", "sync", "drift", ""),
        ("Old", "device", "restarting", ""),
        ("New", "device", "never_seen", ""),
        ("Gym", "sync", "pending", ""),
        ("Roof", "door", "open", ""),
        ("Attic", "device", "online", ""),
    ]
    read = dashboard.read(park.viewer)
    assert (read.devices, read.devices_online, read.read_at) == (9, 6, clock())


@pytest.mark.feature("DASH-02")
def test_the_top_bar_counts_doors_and_devices_out_of_sync(
    park: Park, dashboard: DashboardService, clock: FakeClock
) -> None:
    gate = park.device("Gate", relay_names=("Gate", "Barrier"))
    pool, gym, dock = (park.device(name) for name in ("Pool", "Gym", "Dock"))
    for device_id in (gate, pool, gym):
        park.in_sync(device_id)
    park.put(t.device_state, gym, status="offline")
    park.put(t.device_sync, gate, drift=4)
    park.held(pool, 30)
    park.freed(dock, park.credential(park.resident(park.building()), "1234"), clock() - timedelta(hours=1))
    park.beat()
    summary = dashboard.summary(park.technician)
    assert (summary.community, summary.doors_online, summary.doors) == ("Park", 3, 5)
    assert (summary.red, summary.held, summary.drift, summary.pending) == (1, 1, 1, 0)
    assert summary.agent.alive
    park.put(t.device_sync, gym, gen=9)
    assert dashboard.summary(park.technician).pending == 1


@pytest.mark.feature("DASH-03")
def test_a_week_of_releases_by_local_days_and_by_method(
    park: Park, dashboard: DashboardService, clock: FakeClock
) -> None:
    """Now is Monday 2026-03-02 10:00 in Berlin, whose midnight is 23:00 UTC."""
    midnight = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    park.line(midnight, action="face")
    park.line(midnight - timedelta(seconds=1), action="card")
    park.line(midnight - timedelta(days=6), action="card")
    park.line(midnight - timedelta(days=6, seconds=1), action="dtmf")
    park.line(clock(), response="failed")
    park.line(clock(), type="call")
    park.line(clock(), action="card")
    read = dashboard.read(park.viewer)
    assert read.days == (
        ("Tue 24", 1), ("Wed 25", 0), ("Thu 26", 0), ("Fri 27", 0), ("Sat 28", 0), ("Sun 1", 1), ("today", 2),
    )  # fmt: skip
    assert read.methods == (("RF Card", 3), ("Face", 1))


@pytest.mark.feature("DASH-03")
@pytest.mark.edge(24)
def test_the_day_on_which_the_clocks_change_has_its_23_hours(
    park: Park, dashboard: DashboardService, clock: FakeClock
) -> None:
    clock.now = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)
    for hour in (22, 23):
        park.line(datetime(2026, 3, 28, hour, 30, tzinfo=UTC))
    for hour in (21, 22):
        park.line(datetime(2026, 3, 29, hour, 30, tzinfo=UTC))
    assert dashboard.read(park.viewer).days[-3:] == (("Sat 28", 1), ("Sun 29", 2), ("today", 1))


def test_a_line_that_comes_late_still_counts_for_its_closed_day(park: Park, dashboard: DashboardService) -> None:
    now = park.store.clock()
    yesterday = now - timedelta(days=1)
    park.line(yesterday)
    assert dashboard.read(park.viewer).days[-2:] == (("Sun 1", 1), ("today", 0))
    park.line(now)
    assert dashboard.read(park.viewer).days[-2:] == (("Sun 1", 1), ("today", 1))
    park.line(yesterday)
    assert dashboard.read(park.viewer).days[-2:] == (("Sun 1", 2), ("today", 1))


@pytest.mark.feature("LOG-08")
def test_without_log_access_the_dashboard_shows_no_releases(park: Park, dashboard: DashboardService) -> None:
    park.line(park.store.clock())
    assert dashboard.read(park.manager).days[-1] == ("today", 1)
    with park.store.write(park.agent, "test.switch") as work:
        work.require("manager.write")
        work.connection.execute(
            update(t.manager).where(t.manager.c.id == park.manager.actor_id).values(log_access=False)
        )
    read = dashboard.read(park.manager)
    assert (read.days, read.methods) == ((), ())


def test_another_community_counts_for_itself(park: Park, dashboard: DashboardService, elsewhere: Context) -> None:
    park.resident(park.building())
    park.device("Gate")
    park.line(park.store.clock())
    read = dashboard.read(elsewhere)
    assert (read.buildings, read.members, read.devices, read.doors) == (0, 0, 0, ())
    assert sum(number for _, number in read.days) == 0
    assert dashboard.summary(elsewhere).doors == 0


@pytest.mark.feature("DASH-01")
def test_the_figures_cost_a_fixed_number_of_queries(park: Park, dashboard: DashboardService) -> None:
    """However many devices: a query per device would make the top bar slow on a large site."""

    def queries() -> int:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(park.store._reader, "before_cursor_execute", note)
        dashboard.read(park.viewer)
        dashboard.summary(park.viewer)
        event.remove(park.store._reader, "before_cursor_execute", note)
        return len(seen)

    park.device("Gate")
    dashboard.read(park.viewer)
    few = queries()
    for name in ("Pool", "Gym", "Dock", "Attic"):
        park.device(name)
    assert queries() == few
