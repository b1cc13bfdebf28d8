"""What would let somebody in, whom else it would let in, and who may open what (SYNC-05, SYNC-06)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from access_oracle import may_open
from access_strategies import cases
from access_world import (
    BOTH,
    DAILY_ALL,
    PIN,
    SA,
    SU,
    TH,
    TU,
    admitted,
    card,
    community,
    daily,
    gym_relay,
    local,
    pin,
    span,
    weekly,
)
from hypothesis import HealthCheck, given, settings

from backend.domain.access.brief import brief
from backend.domain.access.decide import decide
from backend.domain.access.reach import open_minutes, reach
from backend.domain.access.remedies import Remedy, Way, applied, hours_in_words, remedies
from backend.domain.access.results import Reason
from backend.domain.access.rules import ALL_DAY_END, Credential, Device, Group, Holder, Relay, Rules
from backend.domain.access.who import who
from backend.domain.access.windows import is_open
from backend.domain.enums import CredentialKind, CredentialStatus

pytestmark = pytest.mark.feature("SYNC-05")

QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SUNDAY = local("2026-11-22T10:41:30")
GYM, POOL = 1, 2


def rules_of(*groups: Group, anna: Holder | None = None, **more: object) -> Rules:
    """Anna (1) with a PIN and a card, Ben (2) and Cid (3) with a card each; a gym and a pool."""
    people = [anna or Holder(1, "Anna", True, frozenset({7}))]
    people += [Holder(2, "Ben", True, frozenset({7})), Holder(3, "Cid", True, frozenset({8}))]
    values = {
        "groups": groups,
        "holders": people,
        "credentials": [pin(11), card(12), card(21, holder=2), card(31, holder=3)],
        "relays": [gym_relay(BOTH), Relay(POOL, 1, 2, "Pool", BOTH)],
        **more,
    }
    return community(**values)


DAY = Group(7, "Gym Day", (weekly({SU}, "08:00-10:00"),), frozenset({GYM, POOL}))
WEEKEND = Group(8, "Gym Weekend", (weekly({SA, SU}, "08:00-22:00"),), frozenset({GYM}))


def test_outside_hours_joining_or_an_hour_more_would_do_and_others_are_named():
    rules = rules_of(DAY, WEEKEND)
    joined, widened = remedies(rules, 1, GYM, SUNDAY)
    assert (joined.way, joined.group_id, joined.others) == (Way.JOIN, 8, ())
    assert joined.door_hours == 28 - 2
    assert (widened.way, widened.group_id, widened.others) == (Way.HOURS, 7, (2,))
    assert widened.door_hours == 2, "an hour at each of two doors"
    assert hours_in_words(rules, DAY, widened.window) == "Sunday until 11:00"


@pytest.mark.parametrize(
    ("hours", "at", "words"),
    [
        (weekly({SU}, "08:00-10:30"), "2026-11-22T10:41", "Sunday until 11:00"),
        (weekly({SU}, "08:00-10:30"), "2026-11-22T10:30", "Sunday until 11:00"),
        (weekly({SU}, "11:00-12:00"), "2026-11-22T10:41", "Sunday from 10:00"),
        (weekly({SA}, "08:00-10:00"), "2026-11-22T10:41", "also Su 10:00-11:00"),
        (daily("08:00-18:00"), "2026-11-22T23:41", "also Su 23:00-23:59"),
        (weekly({SU}, "08:00-23:20"), "2026-11-22T23:41", "Sunday until 24:00"),
        (span(local("2026-11-20T08:00"), local("2026-11-21T08:00")), "2026-11-22T10:41",
         "also 2026-11-22 10:00 to 2026-11-22 11:00"),
    ],
)  # fmt: skip
def test_the_hour_is_said_by_the_hours_it_joins(hours, at, words):
    group = Group(7, "Gym Day", (hours,), frozenset({GYM}))
    rules = rules_of(group)
    (remedy,) = remedies(rules, 1, GYM, local(at))
    assert hours_in_words(rules, group, remedy.window) == words


@pytest.mark.edge("28")
def test_the_last_hour_of_a_day_has_its_last_minute():
    group = Group(7, "Gym Day", (daily("08:00-18:00"),), frozenset({GYM}))
    (remedy,) = remedies(rules_of(group), 1, GYM, local("2026-11-22T23:59:59"))
    assert remedy.window.end == ALL_DAY_END
    assert is_open(remedy.window, local("2026-11-22T23:59:59"), "Europe/Berlin")


def test_a_holiday_is_not_widened_away():
    closed = replace(daily("08:00-18:00"), closed=((SUNDAY.date(), SUNDAY.date()),))
    rules = rules_of(Group(7, "Gym Day", (closed,), frozenset({GYM})))
    assert remedies(rules, 1, GYM, local("2026-11-22T20:10")) == ()


def test_without_a_code_one_is_given_and_nobody_else_gains():
    rules = rules_of(Group(7, "Gym", (DAILY_ALL,), frozenset({GYM})), credentials=[card(21, holder=2)])
    (remedy,) = remedies(rules, 1, GYM, SUNDAY)
    assert (remedy.way, remedy.kinds, remedy.others) == (Way.CODE, (PIN, CredentialKind.CARD), ())
    assert remedy.door_hours == 7 * 24


def test_a_method_that_is_off_lets_in_whoever_has_only_that():
    rules = rules_of(Group(7, "Gym", (DAILY_ALL,), frozenset({GYM})), relays=[gym_relay({PIN})],
                     credentials=[card(12), card(21, holder=2), card(31, holder=3)])  # fmt: skip
    code, method = remedies(rules, 1, GYM, SUNDAY)
    assert (code.way, code.kinds) == (Way.CODE, (PIN,))
    assert [one.kind for one in applied(rules, 1, code).credentials[1]] == [CredentialKind.CARD, PIN]
    assert (method.way, method.kinds, method.others) == (Way.METHOD, (CredentialKind.CARD,), (2,))


def test_suspensions_are_ended_one_at_a_time():
    gym = Group(7, "Gym", (DAILY_ALL,), frozenset({GYM}))
    away = Holder(1, "Anna", False, frozenset({7}))
    (remedy,) = remedies(rules_of(gym, anna=away), 1, GYM, SUNDAY)
    assert remedy.way is Way.PERSON
    assert remedy.door_hours == 7 * 24, "nothing opens to whoever is suspended"
    suspended = pin(11, status=CredentialStatus.SUSPENDED)
    found = remedies(rules_of(gym, credentials=[suspended]), 1, GYM, SUNDAY)
    assert [one.way for one in found] == [Way.CODE, Way.CREDENTIAL]
    assert found[1].kinds == (PIN,)
    assert remedies(rules_of(gym, anna=away, credentials=[suspended]), 1, GYM, SUNDAY) == (), "twice in the way"


def test_of_several_suspended_codes_the_first_alone_comes_back():
    gym = Group(7, "Gym", (DAILY_ALL,), frozenset({GYM}))
    suspended = [pin(11, status=CredentialStatus.SUSPENDED), card(12, status=CredentialStatus.SUSPENDED)]
    rules = rules_of(gym, credentials=suspended)
    _, remedy = remedies(rules, 1, GYM, SUNDAY)
    assert remedy.credential_id == 11
    after = applied(rules, 1, remedy).credentials[1]
    assert [one.status for one in after] == [CredentialStatus.ACTIVE, CredentialStatus.SUSPENDED]


def test_hours_that_are_fixed_stand_and_other_groups_are_still_tried():
    early, late = replace(DAY, id=5), replace(DAY, id=6)
    rules = rules_of(early, late, WEEKEND, anna=Holder(1, "Anna", True, frozenset({5, 6})))
    widened, joined = remedies(rules, 1, GYM, SUNDAY, fixed=frozenset({5, 8}))
    assert (joined.way, joined.group_id) == (Way.JOIN, 8), "its hours are fixed, not who is in it"
    assert (widened.way, widened.group_id) == (Way.HOURS, 6)


def test_a_group_that_is_closed_that_day_is_passed_over():
    closed = replace(daily("08:00-18:00"), closed=((SUNDAY.date(), SUNDAY.date()),))
    groups = (
        Group(5, "Gym Day", (closed,), frozenset({GYM})),
        Group(6, "Gym", (daily("08:00-18:00"),), frozenset({GYM})),
    )
    rules = rules_of(*groups, anna=Holder(1, "Anna", True, frozenset({5, 6})))
    (remedy,) = remedies(rules, 1, GYM, local("2026-11-22T20:10"))
    assert (remedy.way, remedy.group_id) == (Way.HOURS, 6)


def test_the_first_group_of_a_community_is_joined_and_widened_like_any_other():
    day, weekend = replace(DAY, id=1), replace(WEEKEND, id=1)
    (widened,) = remedies(rules_of(day, anna=Holder(1, "Anna", True, frozenset({1}))), 1, GYM, SUNDAY)
    assert (widened.way, widened.group_id) == (Way.HOURS, 1)
    (joined,) = remedies(rules_of(weekend), 1, GYM, SUNDAY)
    assert (joined.way, joined.group_id) == (Way.JOIN, 1)


def test_rights_of_ones_own_and_groups_without_hours_are_not_widened():
    own = Group(-1, "Anna", (weekly({SU}, "08:00-10:00"),), frozenset({GYM}))
    rules = rules_of(own, WEEKEND, anna=Holder(1, "Anna", True, frozenset({-1})))
    (joined,) = remedies(rules, 1, GYM, SUNDAY)
    assert (joined.way, joined.group_id) == (Way.JOIN, 8), "a resident with rights of their own can join a group"
    assert remedies(rules_of(Group(7, "Gym", (), frozenset({GYM}))), 1, GYM, SUNDAY) == ()


def test_staff_without_hours_of_their_own_join_groups():
    staff = Holder(1, "Jan", True, frozenset({7}), resident=False)
    assert [one.way for one in remedies(rules_of(DAY, WEEKEND, anna=staff), 1, GYM, SUNDAY)] == [Way.JOIN, Way.HOURS]


def test_an_hour_between_two_spans_fills_the_gap_to_the_minute():
    hours = (weekly({SU}, "08:00-10:30"), weekly({SU}, "10:45-12:00"))
    (remedy,) = remedies(rules_of(Group(7, "Gym Day", hours, frozenset({GYM}))), 1, GYM, SUNDAY)
    assert remedy.window == weekly({SU}, "10:30-10:45")


def test_an_hour_that_comes_once_begins_with_the_hour():
    once = span(local("2026-11-20T08:00"), local("2026-11-21T08:00"))
    group = Group(7, "Gym Day", (once,), frozenset({GYM}))
    (remedy,) = remedies(rules_of(group), 1, GYM, SUNDAY.replace(microsecond=5))
    assert remedy.window == span(local("2026-11-22T10:00"), local("2026-11-22T11:00"))


def test_an_hour_is_said_without_the_holidays_that_close_it():
    elsewhen = SUNDAY.date() + timedelta(days=9)
    group = Group(
        7, "Gym Day", (replace(weekly({SA}, "08:00-10:00"), closed=((elsewhen, elsewhen),)),), frozenset({GYM})
    )
    rules = rules_of(group)
    (remedy,) = remedies(rules, 1, GYM, SUNDAY)
    assert remedy.window.closed == ((elsewhen, elsewhen),)
    assert hours_in_words(rules, group, remedy.window) == "also Su 10:00-11:00"


@pytest.mark.edge("45")
def test_hours_at_private_doors_do_not_count_for_residents_of_only_public_area():
    everywhere = Group(8, "Gym Weekend", (weekly({SA, SU}, "08:00-22:00"),), frozenset({GYM, POOL}))
    more = {
        "devices": [Device(1, "Gym", 1000), Device(2, "Pool", 1000, public=False)],
        "relays": [gym_relay(BOTH), Relay(POOL, 2, 1, "Pool", BOTH)],
        "only_public_area": True,
    }
    (joined,) = remedies(rules_of(everywhere, **more), 1, GYM, SUNDAY)
    assert joined.door_hours == 28
    staff = Holder(1, "Jan", True, frozenset(), resident=False)
    (joined,) = remedies(rules_of(everywhere, anna=staff, **more), 1, GYM, SUNDAY)
    assert joined.door_hours == 2 * 28


def test_a_temporary_key_is_not_put_into_groups():
    key = Holder(1, "Plumber", True, frozenset({-1}), resident=False)
    own = Group(-1, "Temporary key", (daily("08:00-10:00"),), frozenset({GYM}))
    assert remedies(rules_of(own, WEEKEND, anna=key), 1, GYM, SUNDAY) == ()


def test_whoever_may_enter_needs_nothing():
    assert remedies(rules_of(DAY), 1, GYM, SUNDAY - timedelta(hours=1)) == ()
    assert remedies(rules_of(DAY), 99, GYM, SUNDAY) == ()
    assert remedies(rules_of(DAY), 1, 99, SUNDAY) == ()


@given(cases(whole=False))
@QUICK
def test_each_remedy_lets_in_whom_it_should_and_exactly_the_others_it_names(case):
    rules, at = case
    for holder_id in rules.holders:
        for relay_id in rules.relays:
            found = remedies(rules, holder_id, relay_id, at)
            assert len(found) <= 3
            assert found == tuple(sorted(found, key=lambda one: (len(one.others), one.door_hours)))
            for remedy in found:
                check(rules, holder_id, relay_id, at, remedy)


def check(rules, holder_id, relay_id, at, remedy: Remedy):
    after = applied(rules, holder_id, remedy)
    assert not any(may_open(rules, one, relay_id, at) for one in rules.credentials.get(holder_id, ()))
    assert any(decide(after, one, relay_id, at).allowed for one in after.credentials[holder_id])
    gained = {one for one in rules.holders if doors_of(after, one, at) - doors_of(rules, one, at)}
    assert gained - {holder_id} == set(remedy.others)
    assert all(doors_of(rules, one, at) <= doors_of(after, one, at) for one in rules.holders)


def doors_of(rules: Rules, holder_id, at) -> set[int]:
    owned = rules.credentials.get(holder_id, ())
    return {relay_id for relay_id in rules.relays for one in owned if may_open(rules, one, relay_id, at)}


@pytest.mark.feature("SYNC-06")
@given(cases(whole=False))
@QUICK
def test_who_and_reach_say_what_decide_says(case):
    rules, at = case
    for relay_id in rules.relays:
        for holder_id, one in who(rules, relay_id, at).items():
            owned = [c for c in rules.credentials[holder_id] if decide(rules, c, relay_id, at).allowed]
            assert {c.kind for c in owned} == one.kinds
            assert {decide(rules, c, relay_id, at).group_id for c in owned} == {one.group_id}
    for holder_id in rules.holders:
        doors = reach(rules, holder_id, at, rules.relays)
        assert {door.relay_id for door in doors if door.allowed} == {
            relay_id for relay_id in rules.relays if holder_id in admitted(rules, relay_id, at)
        }


@pytest.mark.feature("SYNC-06")
def test_reach_lists_the_doors_of_the_groups_with_hours_and_next_opening():
    gym, pool = reach(rules_of(DAY, WEEKEND, anna=Holder(1, "Anna", True, frozenset({7, 8}))), 1, SUNDAY)
    assert (gym.relay_id, gym.allowed, gym.group_id) == (GYM, True, 8)
    assert gym.hours == "Su 08:00-10:00; Sa Su 08:00-22:00"
    assert (pool.allowed, pool.group_id, pool.kinds) == (False, 7, frozenset())
    assert pool.opens_next == local("2026-11-29T08:00")
    (only,) = reach(rules_of(DAY), 3, SUNDAY, [GYM])
    assert (only.allowed, only.group_id, only.sentence) == (False, None, "No group of Cid opens Gym, Relay 1.")
    assert decide(rules_of(DAY), 31, GYM, SUNDAY).reason is Reason.NO_GROUP
    assert reach(rules_of(DAY), 99, SUNDAY) == []


@pytest.mark.feature("SYNC-06")
@given(cases(whole=True))
@QUICK
def test_the_strip_of_a_day_is_open_where_a_group_is(case):
    rules, at = case
    for holder in rules.holders.values():
        for relay_id in rules.relays:
            day = open_minutes(rules, holder.id, relay_id, at)
            groups = [rules.groups[one] for one in holder.groups if one in rules.groups]
            inside = any(
                is_open(window, at, rules.zone)
                for group in groups
                if relay_id in group.relays
                for window in group.windows
            )
            minute = at.astimezone(zone_of(rules))
            told = any(start <= minute.hour * 60 + minute.minute < end for start, end in day)
            assert told or not inside
            assert all(0 <= start < end <= 1440 for start, end in day)


WINTER = local("2026-12-02T12:00")
"""A Wednesday."""


@pytest.mark.feature("SYNC-06")
@pytest.mark.parametrize(
    ("window", "minutes"),
    [
        (daily("08:00-22:00"), ((480, 1320),)),
        (daily("00:00-23:59"), ((0, 1440),)),
        (daily("22:00-06:00"), ((0, 360), (1320, 1440))),
        (weekly({TU}, "22:00-06:00"), ((0, 360),)),
        (weekly({TH}, "08:00-10:00"), ()),
        (span(local("2026-12-02T10:30"), local("2026-12-02T12:00:30")), ((630, 720),)),
        (span(local("2026-12-01T10:30"), local("2026-12-03T12:00")), ((0, 1440),)),
        (span(None, local("2026-12-02T07:15")), ((0, 435),)),
        (span(local("2026-12-02T07:15"), None), ((435, 1440),)),
        (span(None, local("2026-12-01T23:00")), ()),
        (span(local("2026-12-03T00:00"), None), ()),
        (replace(DAILY_ALL, closed=((date(2026, 12, 2), date(2026, 12, 2)),)), ()),
        (replace(DAILY_ALL, closed=((date(2026, 12, 2), date(2026, 12, 5)),)), ()),
        (replace(DAILY_ALL, closed=((date(2026, 11, 28), date(2026, 12, 2)),)), ()),
        (replace(DAILY_ALL, closed=((date(2026, 12, 1), date(2026, 12, 1)),)), ((0, 1440),)),
    ],
)
def test_the_strip_of_a_day_has_the_minutes_of_its_hours(window, minutes):
    rules = rules_of(Group(7, "Some", (window,), frozenset({GYM})))
    assert open_minutes(rules, 1, GYM, WINTER) == minutes
    assert open_minutes(rules, 1, POOL, WINTER) == ()
    assert open_minutes(rules, 99, GYM, WINTER) == ()


def zone_of(rules: Rules):
    from zoneinfo import ZoneInfo

    return ZoneInfo(rules.zone)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ((daily("08:00-22:00"),), "outside Day 08-22"),
        ((weekly(range(5), "08:00-17:30"),), "outside Day Mo-Fr 08-17:30"),
        ((weekly({0, 1, 2, 4}, "08:00-17:30"),), "outside Day Mo-We Fr 08-17:30"),
        ((weekly({SU}, "12:00-13:00"), weekly({SA}, "12:00-13:00")), "outside Day"),
        ((span(None, local("2026-11-01T08:00")),), "outside Day"),
        ((), "Day has no hours"),
    ],
)
def test_a_refusal_in_a_few_words_names_group_and_hours(hours, words):
    rules = rules_of(Group(7, "Day", hours, frozenset({GYM})))
    assert brief(rules, [pin(11)], GYM, local("2026-11-22T22:30")) == words


def test_other_refusals_in_a_few_words():
    day = Group(7, "Day", (DAILY_ALL,), frozenset({GYM}))
    rules = rules_of(day, relays=[gym_relay({PIN})])
    assert brief(rules, [card(12)], GYM, SUNDAY) == "takes no cards"
    assert brief(rules, [], GYM, SUNDAY) == "no such code"
    face = Credential(13, 1, CredentialKind.FACE, "")
    assert (
        brief(rules, [card(12), face], GYM, SUNDAY) == brief(rules, [face, card(12)], GYM, SUNDAY) == "takes no cards"
    )
    assert brief(rules, [pin(11), card(12)], GYM, SUNDAY) == "the door alone"
    assert brief(rules, [pin(11, until=SUNDAY)], GYM, SUNDAY) == "not valid any more"
    assert brief(rules, [pin(11, status=CredentialStatus.GONE), card(12)], GYM, SUNDAY) == "takes no cards"
