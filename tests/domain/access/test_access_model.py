"""Random communities against a second reading of the rules and of the device."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from access_oracle import door_allows, held_open, may_open, window_open
from access_strategies import cases, window_cases
from access_world import admitted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.access.compile import compile_device
from backend.domain.access.decide import decide
from backend.domain.access.explain import explain
from backend.domain.access.plan import plan
from backend.domain.access.prepared import prepare
from backend.domain.access.results import Compiled
from backend.domain.access.rules import Credential, Rules
from backend.domain.access.windows import is_open, next_edge
from backend.domain.enums import CredentialKind

QUICK = settings(max_examples=35, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, max_examples=3000, derandomize=False)

MICRO = timedelta(microseconds=1)


def owned(rules: Rules) -> Iterator[Credential]:
    for many in rules.credentials.values():
        yield from many


def probes(rules: Rules, now: datetime, until: datetime | None, seed: int) -> list[datetime]:
    """Instants in [now, until): both ends, every half hour of two days, and some anywhere within ten days."""
    end = min(until, now + timedelta(days=10)) if until else now + timedelta(days=10)
    chance = random.Random(seed)
    near = [now + timedelta(minutes=30 * i) for i in range(1, 100)]
    far = [now + (end - now) * chance.random() for _ in range(30)]
    return [at for at in [now, end - MICRO, *near, *far] if now <= at < end]


def is_newer_face(new: Credential, old: Credential) -> bool:
    """A person has one face: another one stands for it."""
    return old.kind is new.kind is CredentialKind.FACE and old.holder_id == new.holder_id and new.id > old.id


def check_door(rules: Rules, compiled: Compiled, now: datetime, seed: int, *, exactly: bool) -> None:
    relays = [relay for relay in rules.relays.values() if relay.device_id == compiled.device_id]
    written = [credential for credential in owned(rules) if credential.kind.value in {"pin", "card", "face"}]
    replaced = {one.id for one in written for other in written if is_newer_face(other, one)}
    for at in probes(rules, now, compiled.next_change_at, seed):
        for relay in relays:
            stays_open = held_open(compiled, relay.number, at, rules.zone)
            should = rules.devices[relay.device_id].hold_open and any(
                window_open(window, at, rules.zone)
                for group_id in relay.held_by & rules.groups.keys()
                for window in rules.groups[group_id].windows
            )
            assert should or not stays_open, f"{relay} is held open at {at} by no hours"
            if exactly and not compiled.losses:
                assert stays_open == should, f"{relay} is not held open at {at}"
        for credential in written:
            for relay in relays:
                opens = door_allows(compiled, credential, relay.number, at, rules.zone)
                right = may_open(rules, credential, relay.id, at)
                assert right or not opens, f"{credential} opens {relay} at {at} without a right"
                if exactly and not compiled.losses and credential.id not in replaced:
                    assert opens == right, f"{credential} does not open {relay} at {at}"


def door_equals_rules(case: tuple[Rules, datetime], seed: int) -> None:
    rules, now = case
    for device_id in rules.devices:
        check_door(rules, compile_device(rules, device_id, now), now, seed, exactly=True)


def door_never_allows_more(case: tuple[Rules, datetime], seed: int) -> None:
    rules, now = case
    for device_id in rules.devices:
        check_door(rules, compile_device(rules, device_id, now), now, seed, exactly=False)


@pytest.mark.feature("AG-07")
@pytest.mark.edge(25)
@given(cases(whole=True), st.integers(0, 9999))
@QUICK
def test_a_door_without_losses_opens_exactly_when_the_rules_do(case, seed):
    door_equals_rules(case, seed)


@pytest.mark.edge(25)
@given(cases(whole=False), st.integers(0, 9999))
@QUICK
def test_a_door_never_opens_without_a_right(case, seed):
    door_never_allows_more(case, seed)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@given(cases(whole=True), st.integers(0, 9999))
@LONG
def test_many_doors_without_losses_open_exactly_when_the_rules_do(case, seed):
    door_equals_rules(case, seed)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@given(cases(whole=False), st.integers(0, 9999))
@LONG
def test_many_doors_never_open_without_a_right(case, seed):
    door_never_allows_more(case, seed)


@given(cases(whole=False), st.floats(0, 0.999))
@QUICK
def test_what_a_door_should_hold_stays_the_same_until_it_changes(case, part):
    rules, now = case
    for device_id in rules.devices:
        first = compile_device(rules, device_id, now)
        end = first.next_change_at or now + timedelta(days=400)
        assert end > now
        assert compile_device(rules, device_id, now + (end - now) * part) == first
        assert compile_device(rules, device_id, end - MICRO) == first


@given(cases(whole=False), st.randoms(use_true_random=False))
@QUICK
def test_the_order_of_records_does_not_matter(case, chance):
    rules, now = case

    def mixed(mapping):
        keys = list(mapping)
        chance.shuffle(keys)
        return {key: mapping[key] for key in keys}

    other = Rules(
        rules.zone,
        mixed(rules.holders),
        mixed(rules.credentials),
        mixed(rules.groups),
        mixed(rules.relays),
        mixed(rules.devices),
        rules.only_public_area,
    )
    shared = prepare(rules)
    for device_id in rules.devices:
        assert compile_device(shared, device_id, now) == compile_device(other, device_id, now)


@pytest.mark.feature("SYNC-02")
@given(cases(whole=True))
@QUICK
def test_no_change_is_an_empty_plan(case):
    rules, now = case
    doors = {device_id: compile_device(rules, device_id, now) for device_id in rules.devices}
    again = {device_id: compile_device(rules, device_id, now) for device_id in rules.devices}
    assert plan(doors, again, rules.devices) == ()
    later = {
        door.device_id: compile_device(rules, door.device_id, door.next_change_at or now) for door in doors.values()
    }
    planned = {door.device_id: door for door in plan(doors, later, rules.devices)}
    for device_id, door in planned.items():
        assert door.adds or door.removes or door.changes or door.losses or door.holds
        assert doors[device_id] != later[device_id]
    for device_id in doors.keys() - planned.keys():
        assert shown(doors[device_id]) == shown(later[device_id])
        assert doors[device_id].holds == later[device_id].holds


def shown(compiled: Compiled) -> set[tuple[int, str, str | None, tuple[tuple[str, tuple[int, ...]], ...]]]:
    """Everything a door holds per credential, however it is spread over records."""
    values = [(user, value) for user in compiled.users for value in (user.pin, *user.cards) if value is not None]
    return {(user.holder_id, user.name, value, user.grants) for user, value in values}


@given(cases(whole=False), st.integers(0, 9999))
@QUICK
def test_decide_agrees_with_a_second_reading(case, seed):
    rules, now = case
    for at in probes(rules, now, None, seed)[::20]:
        for relay_id in [*rules.relays, 77]:
            for credential in owned(rules):
                assert decide(rules, credential, relay_id, at).allowed == may_open(rules, credential, relay_id, at)
            able = {c.holder_id for c in owned(rules) if may_open(rules, c, relay_id, at)}
            assert admitted(rules, relay_id, at) == sorted(able)


@pytest.mark.feature("SYNC-05")
@given(cases(whole=False), st.integers(0, 9999))
@QUICK
def test_an_explanation_is_what_decide_says(case, seed):
    rules, now = case
    for relay_id in rules.relays:
        for credential in owned(rules):
            told = explain(rules, credential.holder_id, relay_id, now, credential.id)
            decision = decide(rules, credential.id, relay_id, now)
            assert (told.allowed, told.reason) == (decision.allowed, decision.reason)
            assert all(check.ok for check in told.checks) == told.allowed
            assert told.sentence.endswith(".")
        for holder_id in rules.holders:
            told = explain(rules, holder_id, relay_id, now)
            mine = rules.credentials.get(holder_id, ())
            assert told.allowed == any(may_open(rules, credential, relay_id, now) for credential in mine)
            if told.opens_next is None:
                continue
            assert told.opens_next > now
            assert any(may_open(rules, credential, relay_id, told.opens_next) for credential in mine)
            for at in probes(rules, now, told.opens_next, seed)[::5]:
                assert not any(may_open(rules, credential, relay_id, at) for credential in mine)


@pytest.mark.feature("AG-07")
@pytest.mark.edge(20)
@pytest.mark.edge(28)
@given(window_cases(), st.integers(0, 9999))
@settings(QUICK, max_examples=150)
def test_windows_open_and_change_where_a_second_reading_says(case, seed):
    zone, window, at = case
    assert is_open(window, at, zone) == window_open(window, at, zone)
    edge = next_edge(window, at, zone)
    state = window_open(window, at, zone)
    end = edge or at + timedelta(days=16)
    chance = random.Random(seed)
    between = [at + (end - at) * chance.random() for _ in range(100)]
    assert {window_open(window, moment, zone) for moment in [*between, end - MICRO]} == {state}
    if edge is not None:
        assert edge > at
        assert window_open(window, edge, zone) is not state
