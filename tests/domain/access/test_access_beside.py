"""What doors hold beside PINs and cards: faces, floors, hours that keep a relay open; and what the plan says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from access_world import BOTH, card, community, gym_relay, pin, utc

from backend.domain.access.compile import compile_device
from backend.domain.access.plan import plan
from backend.domain.access.results import DoorHold
from backend.domain.access.rules import Device, Group, Holder, Window
from backend.domain.enums import CredentialKind, Repeat
from backend.domain.floors import lift_floor

MONDAY = utc("2026-03-02 09:00")
"""10:00 in Berlin."""
ALWAYS = Window(Repeat.DAILY)
GATE = Device(1, "Gate", 100, faces=True, floors=True, hold_open=True)
PLAIN = Device(1, "Gate", 100)
WITH_FACE = BOTH | {CredentialKind.FACE}


def daily(start: int, end: int) -> Window:
    return Window(Repeat.DAILY, utc(f"2026-03-02 {start:02}:00").time(), utc(f"2026-03-02 {end:02}:00").time())


def face(number: int, holder: int = 1, **dates):
    return replace(pin(number, holder, **dates), kind=CredentialKind.FACE, value=f"{number:064x}"[::-1])


def named(number: int) -> str:
    return face(number).value[:24]


def rules(*credentials, device=GATE, window=ALWAYS, floors=(), relay=None, more=(), holders=()):
    """Anna is in a group that opens the gate; `more` are groups without people."""
    return community(
        groups=[Group(1, "All", (window,), frozenset({1})), *more],
        holders=[Holder(1, "Anna", True, frozenset({1}), floors=floors), *holders],
        credentials=credentials or [pin(1)],
        relays=[relay or gym_relay(WITH_FACE)],
        devices=[device],
    )


def compiled(*credentials, at=MONDAY, **options):
    return compile_device(rules(*credentials, **options), 1, at)


def lost(found):
    return [(loss.code, loss.text) for loss in found.losses]


def test_a_face_goes_where_faces_are_taken():
    (user,) = compiled(pin(1), face(2)).users
    assert (user.pin, user.face, user.key) == (pin(1).value, named(2), "SP1-1")
    (alone,) = compiled(face(2)).users
    assert (alone.pin, alone.cards, alone.face) == (None, (), named(2))


def test_a_door_without_faces_says_whose_it_was_not_told():
    found = compiled(pin(1), face(2), device=PLAIN)
    assert [user.face for user in found.users] == [""]
    assert lost(found) == [("faces", "This door takes no faces: the face of Anna stays here.")]
    alone = compiled(face(2), device=PLAIN)
    assert (alone.users, lost(alone)) == ((), lost(found))
    assert lost(compiled(pin(1), face(2), device=PLAIN, relay=gym_relay(BOTH))) == []


def test_a_face_left_out_is_told_before_its_hours_begin():
    saturday = Window(Repeat.WEEKLY, days=frozenset({5}))
    later = compiled(face(2), device=PLAIN, window=saturday)
    assert (later.users, lost(later)) == ((), [("faces", "This door takes no faces: the face of Anna stays here.")])
    past = Window(Repeat.NEVER, begins=utc("2026-01-02 09:00"), ends=utc("2026-01-03 09:00"))
    assert lost(compiled(face(2), device=PLAIN, window=past)) == []


def test_many_are_counted():
    ben = Holder(2, "Ben", True, frozenset({1}), floors=("G1",))
    found = compiled(face(2), face(3, 2), floors=("1", "2"), holders=[ben], device=replace(GATE, faces=False))
    assert lost(found) == [
        ("faces", "This door takes no faces: the faces of 2 people stay here."),
    ]
    found = compiled(pin(1), pin(3, 2), floors=("1", "2"), holders=[ben])
    assert lost(found) == [
        ("floors", "This door takes one floor from 1 to 128 per person: the floors of 2 people stay here.")
    ]


def test_a_door_says_nothing_of_people_who_are_not_on_it():
    later = daily(12, 13)
    gone = Window(Repeat.NEVER, ends=utc("2026-01-01 00:00"))
    assert lost(compiled(pin(1), face(2), device=PLAIN, window=gone, floors=("3",))) == []
    assert [code for code, _ in lost(compiled(pin(1), face(2), device=PLAIN, window=later, floors=("3",)))] == [
        "faces",
        "floors",
    ]


def test_a_relay_without_faces_gives_the_face_a_record_of_nothing():
    (user,) = compiled(pin(1), face(2), relay=gym_relay(BOTH)).users
    assert (user.pin, user.face) == (pin(1).value, "")


def test_a_face_ends_with_its_dates():
    until = utc("2026-03-02 12:00")
    found = compiled(pin(1), face(2, until=until))
    assert found.next_change_at == until
    assert {user.key: (user.pin, user.face) for user in found.users} == {
        "SP1-1": (pin(1).value, ""),
        "SP1-9000": (None, named(2)),
    }
    assert [user.face for user in compiled(pin(1), face(2, until=until), at=until).users] == [""]
    assert compiled(pin(1), face(2, until=until), device=PLAIN).next_change_at is None


@pytest.mark.parametrize(
    ("floors", "told"),
    [
        ((), "0"),
        (("3",), "3"),
        (("128",), "128"),
        (("0",), "0"),
        (("-2",), "0"),
        (("G1",), "0"),
        (("1", "2"), "0"),
        (("All Floors",), "0"),
    ],
)
def test_one_floor_is_told(floors, told):
    assert lift_floor(floors) == told
    assert [user.floor for user in compiled(pin(1), floors=floors).users] == [told]
    assert [user.floor for user in compiled(pin(1), floors=floors, device=PLAIN).users] == ["0"]
    dated = pin(1, until=utc("2027-01-01 00:00"))
    assert [user.floor for user in compiled(dated, floors=floors).users] == [told]


def held(*windows, on=True, device=GATE, at=MONDAY, **more):
    """The gate, held open in these hours."""
    relay = replace(gym_relay(WITH_FACE), held_by=frozenset({2, 77}) if on else frozenset())
    return compiled(pin(1), relay=relay, device=device, more=[Group(2, "Office", windows, frozenset())], at=at, **more)


def test_a_relay_is_held_open_in_the_hours_of_a_group():
    found = held(daily(8, 18))
    (schedule,) = found.schedules
    assert (schedule.start, schedule.end) == ("08:00", "17:59")
    assert found.holds == (DoorHold(1, (schedule.key,), True),)
    assert held(daily(11, 18)).holds[0].open is False
    assert held(ALWAYS).holds == (DoorHold(1, ("always",), True),)
    assert held(daily(8, 18), on=False).holds == ()
    assert held().holds == ()


def test_hours_over_midnight_and_of_several_groups_are_all_there():
    found = held(daily(22, 6), daily(8, 18))
    assert len(found.holds[0].keys) == len(found.schedules) == 3
    assert found.holds[0].keys == tuple(sorted(schedule.key for schedule in found.schedules))


def test_a_span_holds_a_relay_open_until_it_ends():
    ends = utc("2026-03-02 15:00")
    window = Window(Repeat.NEVER, begins=utc("2026-03-02 08:00"), ends=ends)
    found = held(window)
    assert (found.next_change_at, found.holds[0].open) == (ends, True)
    assert held(window, at=ends).holds == ()


def test_people_and_relays_share_schedules():
    found = held(daily(8, 18), window=daily(8, 18))
    assert len(found.schedules) == 1
    assert found.users[0].grants[0][0] == found.holds[0].keys[0]


def test_a_door_that_cannot_hold_open_says_so():
    found = held(daily(8, 18), device=replace(GATE, hold_open=False))
    assert (found.holds, found.schedules) == ((), ())
    assert lost(found) == [("hold_open", "This door has no relay schedules: it cannot be held open by hours.")]
    assert lost(held(device=replace(GATE, hold_open=False))) == []


def test_without_room_for_its_schedule_a_relay_is_not_held_open():
    found = held(daily(11, 18), window=daily(8, 18), device=replace(GATE, max_schedules=1))
    assert found.holds == ()
    assert [code for code, _ in lost(found)] == ["schedules"]
    assert found.users[0].grants[0][0] == found.schedules[0].key


def test_the_plan_says_face_and_floor():
    devices = {1: GATE}

    def lines(before, after):
        (door,) = plan({1: before}, {1: after}, devices)
        return [[line.what for line in side] for side in (door.adds, door.removes, door.changes)]

    bare, seen = compiled(pin(1)), compiled(pin(1), face(2))
    assert lines(bare, seen) == [["face"], [], []]
    assert lines(seen, bare) == [[], ["face"], []]
    assert lines(seen, compiled(pin(1), face(3))) == [[], [], ["new face"]]
    assert lines(bare, compiled(pin(1), floors=("3",))) == [[], [], ["new floor"]]
    nobody = compile_device(replace(rules(pin(1)), holders={}), 1, MONDAY)
    everything = compiled(pin(1), card(4), card(5), face(2), floors=("3",))
    assert lines(nobody, everything) == [["PIN, 2 cards and face"], [], []]
    assert lines(everything, nobody) == [[], ["PIN, 2 cards and face"], []]
