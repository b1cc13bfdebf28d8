"""Who gets in: the keypad and the reader decide from what the device holds and from its clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.virtual.envelope import Refused
from backend.virtual.schedules import grants

pytestmark = pytest.mark.feature("AGT-08")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_pin_opens_the_relays_of_its_schedule_and_nothing_else(make, person):
    door = make()
    door.users.add(person("1", PrivatePIN="1234", grant="1001-12;1002-3;"))
    assert door.press_pin("1234").opened == (1, 2)
    assert door.press_pin("1234#").opened == (1, 2)
    assert door.relays.opened() == {1: True, 2: True, 3: False, 4: False}
    assert (door.press_pin("12345").reason, door.press_pin("123").reason) == ("unknown", "unknown")
    assert door.press_pin("").refused


def test_pins_are_text_so_leading_zeros_count(make, person):
    door = make()
    door.users.add(person("1", PrivatePIN="007"))
    assert door.press_pin("007").opened == (1,)
    assert door.press_pin("7").refused


@pytest.mark.parametrize("pin", ["1", "123456789", "12a4", ""])
def test_a_pin_nobody_can_type_is_stored_but_never_opens(make, person, pin):
    door = make()
    door.users.add(person("1", PrivatePIN=pin))
    assert door.press_pin(pin).refused


def test_never_and_unknown_schedules_refuse(make, person):
    door = make()
    door.users.add(person("1", PrivatePIN="1111", grant="1002-1;"))
    door.users.add(person("2", PrivatePIN="2222", grant="1777-1;"))
    assert [door.press_pin(pin).reason for pin in ("1111", "2222")] == ["schedule", "schedule"]


def test_a_relay_the_device_does_not_have_opens_nothing(make, person):
    door = make("R20A")
    door.users.add(person("1", PrivatePIN="1111", grant="1001-34;"))
    assert door.press_pin("1111").reason == "schedule"


def test_cards_are_compared_without_case_and_only_five_count(make, person):
    door = make()
    cards = ["00AB12CD", "11112222", "33334444", "55556666", "77778888", "9999AAAA"]
    door.users.add(person("1", CardCode=";".join(cards)))
    assert door.present_card("00ab12cd").opened == (1,)
    assert [door.present_card(card).refused for card in cards] == [False] * 5 + [True]
    assert door.present_card("AB12CD").refused


def test_a_card_beyond_the_63_characters_read_back_still_opens(make, person):
    door = make()
    cards = [f"{number:016X}" for number in range(1, 6)]
    door.users.add(person("1", CardCode=";".join(cards)))
    assert len(door.users.shown(next(iter(door.users)))["CardCode"]) == 63
    assert door.present_card(cards[-1]).opened == (1,)


def test_two_holders_of_one_pin_open_what_either_may(make, person):
    door = make()
    door.users.add(person("1", PrivatePIN="1234", grant="1002-1;"))
    door.users.add(person("2", PrivatePIN="1234", grant="1001-2;"))
    assert door.press_pin("1234").opened == (2,)
    assert next(iter(door.log))["Name"] == "Person 2"


def test_a_changed_or_deleted_user_loses_pin_and_cards_at_once(make, person):
    door = make()
    door.users.add(person("1", PrivatePIN="1234", CardCode="AA;BB"))
    door.users.set(person("1", ID="1", PrivatePIN="5678", CardCode="BB"))
    assert [door.press_pin(pin).refused for pin in ("1234", "5678")] == [True, False]
    assert [door.present_card(card).refused for card in ("AA", "BB")] == [True, False]
    door.users.delete({"UserID": "1"})
    assert door.press_pin("5678").refused
    assert door.present_card("BB").refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1001-1;", [("1001", (1,))]),
        ("1001-12", [("1001", (1, 2))]),
        ("1001-1,1003-2", [("1001", (1,)), ("1003", (2,))]),
        ("1001-1;1003-234;", [("1001", (1,)), ("1003", (2, 3, 4))]),
        ("", []),
    ],
)
def test_the_schedule_relay_grammar(text, expected):
    assert grants(text) == expected


@pytest.mark.parametrize("text", ["1001", "1001-", "-1;", "1001-0;", "abc-1", "1001-1 1002-2"])
def test_what_is_no_schedule_relay_is_refused(text):
    with pytest.raises(Refused):
        grants(text)


WEEKLY = {"Type": "1", "Name": "w", "Week": "15", "TimeStart": "08:00", "TimeEnd": "17:59"}
"""Mondays and Fridays."""


@pytest.mark.parametrize(
    ("schedule", "instant", "allowed"),
    [
        (WEEKLY, "2026-06-01T08:00:00", True),
        (WEEKLY, "2026-06-01T17:59:59", True),
        (WEEKLY, "2026-06-01T18:00:00", False),
        (WEEKLY, "2026-06-01T07:59:59", False),
        (WEEKLY, "2026-06-05T12:00:00", True),
        (WEEKLY, "2026-06-02T12:00:00", False),
        (WEEKLY, "2026-05-31T12:00:00", False),
        (WEEKLY | {"Week": "0"}, "2026-05-31T12:00:00", True),
        (WEEKLY | {"Sun": "0", "Thur": "1", "Mon": "0"}, "2026-06-04T12:00:00", True),
        (WEEKLY | {"Sun": "0", "Thur": "1", "Mon": "0"}, "2026-06-01T12:00:00", False),
        ({"Type": "2", "Daily": "09:00-09:00"}, "2026-06-03T09:00:59", True),
        ({"Type": "2", "Daily": "09:00-09:00"}, "2026-06-03T09:01:00", False),
        ({"Type": "2"}, "2026-06-03T23:59:59", True),
        ({"Type": "2", "Daily": "22:00-06:00"}, "2026-06-03T23:00:00", False),
        ({"Type": "2", "Daily": "22:00-06:00"}, "2026-06-03T03:00:00", False),
        ({"Type": "2", "Daily": "00:00-00:00"}, "2026-06-03T00:00:30", True),
    ],
)
def test_weekly_and_daily_windows(make, schedule, instant, allowed):
    door = make(now=lambda: at(instant))
    door.schedules.add(schedule)
    assert door.schedules.allows("1003", door.local()) is allowed


SPAN = {"Type": "0", "DateStart": "20260601", "DateEnd": "20260603", "TimeStart": "10:00", "TimeEnd": "16:00"}


@pytest.mark.parametrize(
    ("instant", "allowed"),
    [
        ("2026-06-01T09:59:59", False),
        ("2026-06-01T10:00:00", True),
        ("2026-06-02T03:00:00", True),
        ("2026-06-03T16:00:59", True),
        ("2026-06-03T16:01:00", False),
    ],
)
def test_a_date_range_is_one_span_over_its_nights(make, instant, allowed):
    door = make(now=lambda: at(instant))
    door.schedules.add(SPAN)
    assert door.schedules.allows("1003", door.local()) is allowed


@pytest.mark.parametrize(
    ("instant", "allowed"),
    [
        ("2026-03-29T00:59:00", False),  # 01:59 before the jump
        ("2026-03-29T01:00:00", False),  # 03:00, 02:00-02:59 did not exist
        ("2026-10-24T23:59:00", False),  # 01:59
        ("2026-10-25T00:30:00", True),  # 02:30 the first time
        ("2026-10-25T01:30:00", True),  # 02:30 the second time
        ("2026-10-25T02:00:00", False),  # 03:00
    ],
)
def test_the_wall_clock_decides_when_clocks_change(make, instant, allowed):
    door = make(timezone="Europe/Berlin", now=lambda: at(instant))
    door.schedules.add({"Type": "2", "Daily": "02:00-02:59"})
    assert door.schedules.allows("1003", door.local()) is allowed


def test_days_and_midnight_are_those_of_the_devices_zone(make, person):
    door = make(timezone="Pacific/Auckland", now=lambda: at("2026-05-31T12:30:00"))  # Monday 00:30 there
    door.schedules.add(WEEKLY | {"Week": "1", "TimeStart": "00:00", "TimeEnd": "00:59"})
    door.users.add(person("1", PrivatePIN="1234", grant="1003-1;"))
    assert door.press_pin("1234").opened == (1,)
    line = next(iter(door.log))
    assert (line["Date"], line["Time"]) == ("2026-06-01", "00:30:00")


def test_a_wrong_clock_decides_wrongly_and_stamps_wrongly(make, person, noon):
    door = make()
    door.schedules.add({"Type": "2", "Daily": "12:00-12:00"})
    door.users.add(person("1", PrivatePIN="1234", grant="1003-1;"))
    assert not door.press_pin("1234").refused
    door.faults.clock_offset = 3600.0
    assert door.press_pin("1234").reason == "schedule"
    assert next(iter(door.log))["Time"] == "13:00:00"


def test_e18_ignores_week_without_day_flags(make):
    digits, flags = {"Type": "1", "Week": "1"}, {"Type": "1", "Week": "5", "Mon": "1", "Thur": "0"}
    for model, allowed in (("X916", True), ("E18C", False)):
        door = make(model)
        door.schedules.add(digits)
        door.schedules.add(flags)
        assert door.schedules.allows("1003", door.local()) is allowed
        assert door.schedules.allows("1004", door.local())


@pytest.mark.parametrize(
    "schedule",
    [
        {"Type": "3"},
        {},
        {"Type": "2", "TimeStart": "8:00", "TimeEnd": "09:00"},
        {"Type": "2", "TimeStart": "08:00", "TimeEnd": "24:00"},
        {"Type": "0", "DateStart": "20260230", "DateEnd": "20260301"},
        {"Type": "0", "DateStart": "2026-06-01", "DateEnd": "2026-06-02"},
        {"Type": "0"},
        {"Type": 1},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(make, schedule):
    door = make()
    with pytest.raises(Refused):
        door.schedules.add(schedule)


def test_the_log_holds_who_what_and_when_newest_first(make, person, noon):
    door = make(timezone="Europe/Berlin")
    door.users.add(person("1", PrivatePIN="1234", CardCode="AB", grant="1001-12;"))
    door.press_pin("1234#")
    noon.move(seconds=5)
    door.press_pin("9999")
    noon.move(seconds=5)
    door.present_card("ab")
    lines = list(door.log)
    assert [(line["ID"], line["Type"], line["Status"], line["Code"], line["Name"]) for line in lines] == [
        ("3", "Card", "Succ", "ab", "Person 1"),
        ("2", "PIN", "Failed", "9999", ""),
        ("1", "PIN", "Succ", "1234", "Person 1"),
    ]
    assert (lines[2]["Date"], lines[2]["Time"], lines[2]["Relay"]) == ("2026-06-01", "14:00:00", "12")


def test_a_full_log_loses_its_oldest_lines_and_keeps_counting(make):
    door = make(log_capacity=3)
    for _ in range(5):
        door.press_pin("0000")
    assert [line["ID"] for line in door.log] == ["5", "4", "3"]
    door.faults.log_wrap = 2
    door.press_pin("0000")
    assert [line["ID"] for line in door.log] == ["6", "5"]


def test_relays_close_by_themselves_after_the_hold_delay(make, person, noon):
    door = make()
    door.users.add(person("1", PrivatePIN="1234"))
    door.settings.write("Config.", {"Config.DoorSetting.RELAY.HoldDelayA": "3"})
    door.press_pin("1234")
    noon.move(seconds=2.9)
    assert door.due_in() == pytest.approx(0.1)
    door.advance()
    assert door.relays.levels()["RelayA"] == 1
    door.press_pin("1234")  # again: the time begins anew
    noon.move(seconds=2.9)
    door.advance()
    assert door.relays.levels()["RelayA"] == 1
    noon.move(seconds=0.1)
    door.advance()
    assert door.relays.levels()["RelayA"] == 0
    assert door.due_in() is None


def test_a_trigger_delay_opens_later(make, noon):
    door = make()
    door.settings.write("Config.", {"Config.DoorSetting.RELAY.TriggerDelayB": "2"})
    door.open_relay(2, seconds=1)
    assert not door.relays.opened()[2]
    noon.move(seconds=2)
    door.advance()
    assert door.relays.opened()[2]
    noon.move(seconds=1)
    door.advance()
    assert not door.relays.opened()[2]


def test_a_bistable_relay_changes_sides_and_stays(make, noon):
    door = make()
    door.settings.write("Config.", {"Config.DoorSetting.RELAY.ModeA": "1"})
    door.open_relay(1)
    noon.move(hours=5)
    door.advance()
    assert door.relays.opened()[1]
    door.open_relay(1)
    assert not door.relays.opened()[1]


def test_restarting_keeps_the_flash_and_drops_relays_and_uptime(make, person, noon):
    door = make(reboot_seconds=30)
    door.users.add(person("1", PrivatePIN="1234"))
    noon.move(seconds=100)
    door.press_pin("1234")
    assert door.uptime() == 100
    door.reboot()
    assert door.press_pin("1234").reason == "off"
    assert not any(door.relays.opened().values())
    noon.move(seconds=31)
    assert (door.uptime(), len(door.log)) == (1, 1)
    assert door.press_pin("1234").opened == (1,)


def test_a_factory_reset_wipes_all(make, person):
    door = make(reboot_seconds=0)
    door.users.add(person("1", PrivatePIN="1234"))
    door.schedules.add({"Type": "2"})
    door.press_pin("1234")
    door.factory_reset()
    assert (len(door.users), len(door.schedules), len(door.log)) == (0, 2, 0)
    assert door.settings["Config.DoorSetting.APIFCGI.AuthMode"] == "2"
    assert door.press_pin("1234").reason == "unknown"


def test_memory_survives_dump_and_load(make, person):
    door, other = make(), make()
    door.users.add(person("1", PrivatePIN="1234", grant="1003-2;"))
    door.users.add(person("2"))
    door.users.delete({"ID": "2"})
    door.schedules.add({"Type": "2"})
    door.groups.add({"Name": "G"})
    door.contacts.add({"Name": "C", "Group": "G"})
    door.press_pin("1234")
    other.load(door.dump())
    assert other.press_pin("1234").opened == (2,)
    other.users.add(person("3"))
    assert [user["ID"] for user in other.users] == ["1", "3"]
    assert [line["ID"] for line in other.log] == ["2", "1"]
    assert [contact["Group"] for contact in other.contacts] == ["G"]
