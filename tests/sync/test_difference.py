"""What is sent to a door is the difference between what it should hold and what it holds."""

from __future__ import annotations

import pytest

from backend.sync.difference import Difference, HeldSchedule, canonical, difference, with_room
from tests.sync.makers import DAY, NIGHT, SEALER, compiled, held, schedule, user

HELD_DAY = HeldSchedule("1003", "1003")


def test_a_door_that_holds_all_it_should_gets_nothing() -> None:
    anna = user(grants=((DAY, (1,)),))
    found = difference(
        compiled(anna, schedules=(schedule(),)), {"SP1-1": held(anna)}, {DAY: HELD_DAY}, SEALER.fingerprint
    )
    assert found == Difference()
    assert found.empty
    assert not found.takes
    assert found.users == ()


def test_who_is_not_wanted_goes_and_who_is_missing_comes() -> None:
    anna, ben, cleo = user("SP1-1"), user("SP2-1"), user("SP3-1")
    found = difference(compiled(cleo, anna), {"SP2-1": held(ben, "4"), "SP1-1": held(anna)}, {}, SEALER.fingerprint)
    assert found.remove == (held(ben, "4"),)
    assert found.add == (cleo,)
    assert found.change == ()
    assert (found.empty, found.takes, found.missing(set()), found.missing({"SP2-1"})) == (False, True, 2, 1)


def test_removals_come_in_the_order_of_their_keys_and_adds_in_the_order_of_the_rules() -> None:
    people = [user(f"SP{number}-1") for number in (9, 3, 5)]
    gone = difference(compiled(), {one.key: held(one) for one in people}, {}, SEALER.fingerprint)
    assert [one.key for one in gone.remove] == ["SP3-1", "SP5-1", "SP9-1"]
    come = difference(compiled(*people), {}, {}, SEALER.fingerprint)
    assert [one.key for one in come.add] == ["SP9-1", "SP3-1", "SP5-1"]
    assert not come.takes


@pytest.mark.parametrize(
    "other",
    [
        user(name="Anne"),
        user(pin="2742"),
        user(pin=None),
        user(cards=("0A3C7F20",)),
        user(grants=(("always", (1, 2)),)),
        user(grants=((DAY, (1,)),)),
    ],
)
def test_a_record_that_differs_is_changed(other: object) -> None:
    assert isinstance(other, type(user()))
    found = difference(compiled(user()), {"SP1-1": held(other, "5")}, {}, SEALER.fingerprint)
    assert found.change == ((held(other, "5"), user()),)
    assert (found.add, found.remove) == ((), ())
    assert found.users == (user(),)
    assert (found.takes, found.missing(set())) == (True, 1)


def test_order_of_cards_and_grants_and_case_of_cards_make_no_difference() -> None:
    one = user(cards=("0a3c7f20", "0B"), grants=((NIGHT, (2,)), (DAY, (1,))))
    same = user(cards=("0B", "0A3C7F20"), grants=((DAY, (1,)), (NIGHT, (2,))))
    assert canonical(one) == canonical(same)
    assert canonical(one) == {
        "name": "Anna",
        "pin": "2741",
        "cards": ["0A3C7F20", "0B"],
        "grants": [[DAY, 1], [NIGHT, 2]],
    }
    assert canonical(user(pin=None)) == canonical(user(pin=""))
    assert canonical(user(pin=None))["pin"] == ""


def test_a_record_in_doubt_is_written_again_though_it_looks_the_same() -> None:
    doubtful = held(user(), unknown=True)
    found = difference(compiled(user()), {"SP1-1": doubtful}, {}, SEALER.fingerprint)
    assert found.change == ((doubtful, user()),)


def test_schedules_come_before_who_needs_them_and_go_when_nobody_does() -> None:
    wanted = schedule(DAY), schedule(NIGHT, "22:00", "23:59")
    found = difference(
        compiled(schedules=wanted),
        {},
        {NIGHT: HeldSchedule("1004", "1004"), "SP-z": HELD_DAY, "SP-a": HELD_DAY},
        SEALER.fingerprint,
    )
    assert found.schedules_add == (wanted[0],)
    assert found.schedules_remove == ("SP-a", "SP-z")
    assert not found.empty
    assert not found.takes


def test_the_schedule_that_every_device_has_is_never_sent() -> None:
    found = difference(compiled(schedules=(schedule("always"),)), {}, {}, SEALER.fingerprint)
    assert found.empty


@pytest.mark.parametrize(
    "part",
    [
        {"remove": (held(user()),)},
        {"schedules_add": (schedule(),)},
        {"change": ((held(user()), user()),)},
        {"add": (user(),)},
        {"schedules_remove": (DAY,)},
    ],
)
def test_any_part_makes_a_difference(part: dict[str, object]) -> None:
    assert not Difference(**part).empty  # type: ignore[arg-type]


def test_new_schedules_wait_for_the_old_ones_where_a_device_is_full() -> None:
    anna, ben, cleo = user("SP1-1"), user("SP2-1"), user("SP3-1")
    todo = Difference(
        remove=(held(ben),),
        schedules_add=(schedule(),),
        change=((held(anna, "5"), anna),),
        add=(cleo,),
        schedules_remove=(NIGHT,),
    )
    assert with_room(todo, held=99, limit=100) == todo
    assert with_room(todo, held=100, limit=100) == Difference(
        remove=(held(ben), held(anna, "5")), schedules_first=(NIGHT,), schedules_add=(schedule(),), add=(anna, cleo)
    )


def test_a_full_device_without_old_schedules_stays_as_it_is() -> None:
    todo = Difference(schedules_add=(schedule(),))
    assert with_room(todo, held=100, limit=100) == todo
    assert not Difference(schedules_first=(NIGHT,)).empty
