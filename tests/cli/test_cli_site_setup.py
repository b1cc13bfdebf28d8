"""Site Setup from the command line: communities, switches, accounts, devices (features SET-06, ACC-02, ACC-08)."""

from __future__ import annotations

import pytest

from tests.cli.conftest import EMAIL

pytestmark = pytest.mark.feature("SET-06")

BY_HAND = ("device", "add", "--by-hand", "--name", "Yard", "--address", "192.0.2.40", "--model", "R20A")


def test_a_second_community_is_made_shown_and_changed(smartplus):
    made = smartplus("community", "add", "--name", "Hill", "--timezone", "America/New_York", "--json").json
    rows = smartplus("community", "list", "--json").json["items"]
    assert [(row["name"], row["buildings"]) for row in rows] == [("Hill", 0), ("Park", 2)]
    smartplus.done("community", "edit", "Hill", "--city", "Albany", "--country", "United States")
    shown = smartplus("community", "show", f"id:{made['id']}", "--json").json
    assert (shown["city"], shown["country"]) == ("Albany", "US")
    assert smartplus("community", "show", "--json").json["name"] == "Park"
    wrong = smartplus("community", "add", "--name", "Moon", "--timezone", "Moon")
    assert wrong.code == 1
    assert wrong.err.startswith("timezone: ")


@pytest.mark.feature("AG-06")
@pytest.mark.edge("45")
def test_switches_are_flipped_and_refuse_what_they_say(smartplus):
    smartplus.done("community", "switch", "--landline", "no", "--free-members", "4")
    shown = smartplus("community", "show", "--json").json
    assert (shown["landline"], shown["free_members"]) == (False, 4)
    ran = smartplus("resident", "add", "--apartment", "A 1002", "--first", "Ida", "--last", "May", "--phone1", "301234")
    assert ran.code == 1
    assert ran.err.startswith("phone1: ")
    refused = smartplus("community", "switch", "--video-storage", "yes")
    assert (refused.code, "Premium" in refused.err) == (1, True)
    smartplus.done("community", "switch", "--premium-until", "2099-12-31", "--video-storage", "yes")
    told = smartplus.done("community", "switch", "--only-public-area", "yes")
    smartplus.done("undo", told.partition("Operation ")[2].partition(",")[0], "--yes")
    assert smartplus("community", "show", "--json").json["only_public_area"] is False


@pytest.mark.feature("SET-01")
@pytest.mark.edge("3")
@pytest.mark.edge("4")
def test_pin_mode_is_switched_and_the_way_back_refused_while_people_share_a_pin(smartplus):
    assert smartplus.done("community", "pin-collisions").strip() == "Nobody shares a PIN."
    told = smartplus.done("community", "edit", "--pin-mode", "apt_pin")
    assert told.startswith("Changed PIN access mode")
    add = ("resident", "add", "--last", "May", "--pin", "-")
    smartplus.done(*add, "--apartment", "A 1002", "--first", "Ida", typed="8181\n")
    smartplus.done(*add, "--apartment", "B 1001", "--first", "Max", typed="8181\n")
    refused = smartplus("community", "edit", "--pin-mode", "pin")
    assert refused.code == 1
    assert refused.err.startswith("pin-mode: 1 pair of people shares a PIN")
    assert smartplus("community", "show", "--json").json["pin_mode"] == "apt_pin"
    told = smartplus.done("community", "pin-collisions")
    assert told.strip() == "··81  Ida May, A 1002  ·  Max May, B 1001"
    found = smartplus("community", "pin-collisions", "--json").json
    assert (found["total"], found["pairs"][0]["first"]["name"]) == (1, "Ida May")
    assert "8181" not in refused.err + told
    assert smartplus("community", "edit", "--pin-mode", "both").code == 2


@pytest.mark.feature("ACC-02")
def test_an_account_gets_a_first_password_that_is_shown_once(smartplus, tmp_path):
    ran = smartplus("user", "add", "--name", "Nora", "--email", "nora@example.com", "--role", "manager", "--json")
    assert "password" not in ran.json
    password = ran.err.strip().rpartition(" ")[2]
    assert len(password) == 19
    kept = tmp_path / "nora"
    kept.write_text(f"{password}\n")
    kept.chmod(0o600)
    as_nora = ("--as", "nora@example.com", "--password-file", str(kept))
    smartplus.done("login", "--agree", *as_nora)
    assert smartplus("resident", "list", *as_nora).code == 0
    smartplus.done("user", "first-password", "nora", "--yes", "--as", EMAIL, "--password-file", "-",
                   typed="correct horse battery staple\n")  # fmt: skip
    assert smartplus("resident", "list", *as_nora).code == 1


@pytest.mark.feature("ACC-08")
@pytest.mark.edge("40")
def test_the_switches_of_an_account_are_edited(smartplus):
    smartplus.done("user", "add", "--name", "Nora", "--email", "nora@example.com", "--role", "manager",
                   "--delete-residents", "no")  # fmt: skip
    smartplus.done("user", "edit", "nora", "--log-access", "no", "--role", "viewer")
    shown = smartplus("user", "show", "nora", "--json").json
    assert (shown["role"], shown["delete_residents"], shown["log_access"]) == ("viewer", False, False)
    last = smartplus("user", "edit", EMAIL, "--role", "viewer")
    assert last.code == 1
    assert "last installer" in last.err


