"""`smartplus library`: whose a code is, replacing and taking away (LIB-01, LIB-02; task 10)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import PIN, Smartplus

CARD = "0A1B2C3D"


@pytest.mark.feature("LIB-01")
def test_pins_are_listed_masked_and_looked_up_from_standard_input_only(smartplus: Smartplus) -> None:
    (row,) = smartplus("library", "pin", "list", "--json").json["items"]
    assert (row["name"], row["masked"], row["identity"], row["apartment"]) == (
        "Kowalska, Anna",
        "··41",
        "master",
        "1001",
    )
    assert PIN not in smartplus.done("library", "pin", "list")
    found = smartplus("library", "pin", "show", "-", "--json", typed=f"{PIN}\n").json
    assert (found["name"], found["masked"]) == ("Kowalska, Anna", "··41")
    for arguments in (("list", "--filter", f"pin:{PIN}"), ("delete", "--filter", f"pin:{PIN}")):
        refused = smartplus("library", "pin", *arguments)
        assert refused.code == 2
        assert "does not belong in an argument" in refused.err
    assert smartplus("library", "pin", "edit", str(row["id"]), "--pin", "9911").code == 2
    told = smartplus("log", "operation", "--filter", "type:library.pin", "--json").json["items"]
    assert [one["action"] for one in told] == ["Looked up a PIN"]


@pytest.mark.feature("LIB-02")
@pytest.mark.edge("8")
@pytest.mark.parametrize("number", [CARD, "3D2C1B0A", "0169552957", "dec:0169552957", "0a:1b:2c:3d", "a1b2c3d"])
def test_a_card_number_alone_in_any_notation_says_whose_it_is(smartplus: Smartplus, number: str) -> None:
    found = smartplus("library", "card", number, "--json").json
    assert (found["name"], found["building"], found["apartment"], found["masked"]) == (
        "Kowalska, Anna",
        "A",
        "1001",
        "··3D",
    )
    assert CARD not in smartplus.done("library", "card", "show", number)


@pytest.mark.feature("LIB-02")
def test_a_lost_card_is_replaced_then_taken_away(smartplus: Smartplus) -> None:
    done = smartplus("library", "card", "edit", CARD, "--value", "9F8E7D6C", "--json").json
    assert done["did"] == "Replaced a card: Kowalska, Anna · A 1001"
    assert smartplus("library", "card", CARD).code == 1
    taken = smartplus("library", "card", "edit", "9F8E7D6C", "--value", "zz")
    assert (taken.code, "0-9 and A-F" in taken.err) == (1, True)
    assert smartplus("library", "card", "delete", "9F8E7D6C").code == 1, "nothing answers the question"
    gone = smartplus("library", "card", "delete", "9F8E7D6C", "--yes", "--json").json
    assert gone["deleted"] == 1
    assert smartplus("library", "card", "list", "--json").json["total"] == 0
    smartplus.done("undo", str(gone["operation"]), "--yes")
    assert smartplus("library", "card", "9F8E7D6C", "--json").json["status"] == "active"


@pytest.mark.feature("LIB-01")
@pytest.mark.edge("5")
def test_a_pin_is_replaced_from_standard_input_and_a_taken_one_names_its_owner(smartplus: Smartplus) -> None:
    smartplus.done("resident", "edit", "Nowak", "--pin", "-", typed="3852\n")
    refused = smartplus("library", "pin", "edit", "-", "--pin", "-", typed=f"{PIN}\n3852\n")
    assert (refused.code, "belongs to Łucja Nowak, B 1001" in refused.err) == (1, True)
    smartplus.done("library", "pin", "edit", "-", "--pin", "-", typed=f"{PIN}\n64821\n")
    rows = smartplus("library", "pin", "list", "--filter", "kowal", "--json").json["items"]
    assert [row["masked"] for row in rows] == ["··21"]
    smartplus.done("library", "pin", "delete", str(rows[0]["id"]), "--yes")
    assert smartplus("library", "pin", "list", "--filter", "kowal", "--json").json["total"] == 0


@pytest.mark.feature("LIB-01")
def test_what_is_not_there_is_said(smartplus: Smartplus) -> None:
    assert "no such code" in smartplus("library", "pin", "show", "4711").err
    assert "Nobody has this card" in smartplus("library", "card", "11223344").err
    assert "Nothing matches" in smartplus("library", "card", "delete", "--filter", "zzz", "--yes").err
    assert smartplus("library", "card", "delete").code == 2


@pytest.mark.feature("LIB-03")
def test_ghosts_are_listed_worst_first_with_their_reasons(smartplus: Smartplus, tmp_path: Path) -> None:
    assert smartplus("library", "ghosts", "--json").json == {"items": [], "total": 0, "after": None}
    smartplus.done("resident", "edit", "Nowak", "--pin", "-", typed="0000\n")
    found = smartplus("library", "ghosts", "--json").json
    (row,) = found["items"]
    assert (row["name"], row["score"], row["reason"]) == ("Nowak, Łucja", 45, ["guessable"])
    assert "one digit repeated" in smartplus.done("library", "ghosts", "--filter", "why:guessable")
    assert smartplus("library", "ghosts", "--filter", "kowal", "--json").json["total"] == 0
    smartplus.done("library", "ghosts", "--export", str(tmp_path / "ghosts.csv"))
    written = (tmp_path / "ghosts.csv").read_text(encoding="utf-8-sig")
    assert "Nowak, Łucja" in written
    assert "0000" not in written
    smartplus.done("library", "pin", "delete", str(row["id"]), "--yes")
    assert smartplus("library", "ghosts", "--json").json["total"] == 0
