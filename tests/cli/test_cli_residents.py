"""Residents by command: access methods, app passwords, linked users, and two at one record."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from smartplus_tui.cli.exits import Exit
from tests.cli.conftest import Smartplus

ANNA = "Kowalska, Anna"


@pytest.mark.feature("RES-08")
def test_reset_password_says_where_it_goes_and_asks(smartplus: Smartplus) -> None:
    refused = smartplus("resident", "reset-password", ANNA, typed="n\n")
    assert refused.code == Exit.REFUSED
    assert "the new one goes to anna@example.com" in refused.err
    done = smartplus("--yes", "resident", "reset-password", ANNA)
    assert done.code == 0, done.err
    assert "waits in the Outbox for anna@example.com" in done.out  # no mail server is set up
    assert "Reset app password" in done.out
    answer = smartplus("--yes", "--json", "resident", "reset-password", ANNA).json
    assert (answer["login"]["state"], answer["login"]["sent_to"]) == ("sent", "anna@example.com")
    waits = smartplus("--yes", "resident", "reset-password", "Nowak")
    assert "waits for an address" in waits.out


@pytest.mark.edge("33")
@pytest.mark.feature("RES-08")
def test_a_linked_users_contact_data_is_skipped_and_said(smartplus: Smartplus) -> None:
    smartplus.done("resident", "link", ANNA, "--reason", "Manages a second home.")
    both = smartplus("resident", "edit", ANNA, "--email", "other@example.com", "--remark", "Two bicycles")
    assert both.code == Exit.PARTLY
    assert "email: Anna Kowalska is a linked user: Manages a second home." in both.err
    record = smartplus("--json", "resident", "show", ANNA).json
    assert (record["email"], record["remark"]) == ("anna@example.com", "Two bicycles")
    alone = smartplus("resident", "edit", ANNA, "--email", "other@example.com")
    assert alone.code == Exit.REFUSED
    smartplus.done("resident", "unlink", ANNA)
    smartplus.done("resident", "edit", ANNA, "--email", "other@example.com")


@pytest.mark.edge("75")
@pytest.mark.feature("RES-08")
def test_an_older_version_is_refused_naming_what_changed(smartplus: Smartplus) -> None:
    version = smartplus("--json", "resident", "show", ANNA).json["version"]
    smartplus.done("resident", "edit", ANNA, "--remark", "first")
    refused = smartplus("resident", "edit", ANNA, "--remark", "second", "--version", str(version))
    assert refused.code == Exit.REFUSED
    assert "Ines Moreau changed Anna Kowalska meanwhile: Remark." in refused.err
    assert smartplus("--json", "resident", "show", ANNA).json["remark"] == "first"
    now = smartplus("--json", "resident", "show", ANNA).json["version"]
    smartplus.done("resident", "edit", ANNA, "--remark", "second", "--version", str(now))


@pytest.mark.feature("RES-05")
def test_floors_face_and_a_further_pin(smartplus: Smartplus, tmp_path: Path) -> None:
    Image.new("RGB", (300, 400), "navy").save(tmp_path / "anna.png")
    options = ("--floors", "g1;3", "--face", str(tmp_path / "anna.png"), "--further-pins", "1")
    smartplus.done("resident", "edit", ANNA, *options, typed="4063\n")
    record = smartplus("--json", "resident", "show", ANNA).json
    assert record["floors"] == ["G1", "3"]
    assert sorted(one["kind"] for one in record["credentials"]) == ["card", "face", "pin", "pin"]
    smartplus.done("resident", "photo", ANNA, str(tmp_path / "out.jpg"))
    assert Image.open(tmp_path / "out.jpg").size == (300, 400)
    again = smartplus("resident", "photo", ANNA, str(tmp_path / "out.jpg"))
    assert (again.code, "there already" in again.err) == (Exit.REFUSED, True)
    (tmp_path / "text.png").write_text("no photo")
    bad = smartplus("resident", "edit", ANNA, "--face", str(tmp_path / "text.png"))
    assert (bad.code, "JPEG and PNG" in bad.err) == (Exit.REFUSED, True)


@pytest.mark.edge("6")
@pytest.mark.feature("RES-05")
def test_what_to_know_is_said_and_the_act_is_done(smartplus: Smartplus) -> None:
    ran = smartplus("resident", "edit", "Nowak", "--pin", "-", typed="274\n")
    assert ran.code == 0
    assert "pin: Another PIN holds this one" in ran.err


@pytest.mark.feature("RES-07")
def test_a_master_alone_is_not_deleted_and_the_whole_family_is_named(smartplus: Smartplus) -> None:
    refused = smartplus("resident", "delete", ANNA, typed="y\n")
    assert refused.code == Exit.REFUSED
    line = next(line for line in refused.err.splitlines() if "The whole family: smartplus resident delete" in line)
    ids = line.rpartition("delete ")[2].split()
    assert len(ids) == 2
    told = smartplus("resident", "delete", *ids, typed="y\n")
    assert told.code == 0, told.err
    assert "licence of A 1001 dies with its master" in told.err


@pytest.mark.edge("8")
@pytest.mark.feature("RES-05")
def test_a_card_is_shown_in_every_notation_to_compare_with_what_is_printed(smartplus: Smartplus) -> None:
    codes = smartplus("--json", "resident", "reveal", ANNA).json["codes"]
    card = next(one for one in codes if one["kind"] == "card")
    assert (card["value"], card["decimal"], card["reversed"]) == ("0A1B2C3D", "0169552957", "3D2C1B0A")
    told = smartplus.done("resident", "reveal", ANNA)
    assert "0169552957" in told
    taken = smartplus("resident", "edit", "Nowak", "--card", "-", typed="dec:0169552957\n")
    assert taken.code == Exit.REFUSED
    assert "belongs to Anna Kowalska" in taken.err
