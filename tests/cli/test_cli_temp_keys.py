"""Temporary keys by command (features VIS-01 to VIS-04)."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartplus_tui.cli.exits import Exit
from tests.cli.conftest import Smartplus
from tests.support.qr_reading import read_cells, read_png


@pytest.fixture
def doors(smartplus: Smartplus) -> Smartplus:
    """The town with a gate that reads QR codes and a gym that does not."""
    for number, (name, model) in enumerate((("Gate", "X916"), ("Gym", "R20A")), 1):
        place = ("--building", "A", "--address", f"192.0.2.{number}", "--auth", "none")
        facts = ("--name", name, "--model", model, "--mac", f"0C1105AA000{number}", "--firmware", "1", "--door", name)
        smartplus.done("device", "add", "--by-hand", *facts, *place)
    return smartplus


@pytest.mark.feature("VIS-01")
def test_a_key_is_made_shown_drawn_and_deleted(doors: Smartplus, tmp_path: Path) -> None:
    options = ("--apartment", "A 1001", "--name", "plumber", "--until", "2h", "--doors", "gate,gym", "--count", "2")
    made = doors("--json", "temp-key", "add", *options, "--id-number", "AX 4471")
    assert "doors: Gym (R20A) has no QR reader" in made.err
    record = doors("--json", "temp-key", "show", "plumber").json
    assert (record["state"], record["used"], record["total"], record["id_number"]) == ("valid", 0, 4, "AX 4471")
    digits = record["digits"]
    (row,) = doors("--json", "temp-key", "list", "--filter", "state:valid plumb").json["items"]
    assert (row["name"], row["apartment"], row["uses"]) == ("plumber", "1001", "0 of 4")
    assert digits not in doors.done("temp-key", "list")
    drawn = doors.done("temp-key", "qr", "plumber").splitlines()
    assert read_cells(drawn[:-1]) == digits
    assert drawn[-1] == f"{digits[:4]} {digits[4:]}"
    doors.done("temp-key", "qr", "plumber", str(tmp_path / "key.png"))
    assert read_png((tmp_path / "key.png").read_bytes()) == digits
    asked = doors("temp-key", "delete", "plumber", typed="n\n")
    assert (asked.code, "1 of 1 still hold. Doors concerned: Gate, Gym." in asked.err) == (Exit.REFUSED, True)
    doors.done("--yes", "temp-key", "delete", "--filter", "state:valid")
    assert doors("--json", "temp-key", "list").json["total"] == 0
    doors.done("--yes", "undo", str(doors("--json", "log", "operation", "--limit", "1").json["items"][0]["id"]))
    assert doors("--json", "temp-key", "show", "plumber").json["digits"] == digits


@pytest.mark.edge("19")
@pytest.mark.feature("VIS-01")
def test_hours_make_a_key_repeat_and_only_its_time_changes(doors: Smartplus) -> None:
    name = ("--name", "cleaner", "--doors", "gate")
    doors.done("temp-key", "add", *name, "--schedule", "mo-fr 8-18", "--count", "3")
    record = doors("--json", "temp-key", "show", "cleaner").json
    assert (record["repeat"], record["schedule"], record["total"], record["each_count"]) == (
        "weekly", "mo-fr 8-18", None, None
    )  # fmt: skip
    doors.done("temp-key", "edit", "cleaner", "--schedule", "daily 22-6", "--until", "3d")
    record = doors("--json", "temp-key", "show", "cleaner").json
    assert (record["repeat"], record["schedule"], record["ends_at"] is not None) == ("daily", "daily 22-6", True)
    assert "Every day, 22:00 to 06:00 the next day" in doors.done("temp-key", "show", "cleaner")
    assert doors("temp-key", "edit", "cleaner", "--name", "other").code == Exit.USAGE
    bad = doors("temp-key", "add", *name, "--repeat", "weekly", "--schedule", "8-18", "--until", "yesterday")
    assert bad.code == Exit.REFUSED
    assert "schedule: Weekly hours need a weekday" in bad.err
    assert "until: 'yesterday' is no moment" in bad.err


@pytest.mark.edge("23")
@pytest.mark.feature("VIS-02")
def test_a_key_waits_for_a_mail_server_and_is_mailed_again(doors: Smartplus) -> None:
    doors.done("temp-key", "add", "--name", "plumber", "--doors", "gate", "--email", "p@example.com")
    (mail,) = doors("--json", "temp-key", "show", "plumber").json["mails"]
    assert (mail["state"], mail["address"]) == ("waiting", "p@example.com")
    assert doors("--json", "temp-key", "show", "plumber").json["state"] == "valid"
    doors.done("--yes", "temp-key", "resend", "plumber")
    states = [one["state"] for one in doors("--json", "temp-key", "show", "plumber").json["mails"]]
    assert states == ["withdrawn", "waiting"]
    doors.done("temp-key", "add", "--name", "courier", "--doors", "gate")
    assert "no e-mail address" in doors("--yes", "temp-key", "resend", "courier").err


@pytest.mark.feature("SET-04")
def test_the_visitor_setting_is_set_by_command(doors: Smartplus) -> None:
    doors.done("setting", "set", "visitor.email=yes", "visitor.longest=1")
    refused = doors("temp-key", "add", "--name", "plumber", "--doors", "gate", "--until", "3d")
    assert refused.code == Exit.REFUSED
    assert "email: An e-mail address is needed" in refused.err
    assert "until: Keys hold 1 day at most." in refused.err
