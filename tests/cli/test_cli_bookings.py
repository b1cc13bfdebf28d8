"""Amenities and reservations by command (features BOOK-01 to BOOK-03)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smartplus_tui.cli.exits import Exit
from tests.cli.conftest import Smartplus

ALL_DAY = ("--hours", "0-24", "--duration", "240")
MAC = "0C1105AA0001"


@pytest.fixture
def resort(smartplus: Smartplus) -> Smartplus:
    """The town with a premium plan and a pool door."""
    until = (datetime.now(tz=UTC) + timedelta(days=90)).date().isoformat()
    smartplus.done("community", "switch", "--premium-until", until)
    place = ("--building", "A", "--address", "192.0.2.1", "--auth", "none")
    smartplus.done("device", "add", "--by-hand", "--name", "Pool", "--model", "X916", "--mac", MAC,
                   "--firmware", "1", "--door", "Pool", *place)  # fmt: skip
    return smartplus


@pytest.mark.feature("BOOK-01")
def test_an_amenity_is_made_listed_changed_and_deleted(resort: Smartplus, tmp_path: Path) -> None:
    import PIL.Image

    picture = tmp_path / "pool.png"
    PIL.Image.new("RGB", (200, 160), "blue").save(picture)
    options = ("--description", "Roof", "--hours", "8-12; 14-22", "--building", "A", "--capacity", "3")
    resort.done("amenity", "add", "--name", "Pool", "--device", "Pool", *options, "--picture", str(picture))
    shown = resort("--json", "amenity", "show", "pool").json
    assert (shown["name"], shown["everywhere"], shown["place"], shown["picture"]) == ("Pool", False, "A", True)
    assert (shown["duration"], shown["lead_days"], shown["capacity"], shown["uses"]) == (60, 7, 3, 0)
    [row] = resort("--json", "amenity", "list").json["items"]
    assert (row["name"], row["device"], row["buildings"]) == ("Pool", "Pool", "A")
    resort.done("amenity", "edit", "pool", "--hours", "mo-fr 8-20", "--lead-days", "3")
    assert resort("--json", "amenity", "show", "pool").json["hours"] == "mo-fr 8-20"
    refused = resort("amenity", "edit", "pool", "--hours", "8-12; 11-13", "--duration", "0")
    assert refused.code == Exit.REFUSED
    assert "hours: Two periods overlap." in refused.err
    assert "duration: Maximum Duration is 5 to 1,440 minutes." in refused.err
    resort.done("--yes", "amenity", "delete", "pool")
    assert resort("amenity", "show", "pool").code == Exit.REFUSED


@pytest.mark.feature("BOOK-03")
def test_taking_the_device_out_of_the_group_asks_first(resort: Smartplus) -> None:
    options = ("--name", "Pool", "--device", "Pool", "--hours", "0-24", "--out-of-group", "yes")
    refused = resort("amenity", "add", *options, typed="n\n")
    assert refused.code == Exit.REFUSED
    assert "Pool" in refused.err
    resort.done("--yes", "amenity", "add", *options)
    assert resort("--json", "why", "anna", "pool").json["allowed"] is False
    operation = resort("--json", "log", "operation", "--limit", "1").json["items"][0]
    assert operation["action"] == "Added amenity"


@pytest.mark.feature("BOOK-02")
def test_a_reservation_is_made_moved_and_cancelled(resort: Smartplus) -> None:
    resort.done("amenity", "add", "--name", "Pool", "--device", "Pool", *ALL_DAY)
    made = resort("--json", "booking", "add", "--amenity", "pool", "--resident", "anna", "--day", "tomorrow",
                  "--start", "10", "--end", "90m").json  # fmt: skip
    number = str(made["id"])
    shown = resort("--json", "booking", "show", number).json
    assert (shown["amenity"], shown["resident"], shown["status"]) == ("Pool", "Kowalska, Anna", "upcoming")
    assert len(shown["digits"]) == 8
    assert shown["mail"] == "waiting"
    resort.done("booking", "move", number, "--start", "12", "--end", "13")
    moved = resort("--json", "booking", "show", number).json
    assert moved["digits"] == shown["digits"]
    assert "T12:00" in moved["starts_at"]
    twice = resort("booking", "add", "--amenity", "pool", "--resident", "anna", "--day", "tomorrow", "--start", "12:30",
                   "--end", "14")  # fmt: skip
    assert twice.code == Exit.REFUSED
    assert "start: Anna Kowalska has reserved Pool" in twice.err
    asked = resort("booking", "cancel", number, typed="n\n")
    assert asked.code == Exit.REFUSED
    assert "the key opens no more" in asked.err
    resort.done("--yes", "booking", "cancel", "--filter", "status:upcoming")
    assert resort("--json", "booking", "show", number).json["status"] == "cancelled"
    resort.done("--yes", "undo", str(resort("--json", "log", "operation", "--limit", "1").json["items"][0]["id"]))
    assert resort("--json", "booking", "show", number).json["status"] == "upcoming"


@pytest.mark.feature("BOOK-02")
def test_who_has_no_address_gets_no_mail_and_it_is_said(resort: Smartplus) -> None:
    resort.done("amenity", "add", "--name", "Pool", "--device", "Pool", *ALL_DAY)
    ran = resort("booking", "add", "--amenity", "pool", "--resident", "jan", "--day", "tomorrow", "--start", "9",
                 "--end", "10")  # fmt: skip
    assert ran.code == 0
    assert "No mail" in ran.err
    number = str(resort("--json", "booking", "list").json["items"][0]["id"])
    assert [row["id"] for row in resort("--json", "booking", "list", "--resident", "jan").json["items"]] == [
        int(number)
    ]
    assert not resort("--json", "booking", "list", "--resident", "anna").json["items"]
    assert "Nothing matches" in resort("booking", "list", "--filter", "status:no_show", "--resident", "jan").err
    assert "e-mail address" in resort("booking", "mail", number).err


@pytest.mark.feature("BOOK-02")
def test_bad_times_are_told_at_their_options(resort: Smartplus) -> None:
    resort.done("amenity", "add", "--name", "Pool", "--device", "Pool", *ALL_DAY)
    who = ("--amenity", "pool", "--resident", "anna")
    bad = resort("booking", "add", *who, "--day", "tomorrow", "--start", "noon", "--end", "")
    assert bad.code == Exit.REFUSED
    assert "start: 'tomorrow noon' is no moment." in bad.err
    assert "end: Write when it ends" in bad.err
    assert (
        "start: Pool can be reserved"
        in resort("booking", "add", *who, "--day", "2090-01-01", "--start", "9", "--end", "10").err
    )


@pytest.mark.feature("BOOK-01")
def test_without_the_plan_nothing_is_added(smartplus: Smartplus) -> None:
    smartplus.done("device", "add", "--by-hand", "--name", "Pool", "--model", "X916", "--mac", MAC, "--firmware", "1",
                   "--door", "Pool", "--building", "A", "--address", "192.0.2.1", "--auth", "none")  # fmt: skip
    ran = smartplus("amenity", "add", "--name", "Pool", "--device", "Pool", *ALL_DAY)
    assert ran.code == Exit.REFUSED
    assert "premium feature plan" in ran.err
