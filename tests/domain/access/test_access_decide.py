"""The truth: every reason, in its order, with its edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from access_world import (
    BERLIN,
    BOTH,
    CARD,
    DAILY_ALL,
    PIN,
    admitted,
    anna,
    card,
    community,
    daily,
    gym_relay,
    local,
    pin,
    span,
    utc,
)

from backend.domain.access.decide import decide
from backend.domain.access.results import Decision, Reason
from backend.domain.access.rules import Group, Holder
from backend.domain.enums import CredentialKind, CredentialStatus
from backend.domain.errors import Invalid

NOW = utc("2026-11-20 10:00")
SECOND = timedelta(seconds=1)


def reason(rules, credential=1, relay=1, at=NOW):
    decision = decide(rules, credential, relay, at)
    assert decision.allowed is (decision.reason is Reason.GRANTED)
    return decision.reason


def test_granted_names_the_group():
    assert decide(anna(DAILY_ALL), 1, 1, NOW) == Decision(True, Reason.GRANTED, 1)
    assert decide(anna(DAILY_ALL), pin(1), 1, NOW) == Decision(True, Reason.GRANTED, 1)


def test_an_unknown_credential_or_holder():
    assert decide(anna(DAILY_ALL), 2, 1, NOW) == Decision(False, Reason.NO_CREDENTIAL)
    assert decide(anna(DAILY_ALL), pin(1, holder=9), 1, NOW) == Decision(False, Reason.NO_CREDENTIAL)
    orphan = anna(DAILY_ALL, credentials=[pin(1), pin(2, holder=9)])
    assert reason(orphan, 2) is Reason.NO_CREDENTIAL


def test_a_credential_is_found_among_many():
    rules = anna(DAILY_ALL, credentials=[pin(1), card(2), card(3, status=CredentialStatus.SUSPENDED)])
    assert [reason(rules, number) for number in (1, 2, 3)] == [
        Reason.GRANTED,
        Reason.GRANTED,
        Reason.CREDENTIAL_SUSPENDED,
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (CredentialStatus.ACTIVE, Reason.GRANTED),
        (CredentialStatus.SCHEDULED, Reason.GRANTED),
        (CredentialStatus.SUSPENDED, Reason.CREDENTIAL_SUSPENDED),
        (CredentialStatus.COOLING, Reason.CREDENTIAL_GONE),
        (CredentialStatus.GONE, Reason.CREDENTIAL_GONE),
    ],
)
def test_the_state_of_the_credential(status, expected):
    assert reason(anna(DAILY_ALL, credentials=[pin(1, status=status)])) is expected


def test_validity_is_from_inclusive_to_exclusive():
    for status in (CredentialStatus.ACTIVE, CredentialStatus.SCHEDULED):
        rules = anna(DAILY_ALL, credentials=[pin(1, status=status, since=NOW, until=NOW + SECOND)])
        assert reason(rules, at=NOW - SECOND) is Reason.NOT_YET_VALID
        assert reason(rules, at=NOW) is Reason.GRANTED
        assert reason(rules, at=NOW + SECOND) is Reason.NO_LONGER_VALID


@pytest.mark.edge(48)
def test_a_relay_that_does_not_take_pins_refuses_them_though_the_group_has_it():
    rules = anna(DAILY_ALL, credentials=[pin(1), card(2)], relay=gym_relay(frozenset({CARD})))
    assert decide(rules, 1, 1, NOW) == Decision(False, Reason.METHOD_OFF)
    assert reason(rules, 2) is Reason.GRANTED


def test_faces_are_decided_like_the_rest():
    face = replace(pin(1), kind=CredentialKind.FACE)
    assert reason(anna(DAILY_ALL), face) is Reason.METHOD_OFF
    assert reason(anna(DAILY_ALL, relay=gym_relay(frozenset({CredentialKind.FACE}))), face) is Reason.GRANTED


def test_a_relay_nobody_knows_takes_nothing():
    assert decide(anna(DAILY_ALL), 1, 7, NOW) == Decision(False, Reason.METHOD_OFF)


def test_no_group_has_the_relay():
    rules = anna(DAILY_ALL)
    assert decide(replace(rules, groups={}), 1, 1, NOW) == Decision(False, Reason.NO_GROUP)
    elsewhere = Group(1, "Gym Day", (DAILY_ALL,), frozenset({2}))
    assert reason(replace(rules, groups={1: elsewhere})) is Reason.NO_GROUP
    nobody = Holder(1, "Anna Kowalska", True, frozenset())
    assert reason(replace(rules, holders={1: nobody})) is Reason.NO_GROUP


def test_outside_its_hours_names_the_lowest_group():
    groups = [Group(number, f"G{number}", (daily("01:00-02:00"),), frozenset({1})) for number in (3, 2)]
    holder = Holder(1, "Anna", True, frozenset({3, 2}))
    rules = community(groups=groups, holders=[holder], credentials=[pin(1)])
    assert decide(rules, 1, 1, NOW) == Decision(False, Reason.OUTSIDE_WINDOW, 2)


def test_rights_are_the_union_of_groups_and_windows():
    groups = [
        Group(1, "Morning", (daily("06:00-08:00"), daily("09:00-10:00")), frozenset({1})),
        Group(2, "Noon", (daily("12:00-13:00"),), frozenset({1})),
        Group(3, "All day elsewhere", (DAILY_ALL,), frozenset({2})),
        Group(4, "Noon too", (daily("12:00-13:00"),), frozenset({1})),
    ]
    holder = Holder(1, "Anna", True, frozenset({1, 2, 3, 4, 99}))
    rules = community(groups=groups, holders=[holder], credentials=[pin(1)])
    answers = [decide(rules, 1, 1, local(f"2026-11-20 {hour}:30")) for hour in ("07", "08", "09", "12", "13")]
    assert [answer.group_id for answer in answers] == [1, 1, 1, 2, 1]
    assert [answer.allowed for answer in answers] == [True, False, True, True, False]


def test_a_group_without_windows_opens_nothing():
    assert decide(anna(), 1, 1, NOW) == Decision(False, Reason.OUTSIDE_WINDOW, 1)


def test_the_first_broken_check_is_the_answer():
    """Everything is wrong at first; then one thing after the other is put right."""
    shut = daily("01:00-02:00")
    broken = pin(1, status=CredentialStatus.GONE, since=NOW + SECOND, until=NOW)
    rules = anna(shut, credentials=[broken], active=False, relay=gym_relay(frozenset()))
    rules = replace(rules, groups={1: Group(1, "Gym Day", (shut,), frozenset())}, only_public_area=True)
    rules = replace(rules, devices={1: replace(rules.devices[1], public=False)})
    reasons = [reason(rules, 2), reason(rules)]
    rules = replace(rules, holders={1: replace(rules.holders[1], active=True)})
    reasons.append(reason(rules))
    reasons += [reason(rules, replace(broken, status=CredentialStatus.SUSPENDED))]
    broken = replace(broken, status=CredentialStatus.ACTIVE)
    reasons += [reason(rules, broken), reason(rules, replace(broken, valid_from=None))]
    good = replace(broken, valid_from=None, valid_to=None)
    reasons.append(reason(rules, good))
    rules = replace(rules, relays={1: gym_relay()})
    reasons.append(reason(rules, good))
    rules = replace(rules, only_public_area=False)
    reasons.append(reason(rules, good))
    rules = replace(rules, groups={1: Group(1, "Gym Day", (shut,), frozenset({1}))})
    reasons.append(reason(rules, good))
    rules = replace(rules, groups={1: Group(1, "Gym Day", (DAILY_ALL,), frozenset({1}))})
    reasons.append(reason(rules, good))
    assert reasons == [*list(Reason)[1:], Reason.GRANTED]


@pytest.mark.edge(24)
def test_hours_are_read_in_the_zone_of_the_rules():
    at = local("2026-11-20 08:30")
    assert reason(anna(daily("08:00-09:00"), zone=BERLIN), at=at) is Reason.GRANTED
    assert reason(anna(daily("08:00-09:00"), zone="UTC"), at=at) is Reason.OUTSIDE_WINDOW
    with pytest.raises(Invalid):
        reason(anna(daily("08:00-09:00"), zone="Nowhere"), at=at)


@pytest.mark.feature("SYNC-06")
def test_who_can_open_a_door():
    groups = [
        Group(1, "Always", (DAILY_ALL,), frozenset({1})),
        Group(2, "Closed now", (span(NOW + SECOND, None),), frozenset({1})),
        Group(3, "Other door", (DAILY_ALL,), frozenset({2})),
        Group(4, "Other door, later", (span(NOW + SECOND, None),), frozenset({1, 2})),
    ]
    holders = [
        Holder(8, "Two groups", True, frozenset({1, 2})),
        Holder(3, "Member", True, frozenset({1})),
        Holder(4, "Suspended", False, frozenset({1})),
        Holder(5, "Later", True, frozenset({2, 99})),
        Holder(6, "No credential", True, frozenset({1})),
        Holder(7, "Card only", True, frozenset({1})),
        Holder(9, "Expired", True, frozenset({1})),
        Holder(10, "Elsewhere", True, frozenset({3, 4})),
        Holder(11, "One of two", True, frozenset({1})),
    ]
    credentials = [
        *(pin(holder.id, holder.id) for holder in holders if holder.id not in {6, 7, 9}),
        card(70, 7),
        pin(90, 9, until=NOW),
        card(110, 11),
    ]
    rules = community(groups=groups, holders=holders, credentials=credentials, relays=[gym_relay(frozenset({PIN}))])
    assert admitted(rules, 1, NOW) == [3, 8, 11]
    assert admitted(rules, 1, NOW + SECOND) == [3, 5, 8, 10, 11]
    assert admitted(replace(rules, relays={1: gym_relay(BOTH)}), 1, NOW) == [3, 7, 8, 11]
    assert admitted(rules, 99, NOW) == []
