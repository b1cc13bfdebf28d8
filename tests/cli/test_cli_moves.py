"""Handover of apartments by commands: now, ahead, with a receipt (feature RES-16)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Smartplus

NEW = {"first": "Ewa", "last": "Nowak", "email": "ewa@example.com", "card": ["9F8E7D6C"], "pin": "5263"}


@pytest.fixture
def new(tmp_path: Path) -> str:
    """Who comes, in a file of their own."""
    path = tmp_path / "new.json"
    path.write_text(json.dumps({name: value for name, value in NEW.items() if name != "card"} | {"cards": NEW["card"]}))
    path.chmod(0o600)
    return str(path)


def names(smartplus: Smartplus, apartment: str = "A 1001") -> list[str]:
    """Who lives in an apartment."""
    return [one["name"] for one in smartplus("apartment", "show", apartment, "--json").json["residents"]]


@pytest.mark.feature("RES-16")
def test_a_handover_from_a_file_with_its_receipt_and_back(smartplus: Smartplus, new: str, tmp_path: Path) -> None:
    paper = tmp_path / "receipt.txt"
    ran = smartplus("apartment", "handover", "A 1001", "--from", new, "--receipt", str(paper), "--yes", "--json")
    told = ran.json
    assert (told["move"]["state"], told["move"]["comes"], told["did"]) == (
        "done", "Ewa Nowak", "Moved out and in: A 1001",
    )  # fmt: skip
    assert names(smartplus) == ["Nowak, Ewa"]
    assert "leaves: Anna Kowalska (Master), Jan Kowalska (Member)" in ran.err
    text = paper.read_text()
    assert "Handover of A 1001" in text
    assert "Ewa Nowak" in text
    assert not [secret for secret in ("5263", "9F8E7D6C", "2741", "0A1B2C3D") if secret in text + ran.out + ran.err]
    assert paper.stat().st_mode & 0o777 == 0o600
    smartplus.done("undo", str(told["operation"]), "--yes")
    assert names(smartplus) == ["Kowalska, Anna", "Kowalska, Jan"]
    listed = smartplus("apartment", "moves", "list", "--apartment", "A 1001", "--json").json["items"]
    assert [one["taken_back"] for one in listed] == [True]


@pytest.mark.feature("RES-16")
def test_a_pin_comes_through_a_pipe_and_a_pdf_can_be_written_later(smartplus: Smartplus, tmp_path: Path) -> None:
    who = ("--first", "Ewa", "--last", "Nowak", "--pin", "-")
    smartplus.done("apartment", "handover", "A 1001", *who, "--number", "1001", typed="5263\n")
    (one,) = smartplus("apartment", "moves", "list", "--apartment", "A 1001", "--json").json["items"]
    paper = tmp_path / "receipt.pdf"
    smartplus.done("apartment", "moves", "receipt", str(one["id"]), str(paper))
    assert paper.read_bytes().startswith(b"%PDF")


@pytest.mark.feature("RES-16")
@pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")
def test_a_file_with_codes_that_others_can_read_is_refused(smartplus: Smartplus, new: str) -> None:
    Path(new).chmod(0o644)
    ran = smartplus("apartment", "handover", "A 1001", "--from", new, "--yes")
    assert ran.code == 1
    assert "others can read it: chmod 600" in ran.err
    ran = smartplus("apartment", "handover", "A 1001", "--first", "Ewa", "--pin", "5263", "--yes")
    assert ran.code == 2
    assert "5263" not in ran.err
    assert names(smartplus) == ["Kowalska, Anna", "Kowalska, Jan"]


@pytest.mark.feature("RES-16")
def test_ahead_it_is_planned_listed_found_changed_and_cancelled(smartplus: Smartplus, new: str) -> None:
    told = smartplus(
        "apartment", "handover", "A 1001", "--from", new, "--at", "2099-12-01T12:00+01:00", "--yes", "--json"
    ).json
    assert (told["move"]["state"], told["move"]["at"]) == ("planned", "2099-12-01T12:00:00.000+01:00")
    assert names(smartplus) == ["Kowalska, Anna", "Kowalska, Jan"]
    (one,) = smartplus("apartment", "moves", "list", "--json").json["items"]
    assert (one["comes"], one["leaves"]) == ("Ewa Nowak", ["Anna Kowalska", "Jan Kowalska"])
    found = smartplus("apartment", "list", "--filter", "move:planned", "--json").json
    assert [row["number"] for row in found["items"]] == ["1001"]
    assert "Ewa Nowak in" in smartplus.done("apartment", "moves", "list")
    smartplus.done("apartment", "moves", "change", str(one["id"]), "--at", "2099-12-02 9")
    assert "2099-12-02 09:00" in smartplus.done("apartment", "moves", "list")
    smartplus.done("apartment", "moves", "cancel", str(one["id"]), "--yes")
    assert smartplus("apartment", "moves", "list", "--json").json["total"] == 0
    assert smartplus("apartment", "list", "--filter", "move:planned", "--json").json["total"] == 0


@pytest.mark.feature("RES-16")
def test_a_family_moves_out_by_any_of_its_names(smartplus: Smartplus) -> None:
    dry = smartplus("resident", "move-out", "Jan", "--dry-run", "--json").json
    assert [one["name"] for one in dry["preview"]["leaves"]] == ["Anna Kowalska", "Jan Kowalska"]
    assert names(smartplus) == ["Kowalska, Anna", "Kowalska, Jan"]
    ran = smartplus("resident", "move-out", "Jan", "--number", "1002")
    assert (ran.code, "Type 1001" in ran.err) == (1, True)
    smartplus.done("resident", "move-out", "Jan", typed="1001\n")
    assert names(smartplus) == []


@pytest.mark.feature("RES-16")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--first", "Ewa", "--at", "yesterday"), 1, "at: "),
        (("--first", "Ewa", "--pin", "-"), 1, "pin: "),
        ((), 2, "Say who comes"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_happens(
    smartplus: Smartplus, words: tuple[str, ...], code: int, said: Any
) -> None:
    ran = smartplus("apartment", "handover", "A 1001", *words, "--yes", typed="2741\n")
    assert (ran.code, said in ran.err) == (code, True)
    assert names(smartplus) == ["Kowalska, Anna", "Kowalska, Jan"]
