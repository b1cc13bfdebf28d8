"""Apartments by commands: settings, reset with its number typed, export."""

from __future__ import annotations

import pytest

from tests.documents.test_writer import read_csv, read_xlsx

HEADINGS = [
    "Building",
    "APT",
    "APT name",
    "Call type",
    "SIP/IP",
    "Allow QR",
    "Allow Face",
    "Member limit on",
    "Member limit",
    "Allow ID Access",
    "Allow RF Card",
    "Residents",
    "Devices",
    "Account status",
    "Expiration",
]


@pytest.mark.feature("APT-03")
def test_settings_are_changed_and_shown(smartplus):
    words = ("--call-type", "monitor_app", "--sip-or-ip", "ip", "--allow-qr", "no")
    smartplus.done("apartment", "edit", "A 1001", *words, "--member-limit-on", "yes", "--member-limit", "3")
    shown = smartplus("apartment", "show", "A 1001", "--json").json
    assert (shown["call_type"], shown["sip_or_ip"], shown["allow_qr"]) == ("monitor_app", "ip", False)
    assert (shown["member_limit_on"], shown["member_limit"]) == (True, 3)
    text = smartplus.done("apartment", "show", "A 1001")
    assert "Indoor monitors with SmartPlus as backup" in text
    assert "Allow QR" in text


@pytest.mark.feature("APT-03")
def test_a_setting_without_effect_is_saved_and_said(smartplus):
    ran = smartplus("apartment", "edit", "A 1001", "--call-type", "phone_monitor")
    assert ran.code == 0
    assert ran.err == "Note: No telephone is called: nobody here has a telephone number.\n"


@pytest.mark.feature("APT-03")
@pytest.mark.feature("LOG-06")
def test_the_operation_log_tells_settings_in_words(smartplus):
    words = ("--call-type", "monitor_app", "--allow-qr", "no", "--member-limit", "3", "--sip-or-ip", "ip")
    saved = smartplus("apartment", "edit", "A 1001", *words, "--json").json
    told = smartplus("log", "operation", str(saved["operation"]), "--json").json["fields"]
    assert {(one["field"], one["before"], one["after"]) for one in told} == {
        ("Call type", "SmartPlus and indoor monitors", "Indoor monitors with SmartPlus as backup"),
        ("Allow QR", "Yes", "No"),
        ("Member limit", "0", "3"),
        ("SIP/IP", "SIP", "IP"),
    }


@pytest.mark.feature("SET-06")
@pytest.mark.edge("39")
def test_an_apartment_like_another_is_made_and_said(smartplus):
    ran = smartplus("apartment", "add", "--building", "A", "--number", "01001")
    assert (ran.code, ran.err) == (0, "Note: A also has 1001: another apartment.\n")


@pytest.mark.feature("APT-03")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--member-limit", "64"), "member-limit: A limit is 0 to 63 family members; the master does not count."),
        (("--member-limit", "many"), "member-limit: This is a whole number."),
        (
            ("--allow-id-access", "yes"),
            "allow-id-access: This community has no ID Access. An installer can switch it on.",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_refused(smartplus, words, sentence):
    ran = smartplus("apartment", "edit", "A 1001", *words)
    assert (ran.code, ran.err.splitlines()[-1]) == (1, sentence)


@pytest.mark.feature("APT-04")
def test_reset_wants_the_number_typed(smartplus):
    refused = smartplus("apartment", "reset", "A 1001", "--yes")
    assert (refused.code, refused.err.splitlines()[-1]) == (1, "number: Repeat it with --number 1001.")
    wrong = smartplus("apartment", "reset", "A 1001", typed="1002\n")
    assert wrong.code == 1
    assert "Type 1001, the number of the apartment" in wrong.err
    assert smartplus("resident", "list", "--json").json["total"] == 3
    done = smartplus("apartment", "reset", "A 1001", typed="1001\n")
    assert done.code == 0
    assert done.out.startswith("Reset apartment: A 1001 (id:")
    assert "goes: family members 1; e-mail, phones, country 2; PINs 1; RF cards 1" in done.err
    assert "Stays: Account: Inactive" in done.err
    assert "Nobody here can sign in" in done.err
    assert smartplus("resident", "list", "--json").json["total"] == 2


@pytest.mark.feature("APT-04")
def test_scripts_type_the_number_as_an_option_and_may_look_first(smartplus):
    looked = smartplus("apartment", "reset", "A 1001", "--dry-run", "--json").json
    assert {"what": "RF cards", "count": 1} in looked["goes"]
    assert {"what": "Master", "value": "Anna Kowalska"} in looked["stays"]
    assert smartplus("resident", "list", "--json").json["total"] == 3
    done = smartplus("apartment", "reset", "A 1001", "--number", "1001", "--yes", "--json").json
    assert done["did"] == "Reset apartment: A 1001"
    assert smartplus("undo", str(done["operation"]), "--yes").code == 0
    assert smartplus("resident", "list", "--json").json["total"] == 3


@pytest.mark.feature("APT-05")
@pytest.mark.edge("39")
def test_the_export_has_the_columns_of_the_guide_and_the_rows_of_the_filter(smartplus, tmp_path):
    smartplus.done("apartment", "add", "--building", "B", "--number", "0101", "--name", "=Sea view")
    path = tmp_path / "apartments.xlsx"
    assert smartplus.done("apartment", "export", str(path), "--filter", "b:B") == f"4 rows in {path}\n"
    rows = read_xlsx(path)
    assert rows[0] == HEADINGS
    assert [row[1] for row in rows[1:]] == ["0101", "1001", "1002", "1003"]
    assert rows[1] == [
        "B", "0101", "=Sea view", "SmartPlus and indoor monitors", "SIP", "Yes", "Yes", "No", 0, "No", "Yes", 0, 0,
        None, None,
    ]  # fmt: skip
    assert rows[2][HEADINGS.index("Account status")] == "Inactive"


@pytest.mark.feature("APT-05")
def test_csv_is_the_same_rows(smartplus, tmp_path):
    for suffix in ("csv", "xlsx"):
        smartplus.done("apartment", "export", str(tmp_path / f"all.{suffix}"))
    plain = read_csv(tmp_path / "all.csv")
    whole = read_xlsx(tmp_path / "all.xlsx")
    assert plain == [["" if value is None else str(value) for value in row] for row in whole]
