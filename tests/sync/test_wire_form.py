"""Our records in the device's terms, and our schedules among those of a device."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from backend.devices.profiles import A08S, E18C, X916
from backend.devices.schedules import ScheduleBody, ScheduleKind
from backend.devices.users import UserBody
from backend.domain.enums import Repeat
from backend.sync.difference import HeldSchedule
from backend.sync.wire_form import ours, schedule_body, unwritable, user_body
from tests.sync.makers import DAY, NIGHT, remote_schedule, schedule, user

HERE = {DAY: HeldSchedule("3", "1003"), NIGHT: HeldSchedule("4", "1004")}


def test_a_user_names_its_schedules_by_what_the_device_calls_them() -> None:
    anna = user(cards=("AA",), grants=(("always", (2,)), (DAY, (1, 2))))
    assert user_body(anna, HERE, "9") == UserBody(
        "SP1-1", "Anna", "2741", ("AA",), (("1001", (2,)), ("1003", (1, 2))), "9"
    )
    assert user_body(user(), {}).remote_id == ""


def test_schedules_of_every_kind() -> None:
    assert schedule_body(schedule()) == ScheduleBody(DAY, ScheduleKind.DAILY, "08:00", "17:59")
    week = schedule(kind=Repeat.WEEKLY, days=frozenset({6, 0}))
    assert schedule_body(week) == ScheduleBody(DAY, ScheduleKind.WEEKLY, "08:00", "17:59", days=(0, 6))
    first, last = date(2026, 3, 1), date(2026, 3, 9)
    once = schedule(kind=Repeat.NEVER, date_from=first, date_to=last)
    assert schedule_body(once) == ScheduleBody(
        DAY, ScheduleKind.SPAN, "08:00", "17:59", date_start=first, date_end=last
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"pin": "1"}, "A PIN has 2 to 8 digits."),
        ({"cards": tuple(f"{n:016X}" for n in range(4))}, "The device keeps at most 4 cards of 63 characters in all."),
        ({"grants": ((DAY, (3,)),)}, "The device has the relays 1 to 2."),
        ({"grants": ()}, "A user on a device needs a schedule and a relay; without any, remove the user."),
        ({"name": "\n"}, "A user on a device needs a name."),
        ({"name": "A\nB"}, "A user on a device needs a name."),
        ({"name": "\U0001f469\u200d\U0001f467 Zoë, م\u200cن"}, ""),  # joiners are a part of such names
    ],
)
def test_what_a_device_cannot_take_is_known_before_it_is_asked(changes: dict[str, object], reason: str) -> None:
    assert unwritable(replace(user(), **changes), E18C) == reason  # type: ignore[arg-type]


def test_what_one_model_cannot_take_another_can() -> None:
    wide = user(grants=((DAY, (4,)),))
    assert unwritable(wide, X916) == ""
    assert unwritable(wide, A08S) == "The device has the relays 1 to 1."


def test_ours_are_those_that_are_named_by_a_key() -> None:
    found = ours(
        [
            remote_schedule("Always", remote_id="1001"),
            remote_schedule(DAY, remote_id="1002"),
            remote_schedule(DAY, remote_id="1003"),
            remote_schedule("SP-mine", remote_id="1004"),
            remote_schedule(f"x{DAY}", remote_id="1005"),
            remote_schedule("Office", remote_id="1006"),
        ],
        [],
    )
    assert found == {DAY: HeldSchedule("1003", "1003")}


def test_a_schedule_that_got_other_hours_at_the_device_is_not_the_one_we_want() -> None:
    found = ours([remote_schedule(end="22:00", remote_id="5")], [schedule()])
    assert found == {f"{DAY}#5": HeldSchedule("5", "5")}
    assert ours([remote_schedule(remote_id="5")], [schedule()]) == {DAY: HeldSchedule("5", "5")}
    assert ours([remote_schedule(end="22:00", remote_id="5")], [schedule(NIGHT)]) == {DAY: HeldSchedule("5", "5")}


def test_of_two_schedules_of_one_name_the_first_right_one_counts() -> None:
    found = ours(
        [remote_schedule(start="00:00", remote_id="4"), remote_schedule(remote_id="5"), remote_schedule(remote_id="6")],
        [schedule()],
    )
    assert found == {
        f"{DAY}#4": HeldSchedule("4", "4"),
        DAY: HeldSchedule("5", "5"),
        f"{DAY}#6": HeldSchedule("6", "6"),
    }
