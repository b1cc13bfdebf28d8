"""Whatever is done to a device, its look-ups agree with a plain search through what it holds."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.virtual.config import DeviceConfig
from backend.virtual.core import VirtualDevice
from backend.virtual.envelope import Refused

pytestmark = pytest.mark.feature("AGT-08")

PINS = ["", "1", "11", "011", "1234", "123456789"]
CARDS = ["", "AA", "aa;BB", "BB; AA", "A;B;C;D;E;BB"]
users = st.fixed_dictionaries(
    {
        "Name": st.sampled_from(["A", "B"]),
        "UserID": st.sampled_from(["1", "2", "3"]),
        "PrivatePIN": st.sampled_from(PINS),
        "CardCode": st.sampled_from(CARDS),
        "ScheduleRelay": st.sampled_from(["1001-1;", "1001-2,1002-1", "1002-12", "1003-3;"]),
        "WebRelay": st.just("0"),
        "LiftFloorNum": st.just("0"),
    }
)
acts = st.one_of(
    st.tuples(st.just("add"), users),
    st.tuples(st.just("set"), st.builds(lambda user, number: user | {"ID": number}, users, st.sampled_from("123456"))),
    st.tuples(st.just("delete"), st.builds(lambda number: {"ID": number}, st.sampled_from("123456"))),
    st.tuples(st.just("reload"), st.just({})),
)


def relays_of(user):
    """Relays the schedules of the strategy allow, read without the device's help."""
    return {1 for part in [user["ScheduleRelay"]] if "1001-1;" in part} | {
        2 for part in [user["ScheduleRelay"]] if "1001-2;" in part
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(acts, max_size=12))
def test_look_ups_agree_with_a_search(steps):
    config = DeviceConfig.model_validate({"name": "door", "model": "X916"})
    door = VirtualDevice(config, now=lambda: datetime(2026, 6, 1, 12, tzinfo=UTC))
    for act, record in steps:
        if act == "reload":
            door.load(door.dump())
            continue
        with contextlib.suppress(Refused):
            getattr(door.users, act)(record)
    held = list(door.users)
    assert len({user["UserID"] for user in held if user["UserID"]}) == len([u for u in held if u["UserID"]])
    for pin in PINS:
        holders = [user for user in held if user["PrivatePIN"] == pin and 2 <= len(pin) <= 8]
        expected = set().union(*map(relays_of, holders))
        assert set(door.press_pin(pin).opened) == expected
    for card in ("AA", "BB", "A", "E"):
        holders = [
            user
            for user in held
            if card in [one.strip().upper() for one in user["CardCode"].split(";") if one.strip()][:5]
        ]
        assert set(door.present_card(card).opened) == set().union(*map(relays_of, holders))
