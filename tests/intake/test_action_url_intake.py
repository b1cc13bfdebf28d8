"""Action URLs that devices call: both ways of writing, each event once, without what was typed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from backend.devices.action_url import redact_target
from backend.intake.action_url import ActionUrlIntake, Told
from backend.services.devices import device_secrets
from backend.store import tables as t
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

pytestmark = pytest.mark.feature("AGT-04")
PIN = "73519264"


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """Two doors, so that a token may be the wrong one."""
    async with small_world(store, manager_context, {"Gate": "E18C", "Yard": "R20A"}) as made:
        yield made


def token(world: World, name: str = "Gate") -> str:
    """The token in a device's Action URLs."""
    with world.store.read() as connection:
        return device_secrets(connection, world.store.sealer, world.device_ids[name]).token


def take(world: World, target: str) -> Told | None:
    """What comes of a call."""
    return ActionUrlIntake(world.store, world.agent).take(target)


@pytest.mark.parametrize(
    "form",
    [
        "/a/{token}/ValidCodeEntered/mac=0C:11:05:00:00:01:code={pin}",
        "/a/{token}/ValidCodeEntered?mac=0C1105000001&code={pin}",
    ],
)
def test_both_ways_of_writing_are_kept_without_the_pin(world: World, form: str) -> None:
    told = take(world, form.format(token=token(world), pin=PIN))
    assert told == Told(world.device_ids["Gate"], "ValidCodeEntered", fresh=True)
    (event,) = world.rows(t.event)
    assert event.kind == "ValidCodeEntered"
    assert json.loads(event.payload)["code"] == "***"
    held = b"".join(path.read_bytes() for path in world.store.path.parent.glob("smartplus.db*"))
    assert b"ValidCodeEntered" in held
    assert PIN.encode() not in held


def test_a_repetition_is_not_fresh_and_the_same_later_is(world: World, clock: FakeClock) -> None:
    target = f"/a/{token(world)}/RelayATriggered/mac=0C1105000001:relay1=1"
    assert [take(world, target), take(world, target)] == [
        Told(world.device_ids["Gate"], "RelayATriggered", fresh=True),
        Told(world.device_ids["Gate"], "RelayATriggered", fresh=False),
    ]
    clock.advance(seconds=10)
    again = take(world, target)
    assert again is not None
    assert again.fresh
    assert len(world.rows(t.event)) == 2


def test_two_devices_may_tell_the_same(world: World) -> None:
    for name in ("Gate", "Yard"):
        told = take(world, f"/a/{token(world, name)}/MotionDetect")
        assert told == Told(world.device_ids[name], "MotionDetect", fresh=True)


@pytest.mark.parametrize(
    "target",
    [
        "/a/{wrong}/MotionDetect",
        "/a/{token}",
        "/a/{token}/",
        "/b/{token}/MotionDetect",
        "/{token}/MotionDetect",
        "/a/{token}x/MotionDetect",
        "/a/{token}/Motion%0ADetect",
        "/a/{token}/MotionDetect?" + "x=1&" * 41,
        "/a/{token}/MotionDetect/" + "x" * 2048,
    ],
)
def test_what_is_not_ours_leaves_nothing(world: World, target: str) -> None:
    assert take(world, target.format(token=token(world), wrong="A" * 32)) is None
    assert world.rows(t.event) == []


def test_what_a_log_may_show_of_a_call(world: World) -> None:
    shown = redact_target(f"/a/{token(world)}/ValidCodeEntered/mac=0C1105000001:code={PIN}?card=0A3C7F20&PIN={PIN}")
    assert token(world) not in shown
    assert PIN not in shown
    assert "0A3C7F20" not in shown
    assert "mac=0C1105000001" in shown
