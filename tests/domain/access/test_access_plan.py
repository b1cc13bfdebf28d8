"""Plans: the difference per door and person, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from access_world import (
    BOTH,
    CARD,
    DAILY_ALL,
    PIN,
    anna,
    card,
    community,
    daily,
    gym,
    gym_relay,
    local,
    pin,
    weekly,
)

from backend.domain.access.compile import compile_device
from backend.domain.access.plan import plan
from backend.domain.access.results import Compiled, DoorPlan, DoorUser, Loss, PlanLine
from backend.domain.access.rules import Device, Group, Holder
from backend.domain.errors import NotFound

pytestmark = pytest.mark.feature("SYNC-02")

NOW = local("2026-11-20 10:00")
GYM = {1: gym(users=1000)}


def compiled(rules) -> dict[int, Compiled]:
    return {device_id: compile_device(rules, device_id, NOW) for device_id in rules.devices}


def difference(before, after):
    """Adds, removes and changes of the only door that differs."""
    (door,) = plan(compiled(before), compiled(after), GYM)
    return [[line.what for line in lines] for lines in (door.adds, door.removes, door.changes)]


def with_credentials(*credentials):
    return anna(DAILY_ALL, credentials=credentials, device=gym(cards=2))


NOBODY = community(groups=[], holders=[], credentials=[])
BASE = with_credentials(pin(1), card(2))


def test_a_new_person():
    (door,) = plan(compiled(NOBODY), compiled(BASE), GYM)
    assert door == DoorPlan(
        device_id=1,
        device_name="Gym",
        adds=(PlanLine(1, "Anna Kowalska", "PIN and 1 card"),),
        removes=(),
        changes=(),
        users_after=1,
        users_limit=1000,
        losses=(),
    )


@pytest.mark.parametrize(
    ("credentials", "what"),
    [
        ([pin(1)], "PIN"),
        ([card(1)], "1 card"),
        ([card(1), card(2)], "2 cards"),
        ([pin(1), *map(card, range(2, 7))], "PIN and 5 cards"),
    ],
)
def test_what_a_person_brings_and_takes_along(credentials, what):
    assert difference(NOBODY, with_credentials(*credentials)) == [[what], [], []]
    assert difference(with_credentials(*credentials), NOBODY) == [[], [what], []]


def test_nothing_changed():
    assert plan(compiled(BASE), compiled(BASE), GYM) == ()
    assert plan({}, {}, {}) == ()


def test_a_removed_person_keeps_their_name():
    (door,) = plan(compiled(BASE), compiled(NOBODY), GYM)
    assert door.removes == (PlanLine(1, "Anna Kowalska", "PIN and 1 card"),)
    assert door.users_after == 0


def test_single_credentials_come_and_go():
    assert difference(BASE, with_credentials(pin(1), card(2), card(3))) == [["1 card"], [], []]
    assert difference(BASE, with_credentials(pin(1))) == [[], ["1 card"], []]
    assert difference(BASE, with_credentials(card(2))) == [[], ["PIN"], []]
    assert difference(with_credentials(card(2)), BASE) == [["PIN"], [], []]
    assert difference(BASE, with_credentials(pin(1), card(3), card(4))) == [["2 cards"], ["1 card"], []]
    assert difference(BASE, with_credentials(card(3))) == [["1 card"], ["PIN and 1 card"], []]


def test_another_pin_is_a_change():
    assert difference(BASE, with_credentials(pin(5), card(2))) == [[], [], ["new PIN"]]
    assert difference(BASE, with_credentials(pin(5))) == [[], ["1 card"], ["new PIN"]]


def test_other_hours_are_a_change():
    day = anna(daily("08:00-18:00"), credentials=[pin(1), card(2)])
    assert difference(BASE, day) == [[], [], ["new hours"]]
    assert difference(anna(daily("08:00-17:00")), anna(daily("08:00-18:00"))) == [[], [], ["new hours"]]
    assert difference(anna(daily("08:00-17:00")), anna(daily("08:00-17:00"), weekly({5}, "18:00-19:00"))) == [
        [],
        [],
        ["new hours"],
    ]


def two_relays(first, second, methods=BOTH):
    groups = [
        Group(1, "First", tuple(first), frozenset({1})),
        Group(2, "Second", tuple(second), frozenset({2})),
    ]
    holder = Holder(1, "Anna", True, frozenset({1, 2}))
    relays = [gym_relay(), gym_relay(methods, 2, 2)]
    return community(groups=groups, holders=[holder], credentials=[pin(1), card(2)], relays=relays)


def test_other_relays_are_a_change():
    one, both = two_relays([DAILY_ALL], []), two_relays([DAILY_ALL], [DAILY_ALL])
    assert difference(one, both) == [[], [], ["new relays"]]
    assert difference(both, one) == [[], [], ["new relays"]]
    assert difference(one, two_relays([daily("08:00-18:00")], [DAILY_ALL])) == [[], [], ["new hours and relays"]]
    assert difference(one, two_relays([], [DAILY_ALL])) == [[], [], ["new relays"]]


def test_a_change_of_one_kind_only():
    both = two_relays([DAILY_ALL], [DAILY_ALL])
    assert difference(both, two_relays([DAILY_ALL], [DAILY_ALL], frozenset({CARD}))) == [[], [], ["new relays"]]
    assert difference(both, two_relays([DAILY_ALL], [DAILY_ALL], frozenset({PIN}))) == [[], [], ["new relays"]]


def test_hours_of_a_new_pin_are_compared_with_those_of_the_old():
    other = replace(anna(daily("08:00-18:00"), credentials=[pin(5)]), devices=GYM)
    assert difference(with_credentials(pin(1)), other) == [[], [], ["new PIN and hours"]]


def test_another_name_is_a_change():
    renamed = replace(BASE, holders={1: replace(BASE.holders[1], name="Anna Nowak")})
    (door,) = plan(compiled(BASE), compiled(renamed), GYM)
    assert door.changes == (PlanLine(1, "Anna Nowak", "new name"),)
    everything = replace(
        anna(daily("08:00-18:00"), credentials=[pin(5), card(2)]), holders={1: replace(BASE.holders[1], name="A")}
    )
    assert difference(BASE, everything) == [[], [], ["new name, PIN and hours"]]


def test_a_new_person_has_no_changes():
    assert difference(NOBODY, BASE)[2] == []


def test_cards_that_only_move_to_another_part_are_no_change():
    cards = [card(number) for number in range(2, 6)]
    before, after = with_credentials(*cards), with_credentials(*cards[1:])
    assert difference(before, after) == [[], ["1 card"], []]
    wide = replace(before, devices={1: gym(cards=4)})
    assert [user.key for user in compiled(before)[1].users] != [user.key for user in compiled(wide)[1].users]
    assert plan(compiled(before), compiled(wide), GYM) == ()


def people(*names_and_ids):
    holders = [Holder(number, name, True, frozenset({1})) for name, number in names_and_ids]
    groups = [Group(1, "All", (DAILY_ALL,), frozenset({1}))]
    return community(groups=groups, holders=holders, credentials=[pin(h.id, h.id) for h in holders])


def test_lines_are_by_name_then_number():
    crowd = people(("bert", 5), ("Anna", 9), ("Anna", 3), ("Zoe", 1), ("Carl", 2))
    (door,) = plan(compiled(NOBODY), compiled(crowd), GYM)
    assert [(line.name, line.holder_id) for line in door.adds] == [
        ("Anna", 3),
        ("Anna", 9),
        ("bert", 5),
        ("Carl", 2),
        ("Zoe", 1),
    ]
    (door,) = plan(compiled(crowd), compiled(NOBODY), GYM)
    assert [line.holder_id for line in door.removes] == [3, 9, 5, 2, 1]


def test_only_people_that_differ_are_named():
    (door,) = plan(compiled(people(("A", 1), ("B", 2))), compiled(people(("B", 2), ("C", 3))), GYM)
    assert [line.name for line in door.adds] == ["C"]
    assert [line.name for line in door.removes] == ["A"]
    assert door.users_after == 2


def test_several_doors_in_order_and_only_those_that_differ():
    devices = {number: Device(number, f"Door {number}", 10 * number) for number in (3, 2, 1, 4)}
    empty = {number: Compiled(number, (), (), None, ()) for number in devices}
    user = DoorUser("SP1-1", 1, "Anna", "0001", (), (("always", (1,)),))
    full = {number: Compiled(number, (user,), (), None, ()) for number in devices}
    after = {3: full[3], 2: full[2], 1: empty[1], 4: full[4]}
    doors = plan(empty | {4: full[4]}, after, devices)
    assert [(door.device_id, door.device_name, door.users_limit) for door in doors] == [
        (2, "Door 2", 20),
        (3, "Door 3", 30),
    ]


def test_a_door_on_one_side_only():
    devices = {1: gym(users=7)}
    (added,) = plan({}, compiled(BASE), devices)
    assert ([line.what for line in added.adds], added.users_after, added.users_limit) == (["PIN and 1 card"], 1, 7)
    (removed,) = plan(compiled(BASE), {}, devices)
    assert ([line.what for line in removed.removes], removed.users_after) == (["PIN and 1 card"], 0)
    with pytest.raises(NotFound, match=r"^There is no device 1\.$"):
        plan(compiled(BASE), {}, {})


def test_only_new_losses_are_told():
    old, new = Loss(None, "users", "old"), Loss(3, "pins", "new")
    before = {1: Compiled(1, (), (), None, (old,))}
    after = {1: Compiled(1, (), (), None, (old, new))}
    (door,) = plan(before, after, GYM)
    assert (door.losses, door.adds, door.removes, door.changes) == ((new,), (), (), ())
    assert plan(after, before, GYM) == ()
    assert plan({}, before, GYM)[0].losses == (old,)


def test_a_plan_shows_no_secret():
    (door,) = plan(compiled(NOBODY), compiled(with_credentials(pin(1, value="4711"), card(2, value="0A3C7F20"))), GYM)
    assert "4711" not in repr(door)
    assert "0A3C7F20" not in repr(door)


def test_relays_that_hours_keep_open_are_part_of_the_plan():
    def held(*groups, hours="08:00-18:00"):
        relay = replace(gym_relay(), held_by=frozenset(groups))
        device = replace(gym(), hold_open=True)
        group = Group(1, "Day", (daily(hours),), frozenset())
        return community(groups=[group], holders=[], credentials=[], relays=[relay], devices=[device])

    def told(before, after):
        return [door.holds for door in plan(compiled(before), compiled(after), GYM)]

    assert told(held(), held(1)) == [("Relay A is held open by hours.",)]
    assert told(held(1), held()) == [("Relay A is no longer held open by hours.",)]
    assert told(held(1), held(1, hours="09:00-18:00")) == [("Relay A is held open at other hours.",)]
    assert told(held(1), held(1)) == []