@pytest.mark.feature("ACC-08")
def test_an_account_is_assigned_to_communities(smartplus):
    smartplus.done("community", "add", "--name", "Hill", "--timezone", "UTC")
    smartplus.done("user", "add", "--name", "Nora", "--email", "nora@example.com", "--role", "manager")
    told = smartplus.done("user", "assign", "nora", "--community", "Hill", "--community", "Park")
    assert "Assigned to Park, Hill" in told
    communities = smartplus("user", "show", "nora", "--json").json["communities"]
    assert [one["name"] if isinstance(one, dict) else one[1] for one in communities] == ["Park", "Hill"]
    assert smartplus("user", "assign", "nora", "--community", "Nowhere").code == 1


@pytest.mark.feature("DEV-01")
def test_a_device_by_hand_is_never_seen_until_it_answers(smartplus):
    missing = smartplus(*BY_HAND)
    assert (missing.code, missing.err.partition(":")[0]) == (1, "mac")
    smartplus.done(*BY_HAND, "--mac", "0C:11:05:00:00:01", "--building", "A")
    shown = smartplus("device", "show", "Yard", "--json").json
    assert (shown["status"], shown["building"], shown["model"]) == ("never_seen", "A", "R20A")
    moved = smartplus.done("device", "place", "Yard", "--apartment", "A 1001")
    assert moved.startswith("Moved device to A 1001")
    assert smartplus("device", "list", "--filter", "apt:1001", "--json").json["total"] == 1
    smartplus.done("device", "address", "Yard", "--address", "192.0.2.41")
    asked = smartplus("device", "address", "Yard", "--mac", "0C:11:05:00:00:02", typed="n\n")
    assert asked.code == 1
    assert "can never be proved gone" in asked.err
    smartplus.done("device", "address", "Yard", "--mac", "0C:11:05:00:00:02", "--yes")
    assert smartplus("device", "show", "Yard", "--json").json["mac"] == "0C:11:05:00:00:02"


@pytest.mark.edge("38")
@pytest.mark.edge("39")
def test_apartments_are_kept_by_building_and_as_typed(smartplus):
    smartplus.done("apartment", "add", "--building", "A", "--number", "0101")
    smartplus.done("apartment", "add", "--building", "A", "--number", "101")
    smartplus.done("apartment", "add", "--building", "B", "--number", "0101")
    rows = smartplus("apartment", "list", "--filter", "b:A", "--json").json["items"]
    assert {"0101", "101"} <= {row["number"] for row in rows}
    assert smartplus("apartment", "show", "A 0101", "--json").json["number"] == "0101"
    twice = smartplus("apartment", "add", "--building", "B", "--number", "0101")
    assert twice.code == 1


@pytest.mark.feature("DEV-01")
@pytest.mark.edge("38")
def test_devices_come_from_a_spreadsheet_every_row_judged_first(smartplus, tmp_path):
    sheet = tmp_path / "devices.csv"
    smartplus.done("device", "template", str(sheet))
    head = sheet.read_text(encoding="utf-8-sig").strip()
    assert head.startswith("Name")
    lines = (
        "Gate,X916,0C1105000001,192.0.2.1,,,,Gate;Side,,admin,secret,",
        "Monitor,C319,0C1105000002,192.0.2.2,indoor_monitor,A,1001,,,,,",
        "Gate,R29,0C1105000001,192.0.2.1,,,,,,,,",
        "Yard,,12,ftp://x,boat,Z,9,,magic,,,",
    )
    sheet.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    dry = smartplus("device", "import", str(sheet), "--dry-run", "--json")
    assert (dry.code, dry.out.strip()) == (1, '{"good": 2, "bad": 2, "added": 0}')
    for said in (
        "Row 4 Gate, name",
        "Row 4 Gate, mac",
        "Row 4 Gate, address: Row 2 has the same",
        "Row 5 Yard, building",
    ):
        assert said in dry.err
    assert "secret" not in dry.err + dry.out
    assert smartplus("device", "import", str(sheet)).code == 1
    assert smartplus("device", "list", "--json").json["total"] == 0
    partly = smartplus("device", "import", str(sheet), "--good-only")
    assert (partly.code, "2 added" in partly.out) == (3, True)
    shown = smartplus("device", "show", "Monitor", "--json").json
    assert (shown["apartment"], shown["status"], shown["relays"]) == ("1001", "never_seen", [])
    assert [one["name"] for one in smartplus("device", "show", "Gate", "--json").json["relays"]] == ["Gate", "Side"]
    again = smartplus("device", "import", str(sheet), "--dry-run")
    assert "already here" in again.err


@pytest.mark.feature("DEV-01")
def test_a_file_without_the_columns_is_refused(smartplus, tmp_path):
    sheet = tmp_path / "people.csv"
    sheet.write_text("First,Last\nAnna,Kowalska\n")
    ran = smartplus("device", "import", str(sheet))
    assert ran.code == 1
    assert "Model" in ran.err
