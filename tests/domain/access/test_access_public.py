"""Only Public Area: residents open public doors alone, at once and in every answer (features AG-06; rules 1.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from access_world import DAILY_ALL, admitted, community, gym_relay, pin, utc

from backend.domain.access.compile import compile_device
from backend.domain.access.decide import decide
from backend.domain.access.explain import explain
from backend.domain.access.results import Reason
from backend.domain.access.rules import Device, Group, Holder, Rules

pytestmark = [pytest.mark.feature("AG-06"), pytest.mark.edge("45")]
AT = utc("2026-03-02 09:00")
PUBLIC, PRIVATE = 1, 2


def flats(*, bound: bool) -> Rules:
    """Anna lives here and Bo cleans here; both are in a group with a public door and the monitor of a flat."""
    return community(
        groups=[Group(1, "All", (DAILY_ALL,), frozenset({PUBLIC, PRIVATE}))],
        holders=[
            Holder(1, "Anna", True, frozenset({1})),
            Holder(2, "Bo", True, frozenset({1}), resident=False),
        ],
        credentials=[pin(1, 1), pin(2, 2)],
        relays=[gym_relay(relay_id=PUBLIC, device_id=1), gym_relay(relay_id=PRIVATE, device_id=2)],
        devices=[Device(1, "Gate", 100), Device(2, "Flat", 100, public=False)],
        only_public_area=bound,
    )


def test_a_resident_opens_public_doors_only_and_staff_goes_where_their_group_goes() -> None:
    rules = flats(bound=True)
    assert decide(rules, 1, PUBLIC, AT).allowed
    assert decide(rules, 1, PRIVATE, AT).reason is Reason.ONLY_PUBLIC
    assert decide(rules, 2, PRIVATE, AT).allowed
    assert (admitted(rules, PUBLIC, AT), admitted(rules, PRIVATE, AT)) == ([1, 2], [2])


def test_without_the_switch_a_private_door_opens_as_its_groups_say() -> None:
    rules = flats(bound=False)
    assert decide(rules, 1, PRIVATE, AT).allowed
    assert admitted(rules, PRIVATE, AT) == [1, 2]


def test_a_private_door_loses_its_residents_when_the_switch_is_turned_on() -> None:
    before, after = flats(bound=False), flats(bound=True)
    assert [user.holder_id for user in compile_device(before, PRIVATE, AT).users] == [1, 2]
    assert [user.holder_id for user in compile_device(after, PRIVATE, AT).users] == [2]
    assert compile_device(before, PUBLIC, AT).users == compile_device(after, PUBLIC, AT).users


def test_why_names_the_public_area_and_promises_no_later_opening() -> None:
    told = explain(flats(bound=True), 1, PRIVATE, AT)
    assert (told.allowed, told.reason, told.opens_next) == (False, Reason.ONLY_PUBLIC, None)
    assert "open public doors only" in told.sentence
    assert [(check.found, check.ok) for check in told.checks if check.label == "Only Public Area"] == [
        ("private door", False)
    ]
    assert "Only Public Area" not in [check.label for check in explain(flats(bound=False), 1, PRIVATE, AT).checks]


def test_a_door_whose_device_is_not_known_counts_as_private() -> None:
    rules = replace(flats(bound=True), devices={})
    assert decide(rules, 1, PUBLIC, AT).reason is Reason.ONLY_PUBLIC
