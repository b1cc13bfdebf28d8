"""What a door should hold: users, schedules, capacity, and when that changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import tzset
from zoneinfo import ZoneInfo

import pytest
from access_oracle import door_allows
from access_world import (
    BERLIN,
    BOTH,
    CARD,
    DAILY_ALL,
    FR,
    MO,
    PIN,
    SA,
    SU,
    TH,
    TU,
    WE,
    anna,
    card,
    community,
    daily,
    gym,
    gym_relay,
    local,
    pin,
    span,
    utc,
    weekly,
)

from backend.domain.access import prepared
from backend.domain.access.compile import compile_device
from backend.domain.access.decide import decide
from backend.domain.access.prepared import prepare
from backend.domain.access.results import Compiled, DoorUser, Loss
from backend.domain.access.rules import Device, Group, Holder
from backend.domain.enums import CredentialKind, CredentialStatus
from backend.domain.errors import Invalid, NotFound

NOW = local("2026-11-20 10:00")  # a Friday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
WORK = weekly({MO, TU, WE, TH, FR}, "08:00-18:00")
ALWAYS = (("always", (1,)),)


def compiled(rules, now=NOW, device=1) -> Compiled:
    return compile_device(rules, device, now)


def hours(door: Compiled) -> list[str]:
    """Each schedule as "kind from-to days" with its dates."""
    return sorted(
        f"{one.kind.value} {one.start}-{one.end}"
        + (f" {sorted(one.days)}" if one.days else "")
        + (f" {one.date_from} to {one.date_to}" if one.date_from else "")
        for one in door.schedules
    )


def held(door: Compiled) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [(user.key, user.pin, user.cards) for user in door.users]


def test_a_person_with_a_pin_and_a_card():
    rules = anna(DAILY_ALL, credentials=[pin(1, value="007"), card(2, value="0A3C7F20")])
    assert compiled(rules) == Compiled(
        device_id=1,
        users=(DoorUser("SP1-1", 1, "Anna Kowalska", "007", ("0A3C7F20",), ALWAYS),),
        schedules=(),
        next_change_at=None,
        losses=(),
    )


def test_a_device_nobody_knows():
    with pytest.raises(NotFound, match=r"^There is no device 5\.$"):
        compiled(anna(DAILY_ALL), device=5)


def test_a_zone_nobody_knows():
    with pytest.raises(Invalid):
        compiled(anna(DAILY_ALL, zone="Nowhere"))


def test_a_door_without_anybody():
    empty = compiled(community(groups=[], holders=[], credentials=[]))
    assert empty == Compiled(1, (), (), None, ())


def test_the_instant_may_be_in_any_zone():
    rules = anna(span(None, NOW + HOUR))
    there = NOW.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert compiled(rules, there) == compiled(rules)
    assert compiled(anna(span(None, there + HOUR)), NOW).next_change_at.tzinfo is UTC


@pytest.mark.feature("AG-07")
def test_weekly_hours_become_a_schedule_and_nothing_changes_by_time():
    door = compiled(anna(weekly(range(7), "08:00-18:00"), weekly({FR, SA}, "19:00-23:59")))
    assert hours(door) == ["daily 08:00-17:59", "weekly 19:00-23:59 [4, 5]"]
    assert [sorted(key for key, _ in user.grants) for user in door.users] == [[one.key for one in door.schedules]]
    assert [one.key for one in door.schedules] == sorted(one.key for one in door.schedules)
    assert door.next_change_at is None


@pytest.mark.edge(20)
def test_hours_over_midnight_become_two_schedules():
    door = compiled(anna(weekly({FR}, "22:00-06:00")))
    assert hours(door) == ["weekly 00:00-05:59 [5]", "weekly 22:00-23:59 [4]"]
    assert [len(user.grants) for user in door.users] == [2]


@pytest.mark.parametrize(
    "windows",
    [
        [DAILY_ALL],
        [daily("08:00-08:00")],
        [weekly(range(7), "00:00-23:59")],
        [daily("00:00-12:00"), daily("12:00-23:59")],
        [daily("22:00-06:00"), daily("06:00-22:00")],
        [weekly({MO, TU, WE}, "00:00-23:59"), weekly({TH, FR, SA, SU}, "00:00-23:59")],
        [DAILY_ALL, WORK, span(NOW - HOUR, NOW + HOUR)],
        [span(None, None)],
        [span(NOW, None)],
        [span(NOW - HOUR, None), WORK],
    ],
)
def test_what_covers_all_time_is_the_built_in_always(windows):
    door = compiled(anna(*windows))
    assert [user.grants for user in door.users] == [ALWAYS]
    assert (door.schedules, door.next_change_at, door.losses) == ((), None, ())


def test_a_minute_less_is_not_always():
    assert hours(compiled(anna(daily("00:00-12:00"), daily("12:01-23:59")))) == [
        "daily 00:00-11:59",
        "daily 12:01-23:59",
    ]


def test_equal_hours_share_a_schedule():
    groups = [
        Group(1, "Day", (WORK,), frozenset({1})),
        Group(2, "Day too", (weekly({FR, MO, TU, WE, TH}, "08:00-18:00"),), frozenset({1, 2})),
    ]
    holders = [Holder(1, "Anna", True, frozenset({1})), Holder(2, "Ben", True, frozenset({1, 2}))]
    relays = [gym_relay(), gym_relay(number=2, relay_id=2)]
    door = compiled(community(groups=groups, holders=holders, credentials=[pin(1), pin(2, 2)], relays=relays))
    (key,) = [one.key for one in door.schedules]
    assert [user.grants for user in door.users] == [((key, (1,)),), ((key, (1, 2)),)]


def test_relays_of_one_schedule_are_listed_together_and_sorted():
    relays = [gym_relay(number=number, relay_id=number) for number in (3, 1, 2)]
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({3, 1})), Group(2, "Day", (WORK,), frozenset({2, 3}))]
    holder = Holder(1, "Anna", True, frozenset({1, 2}))
    door = compiled(community(groups=groups, holders=[holder], credentials=[pin(1)], relays=relays))
    (work,) = door.schedules
    assert door.users[0].grants == ((work.key, (2,)), ("always", (1, 3)))


@pytest.mark.edge(48)
def test_a_relay_is_granted_only_to_the_kinds_it_takes():
    relays = [gym_relay(frozenset({PIN}), 1, 1), gym_relay(frozenset({CARD}), 2, 2), gym_relay(BOTH, 3, 3)]
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({1, 2, 3}))]
    holder = Holder(1, "Anna", True, frozenset({1}))
    rules = community(groups=groups, holders=[holder], credentials=[pin(1), card(2)], relays=relays)
    users = compiled(rules).users
    assert [(user.key, user.pin, user.cards, user.grants) for user in users] == [
        ("SP1-1", "0001", (), (("always", (1, 3)),)),
        ("SP1-2", None, (card(2).value,), (("always", (2, 3)),)),
    ]


@pytest.mark.edge(48)
def test_a_door_that_takes_no_pins_holds_none():
    rules = anna(DAILY_ALL, credentials=[pin(1), pin(2), card(3)], relay=gym_relay(frozenset({CARD})))
    door = compiled(rules)
    assert held(door) == [("SP1-1", None, (card(3).value,))]
    assert door.losses == ()


def test_faces_are_not_written_to_doors():
    face = replace(pin(2), kind=CredentialKind.FACE)
    door = compiled(anna(DAILY_ALL, credentials=[face], relay=gym_relay(frozenset(CredentialKind))))
    assert door.users == ()


@pytest.mark.parametrize(
    ("status", "there"),
    [
        (CredentialStatus.ACTIVE, True),
        (CredentialStatus.SCHEDULED, True),
        (CredentialStatus.SUSPENDED, False),
        (CredentialStatus.COOLING, False),
        (CredentialStatus.GONE, False),
    ],
)
def test_only_what_counts_is_on_the_door(status, there):
    assert bool(compiled(anna(DAILY_ALL, credentials=[pin(1, status=status)])).users) is there
    dated = pin(1, status=status, since=NOW - HOUR)
    assert bool(compiled(anna(DAILY_ALL, credentials=[dated])).users) is there


def test_a_suspended_person_is_not_on_the_door():
    assert compiled(anna(DAILY_ALL, active=False)).users == ()


def test_other_doors_and_unknown_records_do_not_matter():
    groups = [
        Group(1, "Gym", (DAILY_ALL,), frozenset({1, 77})),
        Group(2, "Pool", (WORK,), frozenset({2})),
    ]
    holders = [
        Holder(-2, "Suspended", False, frozenset({1})),
        Holder(-1, "Without credential", True, frozenset({1})),
        Holder(1, "Anna", True, frozenset({1, 2, 55})),
        Holder(2, "Ben", True, frozenset({2})),
        Holder(3, "Cem", True, frozenset()),
    ]
    rules = community(
        groups=groups,
        holders=holders,
        credentials=[pin(1), pin(2, 2), pin(3, 3), pin(4, 44)],
        relays=[gym_relay(), gym_relay(relay_id=2, device_id=2), gym_relay(relay_id=3, device_id=9)],
        devices=[gym(), Device(2, "Pool", 10)],
    )
    assert [user.holder_id for user in compiled(rules).users] == [1]
    assert compiled(rules).schedules == ()
    pool = compiled(rules, device=2)
    assert [user.holder_id for user in pool.users] == [1, 2]
    assert hours(pool) == ["weekly 08:00-17:59 [0, 1, 2, 3, 4]"]


# Credentials that begin and end


def test_a_credential_is_on_the_door_only_while_it_is_valid():
    begins, ends = NOW + 2 * DAY, NOW + 3 * DAY
    rules = anna(DAILY_ALL, credentials=[pin(1, status=CredentialStatus.SCHEDULED, since=begins, until=ends)])
    waiting, there, gone = (compiled(rules, at) for at in (NOW, begins, ends))
    assert (waiting.users, waiting.next_change_at) == ((), begins)
    assert (held(there), there.next_change_at) == ([("SP1-1", "0001", ())], ends)
    assert (gone.users, gone.schedules, gone.next_change_at) == ((), (), None)
    assert compiled(rules, begins - SECOND).users == ()
    assert len(compiled(rules, ends - SECOND).users) == 1


def test_a_credential_without_an_end_has_no_schedule_of_its_own():
    rules = anna(DAILY_ALL, credentials=[pin(1, since=NOW), card(2)])
    door = compiled(rules)
    assert (door.schedules, door.next_change_at) == ((), None)
    assert held(door) == [("SP1-1", "0001", (card(2).value,))]


def test_the_end_of_a_credential_is_written_into_always():
    """A door that cannot be reached at the end must not open for ever."""
    rules = anna(DAILY_ALL, credentials=[pin(1, until=NOW + HOUR), card(2)])
    door = compiled(rules)
    assert hours(door) == ["never 00:00-10:59 2000-01-01 to 2026-11-20"]
    assert held(door) == [("SP1-1", "0001", ()), ("SP1-2", None, (card(2).value,))]
    assert [user.grants for user in door.users] == [((door.schedules[0].key, (1,)),), ALWAYS]
    assert door.next_change_at == NOW + HOUR
    assert held(compiled(rules, NOW + HOUR)) == [("SP1-1", None, (card(2).value,))]


@pytest.mark.parametrize("window", [DAILY_ALL, span(NOW - HOUR, NOW + 5 * HOUR), span(None, NOW + DAY)])
def test_a_door_that_is_out_of_reach_stops_at_the_end_of_the_credential(window):
    credential = pin(1, until=NOW + HOUR)
    door = compiled(anna(window, credentials=[credential]))
    assert door_allows(door, credential, 1, NOW + HOUR - SECOND, BERLIN)
    for later in (HOUR, 2 * HOUR, 7 * DAY):
        assert not door_allows(door, credential, 1, NOW + later, BERLIN)


def test_the_end_of_a_credential_is_written_into_a_span():
    rules = anna(span(NOW - HOUR, NOW + 5 * HOUR), credentials=[pin(1, until=NOW + HOUR), card(2)])
    door = compiled(rules)
    assert hours(door) == [
        "never 09:00-10:59 2026-11-20 to 2026-11-20",
        "never 09:00-14:59 2026-11-20 to 2026-11-20",
    ]
    assert door.next_change_at == NOW + HOUR


def test_the_end_of_a_credential_cannot_be_written_into_daily_hours():
    door = compiled(anna(daily("08:00-18:00"), credentials=[pin(1, until=NOW + HOUR)]))
    assert hours(door) == ["daily 08:00-17:59"]
    assert door.next_change_at == NOW + HOUR


def test_a_span_that_begins_after_the_credential_ends_is_not_written():
    rules = anna(span(NOW + 5 * HOUR, NOW + 6 * HOUR), credentials=[pin(1, until=NOW + HOUR)])
    assert compiled(rules).users == ()
    assert compiled(rules).schedules == ()


def test_other_hours_stay_beside_a_span_that_is_not_written():
    relays = [gym_relay(), gym_relay(number=2, relay_id=2)]
    groups = [
        Group(1, "Later", (span(NOW + 5 * HOUR, NOW + 6 * HOUR),), frozenset({1})),
        Group(2, "Always", (DAILY_ALL,), frozenset({2})),
    ]
    holder = Holder(1, "Anna", True, frozenset({1, 2}))
    credentials = [pin(1, until=NOW + HOUR)]
    door = compiled(community(groups=groups, holders=[holder], credentials=credentials, relays=relays))
    assert hours(door) == ["never 00:00-10:59 2000-01-01 to 2026-11-20"]
    assert [user.grants for user in door.users] == [((door.schedules[0].key, (2,)),)]


def test_the_nearest_end_is_the_nearest_day_then_the_nearest_time():
    tomorrow_early, today_late = NOW + 16 * HOUR, NOW + 10 * HOUR
    holders = [Holder(number, f"P{number}", True, frozenset({1})) for number in (1, 2)]
    credentials = [pin(1, until=tomorrow_early), pin(2, 2, until=today_late)]
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({1}))]
    rules = community(groups=groups, holders=holders, credentials=credentials, devices=[gym(schedules=1)])
    assert hours(compiled(rules)) == ["never 00:00-19:59 2000-01-01 to 2026-11-20"]


def test_ends_are_written_as_far_as_there_is_room_nearest_first():
    ends = [pin(number, number, until=NOW + number * HOUR) for number in (3, 1, 2)]
    holders = [Holder(number, f"P{number}", True, frozenset({1})) for number in (1, 2, 3)]
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({1})), Group(2, "Day", (WORK,), frozenset({1}))]
    holders.append(Holder(4, "Worker", True, frozenset({2})))
    rules = community(groups=groups, holders=holders, credentials=[*ends, pin(4, 4)])
    told = {}
    for room in (1, 2, 3, 4):
        door = compiled(replace(rules, devices={1: gym(schedules=room)}))
        assert door.losses == ()
        told[room] = ["always" in dict(user.grants) for user in door.users]
        assert len(door.schedules) == room
    assert told == {
        1: [True, True, True, False],
        2: [False, True, True, False],
        3: [False, False, True, False],
        4: [False, False, False, False],
    }


def test_no_room_for_an_end_takes_nothing_away():
    rules = anna(DAILY_ALL, credentials=[pin(1, until=NOW + HOUR)], device=gym(schedules=0))
    door = compiled(rules)
    assert [user.grants for user in door.users] == [ALWAYS]
    assert (door.schedules, door.losses) == ((), ())


def test_equal_ends_share_a_schedule():
    holders = [Holder(number, f"P{number}", True, frozenset({1})) for number in (1, 2)]
    credentials = [pin(number, number, until=NOW + HOUR) for number in (1, 2)]
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({1}))]
    door = compiled(community(groups=groups, holders=holders, credentials=credentials, devices=[gym(schedules=1)]))
    assert len(door.schedules) == 1
    assert len({user.grants for user in door.users}) == 1


def test_the_dates_of_a_credential_without_rights_do_not_wake_the_door():
    over = span(NOW - 2 * DAY, NOW - DAY)
    rules = anna(over, credentials=[pin(1, since=NOW + HOUR), card(2, since=NOW - HOUR, until=NOW + 2 * HOUR)])
    assert compiled(rules).next_change_at is None


def test_the_dates_of_what_does_not_count_do_not_wake_the_door():
    gone = pin(1, status=CredentialStatus.GONE, until=NOW + HOUR)
    past = card(2, until=NOW)
    assert compiled(anna(DAILY_ALL, credentials=[gone, past])).next_change_at is None


def test_hours_of_a_kind_nobody_holds_do_not_wake_the_door():
    relays = [gym_relay(frozenset({PIN})), gym_relay(frozenset({CARD}), 2, 2)]
    groups = [Group(1, "Pins", (DAILY_ALL,), frozenset({1})), Group(2, "Cards", (WORK,), frozenset({2}))]
    holder = Holder(1, "Anna", True, frozenset({1, 2}))
    rules = community(groups=groups, holders=[holder], credentials=[pin(1)], relays=relays)
    assert (compiled(rules).next_change_at, compiled(rules).schedules) == (None, ())
    with_card = community(groups=groups, holders=[holder], credentials=[pin(1), card(2)], relays=relays)
    assert compiled(with_card).next_change_at == local("2026-11-20 18:00")


# Hours that are far away


def test_weekly_hours_are_on_the_door_from_24_hours_before():
    rules = anna(weekly({WE}, "08:00-18:00"))
    appears, leaves = local("2026-11-24 08:00"), local("2026-11-25 18:00")
    before, near, after = compiled(rules), compiled(rules, appears), compiled(rules, leaves)
    assert (before.users, before.schedules, before.next_change_at) == ((), (), appears)
    assert compiled(rules, appears - SECOND).users == ()
    assert (len(near.users), near.next_change_at) == (1, leaves)
    assert len(compiled(rules, leaves - SECOND).users) == 1
    assert (after.users, after.next_change_at) == ((), appears + 7 * DAY)


def test_working_days_leave_the_door_over_the_weekend():
    rules = anna(WORK)
    assert compiled(rules).next_change_at == local("2026-11-20 18:00")
    assert compiled(rules, local("2026-11-20 18:00")).users == ()
    assert compiled(rules, local("2026-11-20 18:00")).next_change_at == local("2026-11-22 08:00")
    assert len(compiled(rules, local("2026-11-22 08:00")).users) == 1


def test_a_credential_stays_while_any_of_its_hours_is_near():
    rules = anna(WORK, weekly({SA, SU}, "10:00-12:00"))
    assert compiled(rules).next_change_at is None
    assert hours(compiled(rules, local("2026-11-21 20:00"))) == [
        "weekly 08:00-17:59 [0, 1, 2, 3, 4]",
        "weekly 10:00-11:59 [5, 6]",
    ]


def test_far_hours_at_one_relay_stay_with_near_hours_at_another():
    relays = [gym_relay(), gym_relay(number=2, relay_id=2)]
    groups = [
        Group(1, "Always", (DAILY_ALL,), frozenset({1})),
        Group(2, "Wednesday", (weekly({WE}, "08:00-18:00"),), frozenset({2})),
    ]
    holder = Holder(1, "Anna", True, frozenset({1, 2}))
    door = compiled(community(groups=groups, holders=[holder], credentials=[pin(1)], relays=relays))
    assert hours(door) == ["weekly 08:00-17:59 [2]"]
    assert door.next_change_at is None


def test_a_span_is_on_the_door_from_24_hours_before_until_it_ends():
    begins, ends = NOW + 3 * DAY, NOW + 3 * DAY + HOUR
    rules = anna(span(begins, ends))
    far, near, on, over = (compiled(rules, at) for at in (NOW, begins - DAY, begins, ends))
    assert (far.users, far.next_change_at) == ((), begins - DAY)
    assert compiled(rules, begins - DAY - SECOND).users == ()
    assert (hours(near), near.next_change_at) == (["never 10:00-10:59 2026-11-23 to 2026-11-23"], ends)
    assert near.users == on.users == compiled(rules, ends - SECOND).users
    assert (over.users, over.schedules, over.next_change_at) == ((), (), None)


def test_a_far_span_does_not_take_a_schedule():
    rules = anna(daily("08:00-18:00"), span(NOW + 3 * DAY, NOW + 4 * DAY))
    assert hours(compiled(rules)) == ["daily 08:00-17:59"]
    assert compiled(rules).next_change_at == NOW + 2 * DAY
    assert len(hours(compiled(rules, NOW + 2 * DAY))) == 2


def test_a_span_that_is_near_brings_the_other_hours_along():
    rules = anna(weekly({WE}, "08:00-18:00"), span(NOW, NOW + HOUR))
    assert len(hours(compiled(rules))) == 2
    assert compiled(rules, NOW + HOUR).users == ()


def test_a_span_without_an_end_begins_by_presence():
    begins = NOW + 3 * DAY
    rules = anna(span(begins, None))
    assert (compiled(rules).users, compiled(rules).next_change_at) == ((), begins)
    assert compiled(rules, begins - SECOND).users == ()
    assert [user.grants for user in compiled(rules, begins).users] == [ALWAYS]


def test_a_span_without_a_beginning():
    rules = anna(span(None, NOW + HOUR))
    assert hours(compiled(rules)) == ["never 00:00-10:59 2000-01-01 to 2026-11-20"]
    assert compiled(rules).next_change_at == NOW + HOUR


def test_an_empty_span_is_nothing():
    rules = anna(span(NOW + HOUR, NOW + HOUR), span(NOW + 2 * HOUR, NOW + HOUR))
    assert compiled(rules) == Compiled(1, (), (), None, ())


def test_the_nearest_change_counts():
    rules = anna(WORK, span(NOW, NOW + HOUR), credentials=[pin(1, until=NOW + 2 * HOUR), card(2, since=NOW + 3 * HOUR)])
    times = []
    at = NOW
    while (at := compiled(rules, at).next_change_at) and len(times) < 5:
        times.append(at)
    assert times == [
        NOW + HOUR,
        NOW + 2 * HOUR,
        NOW + 3 * HOUR,
        local("2026-11-20 18:00"),
        local("2026-11-22 08:00"),
    ]


@pytest.mark.feature("AG-07")
@pytest.mark.edge(25)
def test_24_hours_are_counted_by_the_wall_clock():
    """Monday 01:00 after the clocks went forward on Sunday: Sunday 01:00 is 23 hours before."""
    rules = anna(weekly({MO}, "01:00-02:00"))
    assert compiled(rules, utc("2026-03-27 12:00")).next_change_at == local("2026-03-29 01:00")


@pytest.mark.edge(25)
def test_minutes_that_no_schedule_can_hold_are_a_loss():
    back = utc("2026-10-25 01:00")
    rules = anna(span(back - 3 * HOUR, back - timedelta(minutes=20)))
    door = compiled(rules, back - 4 * HOUR)
    assert hours(door) == ["never 00:00-01:59 2026-10-25 to 2026-10-25"]
    text = "The clocks go back at an edge of 2026-10-25 00:00 to 2026-10-25 02:40: a door cannot hold 40 minutes of it."
    assert door.losses == (Loss(None, "clock_change", text),)
    one = anna(span(back - 3 * HOUR, back - timedelta(minutes=59)))
    assert compiled(one, back - 4 * HOUR).losses[0].text.endswith(": a door cannot hold 1 minute of it.")


@pytest.mark.edge(25)
def test_lost_minutes_are_told_only_where_they_matter():
    back = utc("2026-10-25 01:00")
    stay = span(back - 3 * HOUR, back)
    at = back - 4 * HOUR
    assert compiled(anna(stay, credentials=[pin(1, until=at)]), at).losses == ()
    assert compiled(anna(stay, credentials=[pin(1, since=back)]), at).losses == ()
    assert compiled(anna(stay, DAILY_ALL), at).losses == ()
    assert len(compiled(anna(stay, credentials=[pin(1, since=at)]), at).losses) == 1
    gap = anna(span(back - timedelta(minutes=30), back), zone=BERLIN)
    door = compiled(gap, at)
    assert (door.users, door.schedules) == ((), ())
    assert [(loss.code, loss.text[-29:]) for loss in door.losses] == [("clock_change", "cannot hold 30 minutes of it.")]


# Capacity


def test_one_pin_per_person():
    rules = anna(DAILY_ALL, credentials=[pin(3), pin(2), card(4)])
    door = compiled(rules)
    text = "A door holds one PIN per person: Anna Kowalska has 2, the oldest is used."
    assert held(door) == [("SP1-1", "0002", (card(4).value,))]
    assert door.losses == (Loss(1, "pins", text),)


def test_one_pin_per_person_also_where_they_have_dates():
    rules = anna(DAILY_ALL, credentials=[pin(2, until=NOW), pin(3, since=NOW), pin(4), pin(5, since=NOW + HOUR)])
    door = compiled(rules)
    assert held(door) == [("SP1-1", "0003", ())]
    assert [loss.text for loss in door.losses] == [
        "A door holds one PIN per person: Anna Kowalska has 2, the oldest is used."
    ]
    single = anna(DAILY_ALL, credentials=[pin(2, until=NOW), pin(3, since=NOW)])
    assert compiled(single).losses == ()


@pytest.mark.edge(9)
def test_more_cards_than_a_record_takes():
    rules = anna(DAILY_ALL, credentials=[pin(1), *map(card, range(2, 8))], device=gym(cards=4))
    dated = anna(DAILY_ALL, credentials=[pin(1, since=NOW), *map(card, range(2, 8))], device=gym(cards=4))
    values = [card(number).value for number in range(2, 8)]
    expected = [("SP1-1", "0001", tuple(values[:4])), ("SP1-2", None, tuple(values[4:]))]
    assert held(compiled(rules)) == held(compiled(dated)) == expected


def many(count: int, **limits: int):
    holders = [Holder(number, f"Person {number}", True, frozenset({1})) for number in range(count, 0, -1)]
    credentials = [pin(number, number) for number in range(1, count + 1)]
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({1}))]
    return community(groups=groups, holders=holders, credentials=credentials, devices=[gym(**limits)])


@pytest.mark.edge(9)
def test_more_people_than_a_door_holds():
    door = compiled(many(1204, users=1202))
    assert [user.holder_id for user in door.users] == list(range(1, 1203))
    assert door.losses == (
        Loss(None, "users", "This door holds 1,202 users; 2 people have no room."),
        Loss(1203, "users", "This door holds 1,202 users; Person 1203 has no room."),
        Loss(1204, "users", "This door holds 1,202 users; Person 1204 has no room."),
    )
    assert compiled(many(3, users=3)).losses == ()
    assert compiled(many(4, users=3)).losses[0].text == "This door holds 3 users; 1 person has no room."
    assert compiled(many(2, users=1)).losses[1].text == "This door holds 1 user; Person 2 has no room."


def test_crowds_are_mixed_by_holder():
    groups = [Group(number, f"G{number}", (DAILY_ALL,), frozenset({1})) for number in (1, 2)]
    holders = [Holder(number, f"P{number}", True, frozenset({1 + number % 2})) for number in range(1, 7)]
    credentials = [pin(number, number, since=NOW if number == 3 else None) for number in range(1, 7)]
    door = compiled(community(groups=groups, holders=holders, credentials=credentials, devices=[gym(users=4)]))
    assert [user.holder_id for user in door.users] == [1, 2, 3, 4]


def test_schedules_of_people_without_room_are_not_sent():
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({1})), Group(2, "Day", (daily("08:00-18:00"),), frozenset({1}))]
    holders = [Holder(1, "Anna", True, frozenset({1})), Holder(2, "Ben", True, frozenset({2}))]
    rules = community(groups=groups, holders=holders, credentials=[pin(1), pin(2, 2)], devices=[gym(users=1)])
    assert compiled(rules).schedules == ()


def crowded(*windows, room: int):
    """A person per window at a door with little room for schedules."""
    groups = [Group(number, f"G{number}", (window,), frozenset({1})) for number, window in enumerate(windows, start=1)]
    holders = [Holder(group.id, f"P{group.id}", True, frozenset({group.id})) for group in groups]
    credentials = [pin(holder.id, holder.id) for holder in holders]
    return community(groups=groups, holders=holders, credentials=credentials, devices=[gym(schedules=room)])


def test_what_is_open_wins_then_what_opens_next():
    morning, noon, evening = daily("06:00-08:00"), daily("09:30-14:00"), daily("18:00-20:00")
    rules = crowded(morning, evening, noon, room=2)
    door = compiled(rules)
    assert hours(door) == ["daily 09:30-13:59", "daily 18:00-19:59"]
    assert [user.holder_id for user in door.users] == [2, 3]
    text = "This door holds 2 schedules: daily 06:00-08:00 waits until a nearer one ends."
    assert door.losses == (Loss(None, "schedules", text),)
    assert door.next_change_at == local("2026-11-20 14:00")
    later = compiled(rules, local("2026-11-20 14:00"))
    assert hours(later) == ["daily 06:00-07:59", "daily 18:00-19:59"]
    assert later.next_change_at == local("2026-11-20 18:00")


def test_what_is_open_till_late_wins_over_what_opens_soon():
    rules = crowded(daily("11:00-12:00"), daily("09:00-23:00"), room=1)
    assert hours(compiled(rules)) == ["daily 09:00-22:59"]
    assert compiled(rules).next_change_at == local("2026-11-20 11:00")


def test_as_many_schedules_as_there_is_room_lose_nothing():
    rules = crowded(daily("06:00-08:00"), daily("09:30-14:00"), room=2)
    assert compiled(rules).losses == ()
    assert compiled(rules).next_change_at is None


def test_always_needs_no_room():
    rules = crowded(DAILY_ALL, daily("09:30-14:00"), room=1)
    assert len(compiled(rules).users) == 2
    assert compiled(rules).losses == ()
    assert [user.grants for user in compiled(replace(rules, devices={1: gym(schedules=0)})).users] == [ALWAYS]


def test_half_a_night_may_find_no_room():
    door = compiled(anna(daily("22:00-06:00"), device=gym(schedules=1)))
    assert hours(door) == ["daily 22:00-23:59"]
    assert [len(user.grants) for user in door.users] == [1]
    assert door.losses[0].text == "This door holds 1 schedule: daily 00:00-06:00 waits until a nearer one ends."
    assert door.next_change_at == local("2026-11-20 22:00")


def test_spans_compete_by_their_beginning():
    soon, late = span(NOW + HOUR, NOW + 2 * HOUR), span(NOW + 3 * HOUR, NOW + 4 * HOUR)
    rules = crowded(late, soon, room=1)
    assert [user.holder_id for user in compiled(rules).users] == [2]
    assert compiled(rules).next_change_at == NOW + HOUR
    assert compiled(rules).losses[0].text == (
        "This door holds 1 schedule: 2026-11-20 13:00 to 2026-11-20 14:00 waits until a nearer one ends."
    )
    assert [user.holder_id for user in compiled(rules, NOW + 2 * HOUR).users] == [1]


def test_a_span_that_is_over_for_the_door_gives_way():
    """Its last half minute cannot be held; it must not keep a place by never opening again."""
    ending, later = span(NOW - HOUR, NOW + timedelta(seconds=30)), span(NOW + HOUR, NOW + 2 * HOUR)
    rules = crowded(ending, later, room=1)
    assert [user.holder_id for user in compiled(rules).users] == [2]


def test_of_schedules_that_are_all_open_the_choice_is_stable():
    windows = [daily(f"0{hour}:00-18:00") for hour in range(6)]
    door = compiled(crowded(*windows, room=3))
    kept = {one.key for one in door.schedules}
    everything = sorted(one.key for one in compiled(crowded(*windows, room=6)).schedules)
    assert sorted(kept) == everything[:3]
    assert len(door.losses) == 3
    assert door.next_change_at == local("2026-11-20 18:00")


def test_losses_are_in_order():
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({1})), Group(2, "Day", (daily("08:00-18:00"),), frozenset({1}))]
    holders = [
        Holder(number, f"P{number}", True, frozenset({1, 2} - {1} if number == 9 else {1})) for number in (9, 4, 3, 2)
    ]
    credentials = [pin(10 * h.id + i, h.id) for h in holders for i in (0, 1)]
    rules = community(groups=groups, holders=holders, credentials=credentials, devices=[gym(users=1, schedules=0)])
    assert [(loss.code, loss.holder_id) for loss in compiled(rules).losses] == [
        ("pins", 2),
        ("pins", 3),
        ("pins", 4),
        ("schedules", None),
        ("users", None),
        ("users", 3),
        ("users", 4),
    ]


@pytest.mark.edge(24)
@pytest.mark.parametrize("machine", ["America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_the_zone_of_the_machine_does_not_matter(machine, monkeypatch):
    back = utc("2026-10-25 01:00")
    stay = span(back - 3 * HOUR, back + timedelta(minutes=10))
    rules = anna(stay, WORK, daily("02:30-03:30"), credentials=[pin(1, until=back), card(2)], device=gym(schedules=3))
    ats = [back + timedelta(minutes=minutes) for minutes in range(-600, 600, 50)]
    doors = [compiled(rules, at) for at in ats]
    try:
        with monkeypatch.context() as patch:
            patch.setenv("TZ", machine)
            tzset()
            assert [compiled(rules, at) for at in ats] == doors
    finally:
        tzset()


# Many doors


def test_doors_with_the_same_rights_share_their_records():
    relays = [gym_relay(relay_id=number, device_id=number) for number in (1, 2)]
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({1, 2}))]
    holder = Holder(1, "Anna", True, frozenset({1}))
    rules = community(
        groups=groups, holders=[holder], credentials=[pin(1)], relays=relays, devices=[gym(), Device(2, "Pool", 5)]
    )
    shared = prepare(rules)
    first, second = (compile_device(shared, device, NOW) for device in (1, 2))
    assert first.users[0] is second.users[0]
    assert [compile_device(rules, device, NOW) for device in (1, 2)] == [first, second]


def test_groups_for_other_doors_do_not_scatter_the_people_of_this_one():
    groups = [
        Group(1, "All", (DAILY_ALL,), frozenset({1, 2})),
        Group(2, "Day", (WORK,), frozenset({1})),
        *(Group(number, f"Home {number}", (DAILY_ALL,), frozenset({3})) for number in (11, 12, 13, 14, 15)),
    ]
    memberships = {1: {1, 11}, 2: {1, 12}, 3: {1, 2, 13}, 4: {1, 14}, 5: {15}, 6: {1, 11}}
    holders = [Holder(number, f"P{number}", True, frozenset(mine)) for number, mine in memberships.items()]
    credentials = [
        pin(10, 1),
        card(20, 2),
        pin(30, 3),
        pin(40, 4),
        pin(41, 4),
        card(42, 4, until=NOW + HOUR),
        pin(50, 5),
    ]
    credentials += [pin(60, 6), pin(61, 6)]
    relays = [gym_relay(relay_id=number, device_id=number) for number in (1, 2, 3)]
    devices = [Device(1, "Gate", 50), Device(2, "Lobby", 50), Device(3, "Home", 50)]
    rules = community(groups=groups, holders=holders, credentials=credentials, relays=relays, devices=devices)
    shared = prepare(rules)
    gate, lobby, home = (compile_device(shared, device, NOW) for device in (1, 2, 3))
    assert [(user.key, user.pin, len(user.cards), len(user.grants)) for user in gate.users] == [
        ("SP1-1", "0010", 0, 1),
        ("SP2-1", None, 1, 1),
        ("SP3-1", "0030", 0, 1),
        ("SP4-1", "0040", 0, 1),
        ("SP4-2", None, 1, 1),
        ("SP6-1", "0060", 0, 1),
    ]
    assert [(loss.code, loss.holder_id) for loss in gate.losses] == [("pins", 4), ("pins", 6)]
    assert [user.holder_id for user in home.users] == [1, 2, 3, 4, 4, 5, 6]
    assert lobby.users == gate.users
    assert [compile_device(rules, device, NOW) for device in (1, 2, 3)] == [gate, lobby, home]
    again = compile_device(shared, 1, NOW)
    assert [one is other for one, other in zip(again.users, gate.users, strict=True)][:3] == [True, True, True]


def test_people_with_and_without_dates_stay_together_with_their_hours():
    groups = [
        Group(1, "Day", (WORK,), frozenset({1})),
        *(Group(number, f"Home {number}", (DAILY_ALL,), frozenset({9})) for number in (11, 12, 13)),
    ]
    holders = [Holder(number, f"P{number}", True, frozenset({1, 10 + number})) for number in (1, 2, 3)]
    for credentials in (
        [pin(1, 1), pin(2, 2, until=NOW + HOUR), pin(3, 3, until=NOW + HOUR)],
        [pin(1, 1, until=NOW + HOUR), pin(2, 2, until=NOW + HOUR), pin(3, 3)],
        [pin(1, 1), card(2, 2), card(3, 3, until=NOW)],
    ):
        door = compiled(community(groups=groups, holders=holders, credentials=credentials))
        there = [1, 2] if credentials[2].valid_to == NOW else [1, 2, 3]
        assert [user.holder_id for user in door.users] == there
        assert {user.grants for user in door.users} == {((door.schedules[0].key, (1,)),)}


def test_one_preparation_serves_any_instant():
    shared = prepare(anna(span(NOW, NOW + HOUR)))
    doors = [compile_device(shared, 1, at) for at in (NOW, NOW + HOUR, NOW - 2 * DAY, NOW)]
    assert [len(door.users) for door in doors] == [1, 0, 0, 1]


def test_records_kept_for_other_doors_are_bounded(monkeypatch):
    monkeypatch.setattr(prepared, "KEPT_USERS", 5)
    shared = prepare(many(2))
    ((_, crowd),) = shared.crowds_at(1)

    def users(number):
        grants = (("always", (number,)),)
        return shared.plain_users(crowd, grants, grants, 4)

    first = users(1)
    users(2)
    users(3)
    assert users(1) is first
    users(4)  # six records are more than five: all are forgotten
    assert users(1) == first
    assert users(1) is not first


def test_a_door_in_the_far_past_and_future():
    for at in (datetime(1999, 12, 31, tzinfo=UTC), datetime(2400, 2, 29, tzinfo=UTC)):
        rules = anna(WORK, span(at, at + HOUR), credentials=[pin(1, until=at + HOUR)])
        assert decide(rules, 1, 1, at).allowed
        assert compiled(rules, at).next_change_at == at + HOUR
