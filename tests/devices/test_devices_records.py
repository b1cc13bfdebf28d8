"""Users, schedules and profiles: the way between our records and the device's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from backend.devices.profiles import A08S, E18C, GENERIC, PROFILES, R20A, X916, profile_for
from backend.devices.schedules import ScheduleBody, ScheduleKind, read_schedule, same_schedule, write_schedule
from backend.devices.users import UserBody, card_key, differences, read_grants, read_user, write_grants, write_user
from backend.domain.errors import Invalid
from backend.domain.limits import takes

pytestmark = pytest.mark.feature("AGT-01")
BODY = UserBody("u1", "Ann", "4711", ("00AB12", "77"), (("1001", (1, 2)),))


def test_grants_are_read_in_both_spellings_and_written_in_the_devices_own() -> None:
    assert read_grants("1001-12;1002-3;") == read_grants("1001-12,1002-3") == (("1001", (1, 2)), ("1002", (3,)))
    assert write_grants((("1001", (1, 2)), ("1002", (3,)))) == "1001-12;1002-3;"
    assert read_grants(";nonsense;1001-;-1;1001-0;") == ()


def test_a_new_user_has_both_spellings_every_mandatory_field_and_texts_only() -> None:
    record = write_user(BODY, X916)
    assert record["ScheduleRelay"] == record["Schedule-Relay"] == "1001-12;"
    assert record["CardCode"] == "00AB12;77"
    assert record["PrivatePIN"] == "4711"
    assert set(X916.mandatory) <= record.keys()
    assert all(isinstance(value, str) for value in record.values())
    assert "ID" not in record


def test_a_change_keeps_what_is_not_ours_and_drops_the_stale_alias() -> None:
    base = {"ID": "7", "PhoneNum": "555", "LicensePlate": [{}], "Schedule": "1002-1;", "Schedule-SRelay": "9"}
    record = write_user(replace(BODY, base=base, remote_id="7"), X916)
    assert (record["PhoneNum"], record["LicensePlate"], record["ID"]) == ("555", [{}], "7")
    assert record["Schedule-SRelay"] == "9"
    assert "Schedule" not in record
    assert write_user(replace(BODY, base={"Schedule": ["1002"]}), X916)["Schedule"] == ["1001"]
    assert base["Schedule"] == "1002-1;", "the record that was read must not be changed"


def test_a_user_is_read_whatever_the_types_and_missing_fields() -> None:
    user = read_user(
        {"ID": 7, "UserID": 3, "Name": "Ann", "PrivatePIN": 4711, "CardCode": "A,B;C;", "SourceType": 2}, X916
    )
    assert (user.remote_id, user.user_id, user.pin, user.cards) == ("7", "3", "4711", ("A", "B", "C"))
    assert user.grants == ()
    assert not user.editable
    assert read_user({}, X916).editable
    assert read_user({"Name": None, "PrivatePIN": ["x"], "CardCode": {}}, X916).pin is None


@pytest.mark.parametrize(
    ("record", "relays"),
    [
        ({"ScheduleRelay": "1001-1;", "Schedule-Relay": "1001-2;"}, (1,)),
        ({"ScheduleRelay": "", "Schedule-Relay": "1001-2;"}, (2,)),
        ({"Schedule": "1001-3;"}, (3,)),
    ],
)
def test_the_first_spelling_with_a_value_counts(record: dict[str, str], relays: tuple[int, ...]) -> None:
    assert read_user(record, X916).grants == (("1001", relays),)


def test_differences_ignore_case_of_cards_and_order_of_grants_but_not_leading_zeros() -> None:
    grants = (("1001", (2,)), ("1003", (1,)), ("1001", (1,)))
    held = read_user(write_user(replace(BODY, grants=(("1003", (1,)), ("1001", (1, 2)))), X916), X916)
    assert differences(held, replace(BODY, grants=grants, cards=("77", "00ab12"))) == frozenset()
    assert differences(held, replace(BODY, grants=grants, cards=("77", "ab12"))) == {"cards"}
    assert differences(held, replace(BODY, name="Bob", pin=None, user_id="u2")) == {"name", "pin", "user_id", "grants"}
    assert card_key("00ab") == "00AB"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"user_id": ""}, "user_id"),
        ({"pin": "1"}, "pin"),
        ({"pin": "123456789"}, "pin"),
        ({"pin": "12a4"}, "pin"),
        ({"pin": "١٢٣٤"}, "pin"),
        ({"cards": ("1", "2", "3", "4", "5")}, "cards"),
        ({"cards": ("A" * 32, "B" * 32)}, "cards"),
        ({"cards": ("1;2",)}, "cards"),
        ({"grants": ()}, "grants"),
        ({"grants": (("1001", ()),)}, "grants"),
        ({"grants": (("1001", (5,)),)}, "grants"),
        ({"grants": (("1001", (0,)),)}, "grants"),
        ({"grants": (("always", (1,)),)}, "grants"),
        ({"grants": (("1001;1002", (1,)),)}, "grants"),
    ],
)
def test_what_a_device_would_refuse_or_cut_off_is_never_sent(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as error:
        write_user(replace(BODY, **change), X916)  # type: ignore[arg-type]
    assert list(error.value.fields) == [field]


def test_floor_and_face_are_read_where_the_line_is_told_of_them():
    """A name of ours says which photo; anything else in the fields only that there is one."""
    ours = {"LiftFloorNum": "3", "FaceUrl": "/Image/RegisterImg/SP-0123abcd.jpg", "FaceFileName": ""}
    assert (read_user(ours, X916).floor, read_user(ours, X916).face) == ("3", "0123abcd")
    assert read_user({"FaceFileName": "SP-0123abcd.jpg", "FaceUrl": "/x/9.jpg"}, X916).face == "0123abcd"
    assert read_user({"FaceUrl": "/Image/RegisterImg/9.jpg"}, X916).face == "?"
    assert (read_user({}, X916).floor, read_user({}, X916).face) == ("0", "")
    assert (read_user(ours, E18C).floor, read_user(ours, E18C).face) == ("3", "")
    assert (read_user(ours, R20A).floor, read_user(ours, R20A).face) == ("0", "")


def test_a_face_is_named_once_and_kept_after():
    base = {"FaceUrl": "/Image/RegisterImg/SP-0123abcd.jpg", "FaceFileName": "SP-0123abcd.jpg", "LiftFloorNum": "2"}
    told = write_user(replace(BODY, face="0123abcd", new_face=True, floor="3"), X916)
    assert (told["FaceUrl"], told["FaceFileName"], told["LiftFloorNum"]) == ("SP-0123abcd.jpg",) * 2 + ("3",)
    kept = write_user(replace(BODY, face="0123abcd", base=base, remote_id="7"), X916)
    assert (kept["FaceUrl"], kept["LiftFloorNum"]) == (base["FaceUrl"], "0")
    gone = write_user(replace(BODY, base=base, remote_id="7"), X916)
    assert (gone["FaceUrl"], gone["FaceFileName"]) == ("", "")
    assert write_user(replace(BODY, base=base, floor="3"), R20A)["LiftFloorNum"] == "2"
    assert "FaceUrl" not in write_user(replace(BODY, face="0123abcd", new_face=True), E18C)


def test_what_a_line_takes_is_said_alike_to_those_who_plan_and_to_those_who_write():
    for profile in (*PROFILES, GENERIC):
        assert ("face" in takes(profile.name), "floors" in takes(profile.name)) == (profile.faces, profile.floors)


def test_secrets_of_users_are_not_printed() -> None:
    held = read_user(write_user(BODY, X916), X916)
    for text in (repr(BODY), repr(held)):
        assert "4711" not in text
        assert "00AB12" not in text


def test_four_cards_within_the_field_are_accepted() -> None:
    assert write_user(replace(BODY, cards=("A" * 15,) * 4), X916)["CardCode"].count(";") == 3


def test_schedules_count_days_from_monday_here_and_from_sunday_there() -> None:
    body = ScheduleBody("Work", ScheduleKind.WEEKLY, "08:00", "17:59", days=(0, 6))
    record = write_schedule(body)
    assert record["Week"] == "01"
    flags = [record[day] for day in ("Mon", "Tue", "Wed", "Thur", "Fri", "Sat", "Sun")]
    assert flags == ["1", "0", "0", "0", "0", "0", "1"]
    assert (record["Type"], record["Mode"], record["Daily"]) == ("1", "1", "08:00-17:59")
    assert same_schedule(read_schedule(record), body)
    only_week = {
        key: value for key, value in record.items() if key not in ("Mon", "Tue", "Wed", "Thur", "Fri", "Sat", "Sun")
    }
    assert read_schedule(only_week).days == (0, 6)


@pytest.mark.parametrize("kind", [ScheduleKind.DAILY, ScheduleKind.SPAN])
def test_other_kinds_send_every_day_flag_too(kind: ScheduleKind) -> None:
    body = ScheduleBody("X", kind, "00:00", "23:59", date_start=date(2026, 1, 5), date_end=date(2026, 1, 9))
    record = write_schedule(body)
    assert {record[day] for day in ("Sun", "Mon", "Tue", "Wed", "Thur", "Fri", "Sat")} == {"1"}
    assert record["DateStart"] == ("20260105" if kind is ScheduleKind.SPAN else "")
    assert same_schedule(read_schedule({**record, "ID": "3"}), body)
    assert not same_schedule(read_schedule(record), replace(body, end="22:00"))


def test_a_span_with_other_dates_is_another_schedule() -> None:
    body = ScheduleBody(
        "X", ScheduleKind.SPAN, "00:00", "23:59", date_start=date(2026, 1, 5), date_end=date(2026, 1, 9)
    )
    held = read_schedule(write_schedule(body))
    assert not same_schedule(held, replace(body, date_end=date(2026, 1, 10)))
    assert held.date_end == date(2026, 1, 9)


def test_a_schedule_is_named_by_its_display_number_where_it_has_one() -> None:
    assert read_schedule({"ID": "1", "DisplayID": "1001", "Type": "2", "Daily": "00:00-23:59"}).ref == "1001"
    assert read_schedule({"ID": "1001"}).builtin
    odd = read_schedule({"ID": "5", "Type": "9", "DateStart": "20269999"})
    assert (odd.kind, odd.date_start, odd.ref, odd.builtin) == (None, None, "5", False)


@pytest.mark.parametrize(
    "body",
    [
        ScheduleBody("", ScheduleKind.DAILY, "00:00", "23:59"),
        ScheduleBody("X", ScheduleKind.DAILY, "24:00", "23:59"),
        ScheduleBody("X", ScheduleKind.DAILY, "00:00", "9:00"),
        ScheduleBody("X", ScheduleKind.WEEKLY, "00:00", "23:59"),
        ScheduleBody("X", ScheduleKind.WEEKLY, "00:00", "23:59", days=(7,)),
        ScheduleBody("X", ScheduleKind.SPAN, "00:00", "23:59"),
        ScheduleBody("X", ScheduleKind.SPAN, "00:00", "23:59", date_start=date(2026, 2, 1), date_end=date(2026, 1, 1)),
    ],
)
def test_schedules_that_make_no_sense_are_never_sent(body: ScheduleBody) -> None:
    with pytest.raises(Invalid):
        write_schedule(body)


@pytest.mark.parametrize(
    ("model", "firmware", "expected"),
    [
        ("X916", "916.30.10.114", X916),
        ("X916S", "916.30.10.2", X916),
        ("e18c", "18.30.11.21", E18C),
        ("R20A", "320.30.11.63", R20A),
        ("R20A", "320.30.11.100", R20A),
        ("A08S", "108.31.1.1", A08S),
    ],
)
def test_known_models_are_told_by_prefix_and_number(model: str, firmware: str, expected: object) -> None:
    assert profile_for(model, firmware) is expected


@pytest.mark.parametrize(
    ("model", "firmware", "word"),
    [
        ("R20A", "320.30.11.7", "older"),
        ("R20A", "320.30.9.999", "older"),
        ("X916", "915.30.10.114", "not one of"),
        ("X916", "garbage", "not one of"),
        ("X916", "", "not one of"),
        ("Z99", "1.2.3", "not known"),
        ("", "", "without a name"),
        ("E11R", "11.30.1.1", "published holes"),
        ("C315", "115.116.2.613", "published holes"),
    ],
)
def test_everything_else_is_handled_with_care_and_says_why(model: str, firmware: str, word: str) -> None:
    profile = profile_for(model, firmware)
    assert word in profile.note
    assert replace(profile, note="") == GENERIC


def test_profiles_rest_between_requests_and_keep_bulk_requests_short() -> None:
    for profile in (*PROFILES, GENERIC):
        assert profile.gap >= 0.25
        assert 1 <= profile.bulk <= 8, "10,000 users in 22 minutes are under eight a second"
