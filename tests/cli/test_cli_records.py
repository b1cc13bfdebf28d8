"""The verbs of every record: add, show, edit, delete, with what they refuse and how they say it."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import PIN

pytestmark = pytest.mark.feature("OPS-02")

NEW = ("resident", "add", "--apartment", "A 1002", "--first", "Ida", "--last", "May")


def test_a_building_is_added_shown_renamed_and_deleted(smartplus):
    added = smartplus("building", "add", "--name", "North Tower", "--json").json
    assert set(added) == {"id", "operation", "did", "doors"}
    assert (added["did"], added["doors"]) == ("Added building: North Tower", 0)
    assert smartplus("building", "show", "north", "--json").json["id"] == added["id"]
    told = smartplus.done("building", "edit", "North Tower", "--name", "South Tower")
    assert told.startswith("Renamed building North Tower: South Tower (id:")
    assert f"Operation {added['operation'] + 1}, no doors." in told
    smartplus.done("building", "delete", "south tower", "--yes")
    assert smartplus("building", "show", f"id:{added['id']}").code == 1


@pytest.mark.feature("APT-03")
def test_an_apartment_is_found_by_number_where_one_building_has_it(smartplus):
    smartplus.done("apartment", "add", "--building", "A", "--number", "7")
    assert smartplus("apartment", "show", "7", "--json").json["building"] == "A"
    twin = smartplus("apartment", "show", "1001")
    assert twin.code == 1
    assert "'A 1001', 'B 1001'" in twin.err
    found = smartplus("apartment", "show", "b 1001", "--json").json
    assert found["residents"][0]["name"] == "Nowak, Łucja"
    assert smartplus("apartment", "show", f"id:{found['id']}", "--json").json == found


@pytest.mark.feature("APT-03")
def test_an_apartment_is_changed_and_a_full_one_stays(smartplus):
    smartplus.done("apartment", "edit", "A 1001", "--name", "Penthouse", "--call-type", "monitor_app")
    changed = smartplus("apartment", "show", "A 1001", "--json").json
    assert (changed["name"], changed["call_type"]) == ("Penthouse", "monitor_app")
    smartplus.done("apartment", "edit", "A 1001", "--name", "")
    assert smartplus("apartment", "show", "A 1001", "--json").json["name"] == ""
    full = smartplus("apartment", "delete", "A 1001", "--yes")
    assert full.code == 1
    assert "Kowalska, Anna" in full.err


@pytest.mark.parametrize(
    ("first", "last", "field"), [("1005", "1004", "last"), ("x", "9", "first"), ("1001", "1004", "first")]
)
def test_a_range_that_cannot_be_is_refused(smartplus, first, last, field):
    ran = smartplus("apartment", "add-range", "--building", "A", "--first", first, "--last", last)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"{field}: ")


def test_several_are_deleted_one_by_one_and_what_is_refused_is_named(smartplus):
    ran = smartplus("apartment", "delete", "A 1001", "A 1002", "A 1003", "--yes", "--json")
    assert ran.code == 3
    assert json.loads(ran.out)["total"] == 3
    assert len(json.loads(ran.out)["items"]) == 2
    assert "still has residents" in ran.err
    assert smartplus("apartment", "list", "--filter", "b:A", "--json").json["total"] == 1
    assert smartplus("apartment", "delete", "A 1001", "B 1001", "--yes").code == 1


@pytest.mark.feature("RES-01")
@pytest.mark.feature("RES-05")
def test_a_resident_is_added_with_pin_and_cards(smartplus):
    codes = ("--card", "0A1B2C3E", "--card", "11223344", "--pin", "-")
    added = smartplus(*NEW, *codes, "--email", "Ida@Example.com", "--json", typed="5566\n").json
    page = smartplus("resident", "show", "ida", "--json").json
    assert page["id"] == added["id"]
    assert (page["name"], page["role"], page["email"]) == ("May, Ida", "master", "ida@example.com")
    assert [one["kind"] for one in page["credentials"]] == ["pin", "card", "card"]
    assert page["groups"][0]["name"] == "A (default)"
    assert "5566" not in json.dumps(page)
    shown = smartplus("resident", "reveal", "ida", "--json").json["codes"]
    assert [one["value"] for one in shown] == ["5566", "0A1B2C3E", "11223344"]


@pytest.mark.feature("RES-02")
def test_a_family_member_takes_the_name_of_the_master(smartplus):
    member = ("resident", "add", "--apartment", "A 1001", "--kind", "member", "--first", "Ewa", "--pin", "-")
    assert "Added family member: Kowalska, Ewa" in smartplus.done(*member, typed="8080\n")


@pytest.mark.feature("RES-05")
@pytest.mark.parametrize(
    ("words", "typed", "lines"),
    [
        ((*NEW, "--pin", "-"), "91234\n", ["pin"]),
        ((*NEW, "--pin", "-"), f"{PIN}\n", ["pin"]),
        ((*NEW, "--pin", "-", "--card", "zz", "--email", "ida"), "1\n", ["card", "email", "pin"]),
        ((*NEW, "--kind", "member"), "", ["role"]),
        ((*NEW, "--email", "anna@example.com"), "", ["email"]),
        ((*NEW, "--card", "0A1B2C3D"), "", ["card"]),
        ((*NEW, "--group", "Nothing"), "", ["group"]),
        (("resident", "add", "--first", "Ida"), "", ["apartment", "last"]),
        (("resident", "add", "--apartment", "9999", "--first", "Ida", "--last", "May"), "", ["apartment"]),
        (("apartment", "add", "--building", "Z", "--number", "1"), "", ["building"]),
        (("apartment", "add", "--number", "1"), "", ["building"]),
        (("building", "add"), "", ["name"]),
        (("building", "add", "--name", "A"), "", ["name"]),
        (("user", "add", "--role", "viewer", "--password", "-"), "short\n", ["email", "name", "password"]),
        (("community", "edit", "--timezone", "Mars/Olympus"), "", ["timezone"]),
    ],
)
def test_what_breaks_a_rule_is_told_field_by_field(smartplus, words, typed, lines):
    before = smartplus("log", "operation", "--json").json["total"]
    ran = smartplus(*words, typed=typed)
    assert (ran.code, ran.out) == (1, "")
    assert sorted(line.partition(": ")[0] for line in ran.err.splitlines()) == lines
    assert PIN not in ran.err
    assert smartplus("log", "operation", "--json").json["total"] == before


def test_a_taken_pin_does_not_say_whose_number_it_is(smartplus):
    ran = smartplus(*NEW, "--pin", "-", typed=f"{PIN}\n")
    assert ran.err.startswith("pin: ")
    assert PIN not in ran.err


def test_a_choice_that_is_none_is_wrong_usage(smartplus):
    ran = smartplus(*NEW, "--kind", "uncle")
    assert (ran.code, ran.out) == (2, "")


def test_without_a_line_for_the_pin_nothing_is_done(smartplus):
    ran = smartplus(*NEW, "--pin", "-")
    assert (ran.code, ran.out) == (2, "")
    assert "standard input" in ran.err


def test_fields_come_from_a_file_and_options_go_before(smartplus, tmp_path):
    path = tmp_path / "new.json"
    path.write_text(
        json.dumps(
            {"apartment": "A 1002", "first": "Ida", "last": "May", "pin": "5566", "cards": ["11223344"], "remark": 7}
        )
    )
    smartplus.done("resident", "add", "--from", str(path), "--first", "Ina")
    page = smartplus("resident", "show", "ina", "--json").json
    assert (page["name"], page["remark"], len(page["credentials"])) == ("May, Ina", "7", 2)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("{", "from: "),
        ("[]", "from: "),
        ('{"shoe": 9}', "shoe: There is no such field."),
        ('{"role": "uncle"}', "role: Choose one of master, member."),
    ],
)
def test_a_file_that_is_not_understood_is_refused(smartplus, tmp_path, content, line):
    path = tmp_path / "new.json"
    path.write_text(content)
    ran = smartplus("resident", "add", "--from", str(path))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(line)


@pytest.mark.feature("RES-08")
def test_edit_keeps_clears_and_replaces(smartplus):
    smartplus.done(
        "resident", "edit", "anna", "--remark", "has a dog", "--group", "A (default)", "--group", "B (default)"
    )
    page = smartplus("resident", "show", "anna", "--json").json
    assert (page["remark"], page["email"], len(page["groups"])) == ("has a dog", "anna@example.com", 2)
    card = next(one["id"] for one in page["credentials"] if one["kind"] == "card")
    smartplus.done("resident", "edit", "anna", "--remark", "", "--remove-code", str(card), "--pin", "-", typed="6611\n")
    page = smartplus("resident", "show", "anna", "--json").json
    states = {(one["kind"], one["status"]) for one in page["credentials"]}
    assert (page["remark"], states) == ("", {("pin", "cooling"), ("card", "cooling"), ("pin", "active")})
    assert "6611" in {one["value"] for one in smartplus("resident", "reveal", "anna", "--json").json["codes"]}
    smartplus.done("resident", "edit", "anna", "--pin", "")
    page = smartplus("resident", "show", "anna", "--json").json
    assert {one["status"] for one in page["credentials"]} == {"cooling"}


def test_a_resident_is_named_by_words_number_or_id(smartplus):
    anna = smartplus("resident", "show", "anna", "--json").json
    for text in ("Kowalska, Anna", "anna 1001", anna["uid"], f"id:{anna['id']}"):
        assert smartplus("resident", "show", text, "--json").json["id"] == anna["id"]
    several = smartplus("resident", "show", "kowalska")
    assert several.code == 1
    assert "Kowalska, Anna" in several.err
    assert "Kowalska, Jan" in several.err


@pytest.mark.feature("RES-07")
def test_deleting_asks_and_says_what_goes(smartplus):
    for answer in ("", "n\n", "\n"):
        ran = smartplus("resident", "delete", "jan", typed=answer)
        assert (ran.code, ran.out) == (1, "")
        assert "Kowalska, Jan" in ran.err
        assert "Nothing was done." in ran.err
    assert "Deleted resident" in smartplus.done("resident", "delete", "jan", typed="y\n")
    assert smartplus("resident", "show", "jan").code == 1


@pytest.mark.feature("RES-07")
def test_a_master_is_not_deleted_before_the_family(smartplus):
    for yes in ((), ("--yes",)):
        ran = smartplus("resident", "delete", "anna", *yes, typed="y\n")
        assert (ran.code, ran.out) == (1, "")
        assert "master of A 1001" in ran.err
    whole = smartplus("resident", "delete", "--filter", "b:A", "--yes", "--json").json
    assert (whole["deleted"], whole["did"]) == (2, "Deleted 2 residents: Kowalska, Jan · A 1001 and 1 more")


@pytest.mark.feature("SYNC-02")
def test_more_than_twenty_need_their_number(smartplus):
    smartplus.done("apartment", "add-range", "--building", "B", "--first", "2001", "--last", "2021")
    for number in range(2001, 2022):
        smartplus.done("resident", "add", "--apartment", str(number), "--first", "Guest", "--last", f"No {number}")
    words = ("resident", "delete", "--filter", "guest", "--yes")
    for count in ((), ("--count", "20")):
        ran = smartplus(*words, *count)
        assert (ran.code, ran.out) == (1, "")
        assert "--count 21" in ran.err
    assert smartplus(*words, "--count", "21", "--json").json["deleted"] == 21
    apartments = [f"B {number}" for number in range(2001, 2022)]
    assert "--count 21" in smartplus("apartment", "delete", *apartments, "--yes").err


@pytest.mark.parametrize("words", [(), ("anna", "--filter", "jan"), ("--filter", "nobody")])
def test_delete_wants_one_way_of_naming(smartplus, words):
    ran = smartplus("resident", "delete", "--yes", *words)
    assert ran.code == (1 if "nobody" in words else 2)


@pytest.mark.feature("SET-02")
def test_the_community_is_shown_and_changed(smartplus):
    smartplus.done("community", "edit", "--name", "Rosewood", "--clock-format", "12")
    shown = smartplus("community", "show", "--json").json
    assert (shown["name"], shown["clock_format"], shown["timezone"]) == ("Rosewood", "12", "Europe/Berlin")
    assert "Rosewood" in smartplus.done("community", "show")


@pytest.mark.feature("ACC-08")
def test_accounts_are_made_listed_and_closed(smartplus):
    account = ("--name", "Vera Ott", "--email", "vera@example.com", "--role", "viewer", "--password", "-")
    smartplus.done("user", "add", *account, typed="a long enough sentence\n")
    assert "a long enough" not in smartplus.done("user", "list", "--json") + smartplus.done(
        "log", "operation", "--json"
    )
    assert smartplus("user", "disable", "vera@example.com", typed="n\n").code == 1
    smartplus.done("user", "disable", "vera@example.com", "--yes")
    assert smartplus("user", "show", "vera", "--json").json["disabled"] is True
    smartplus.done("user", "enable", "vera", "--yes")
    last = smartplus("user", "disable", "ines", "--yes")
    assert last.code == 1
    assert "last installer" in last.err


@pytest.mark.feature("SYNC-07")
def test_undo_lists_and_takes_back_by_number(smartplus):
    number = smartplus("resident", "edit", "anna", "--remark", "has a dog", "--json").json["operation"]
    listed = smartplus("undo", "--json").json["items"][0]
    assert (listed["id"], listed["blocked"]) == (number, "")
    assert str(number) in smartplus.done("undo")
    assert smartplus("undo", str(number), typed="n\n").code == 1
    undone = smartplus("undo", str(number), "--yes", "--json").json
    assert undone["did"].startswith(f"Undid {number}: Changed resident")
    assert smartplus("resident", "show", "anna", "--json").json["remark"] == ""
    again = smartplus("undo", str(number), "--yes")
    assert (again.code, again.out) == (1, "")
    assert "already" in again.err


@pytest.mark.feature("LOG-06")
def test_an_operation_shows_what_it_changed_without_secrets(smartplus):
    number = smartplus("resident", "edit", "anna", "--remark", "dog", "--pin", "-", "--json", typed="6611\n").json[
        "operation"
    ]
    shown = smartplus("log", "operation", str(number), "--json").json
    assert shown["id"] == number
    assert {"record": "Resident Kowalska, Anna", "field": "Remark", "before": "", "after": "dog"} in shown["fields"]
    assert "6611" not in json.dumps(shown)
    assert "dog" in smartplus.done("log", "operation", str(number))


def test_search_finds_records_and_a_pin_only_by_its_whole_value(smartplus):
    assert smartplus("search", "kow", "--json").json["total"] == 2
    assert smartplus("search", "nobody").err == "Nothing is found.\n"
    found = smartplus("search", "pin:-", "--json", typed=f"{PIN}\n").json
    assert [hit["title"] for hit in found["items"]] == ["Kowalska, Anna"]
    assert smartplus("search", "pin:-", "--json", typed="274\n").json["total"] == 0
    assert PIN not in smartplus.done("log", "operation", "--json")


def test_the_password_is_the_first_line_and_the_pin_the_second(smartplus):
    from tests.cli.conftest import EMAIL, PASSWORD

    smartplus.done("logout")
    who = ("--as", EMAIL, "--password-file", "-")
    smartplus.done(*NEW, "--pin", "-", *who, typed=f"{PASSWORD}\n5566\n")
    shown = smartplus("resident", "reveal", "ida", *who, "--json", typed=f"{PASSWORD}\n").json
    assert shown["codes"][0]["value"] == "5566"
