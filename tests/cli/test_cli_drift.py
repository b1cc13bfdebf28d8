"""Drift and receipts by command: what doors hold otherwise, the choice about it, the proof on paper."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from backend.domain.context import Context, agent_context
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DriftCause, Via
from backend.engine import Engine
from backend.store import tables as t
from backend.sync import drift_books
from backend.sync.drifting import Finding
from tests.cli.conftest import Smartplus

FOUND = {"name": "Guest", "pin": "4444", "cards": ["0A0B0C0D"], "grants": [["1001", 1]], "editable": True}


@pytest.fixture
def drifted(smartplus: Smartplus) -> Smartplus:
    """A gate at which the agent found two people whom nobody knows, and a write that was lost."""
    engine = Engine(smartplus.site)
    engine.start()
    try:
        draft = DeviceDraft(name="Main Gate", model="X916", mac="0C1105000001", firmware="916.30.10.105",
                            profile="X916", scheme="http", host="127.0.0.1", port=1, auth="none")  # fmt: skip
        device_id = engine.devices.add(Context(1, "Ines", 1, Via.APP), draft).id
        with engine.sync.store.books(agent_context(1)) as work:
            findings = [
                Finding(DriftCause.UNKNOWN, "#7", "Guest", "7", theirs=FOUND, mac=b"1"),
                Finding(DriftCause.UNKNOWN, "#8", "Visitor", "8", theirs={**FOUND, "pin": "", "cards": []}, mac=b"2"),
                Finding(DriftCause.MISSED, "SP1-1", holder_id=1),
            ]
            drift_books.record(work, device_id, findings)
    finally:
        engine.close()
    return smartplus


@pytest.mark.feature("SYNC-04")
def test_drift_names_each_difference_with_its_cause(drifted):
    items = drifted("drift", "--device", "gate", "--json").json["items"]
    assert {(one["name"], one["cause"]) for one in items} == {
        ("Guest", "unknown"), ("Visitor", "unknown"), ("Kowalska, Anna", "missed"),
    }  # fmt: skip
    told = drifted.done("drift")
    assert "unknown person" in told
    assert "PIN ··44, card ··0D" in told
    assert "4444" not in told


@pytest.mark.feature("SYNC-04")
def test_an_unknown_person_is_adopted_overwritten_or_left(drifted):
    rows = {one["name"]: str(one["id"]) for one in drifted("drift", "--json").json["items"]}
    assert drifted("drift", "--adopt", rows["Guest"], "--yes").code == 1
    adopted = drifted("drift", "--adopt", rows["Guest"], "--person", "jan", "--yes", "--json").json
    assert adopted["did"].startswith("Took over a record of Main Gate")
    shown = drifted("resident", "show", "jan", "--json").json
    assert sorted(one["masked"] for one in shown["credentials"]) == ["··0D", "··44"]
    assert drifted("drift", "--overwrite", rows["Visitor"], "--yes", "--json").json["doors"] == 1
    assert drifted("drift", "--leave", rows["Visitor"]).code == 1
    states = {one["name"]: one["state"] for one in drifted("drift", "--json").json["items"]}
    assert (states["Guest"], states["Visitor"]) == ("removing", "removing")


@pytest.mark.feature("SYNC-04")
@pytest.mark.feature("VIS-06")
def test_an_unknown_person_becomes_a_member_of_staff(drifted):
    row = next(str(one["id"]) for one in drifted("drift", "--json").json["items"] if one["name"] == "Guest")
    assert drifted("drift", "--adopt", row, "--person", "jan", "--new-staff", "Olga Guest", "--yes").code == 2
    drifted.done("drift", "--adopt", row, "--new-staff", "Olga Guest", "--yes")
    shown = drifted("staff", "show", "olga", "--json").json
    assert sorted(one["masked"] for one in shown["credentials"]) == ["··0D", "··44"]
    operation = drifted("log", "operation", "--limit", "1", "--json").json["items"][0]
    assert (operation["entity"], operation["entity_name"]) == ("staff", "Olga Guest")
    drifted.done("undo", str(operation["id"]), "--yes")
    assert drifted("staff", "show", "olga").code == 1


@pytest.mark.feature("SYNC-04")
@pytest.mark.feature("VIS-06")
def test_a_member_of_staff_who_is_here_takes_it_over(drifted):
    drifted.done("staff", "add", "--name", "Olga Brandt", "--pin", "-", typed="3852\n")
    row = next(str(one["id"]) for one in drifted("drift", "--json").json["items"] if one["name"] == "Guest")
    drifted.done("drift", "--adopt", row, "--person", "olga", "--yes")
    shown = drifted("staff", "show", "olga", "--json").json
    live = sorted(one["masked"] for one in shown["credentials"] if one["status"] == "active")
    assert live == ["··0D", "··44"], "the PIN that was found takes the place of hers"


@pytest.mark.parametrize(
    "words",
    [("--adopt", "1", "--overwrite", "2"), ("--person", "anna"), ("--overwrite", "x")],
    ids=["two choices", "a person for nothing", "no number"],
)
def test_a_choice_that_makes_no_sense_is_refused(drifted, words):
    assert drifted("drift", *words).code == 2


def test_nobody_else_is_asked_twice(drifted):
    row = str(drifted("drift", "--json").json["items"][0]["id"])
    assert "Overwrite 1 record?" in drifted("drift", "--overwrite", row, typed="n\n").err


@pytest.mark.feature("SYNC-01")
def test_the_status_of_one_device_says_what_it_waits_for(drifted):
    assert drifted("sync", "status", "gate", "--json").json["waiting"] == "the agent is not running"
    assert "Waits: the agent is not running" in drifted.done("sync", "status", "gate")
    assert drifted("sync", "status", "nothing").code == 1


@pytest.mark.feature("SYNC-03")
@pytest.mark.parametrize("suffix", ["txt", "pdf"])
def test_a_receipt_says_what_is_proved_and_what_is_not(drifted, tmp_path: Path, suffix: str):
    anna = drifted("resident", "show", "anna", "--json").json
    engine = Engine(drifted.site)
    engine.start()
    try:
        with engine.sync.store.books(agent_context(1)) as work:
            work.connection.execute(update(t.device_sync).values(read_back_at=datetime.now(UTC)))
    finally:
        engine.close()
    jan = drifted("resident", "show", "jan", "--json").json["id"]
    drifted.done("resident", "edit", str(jan), "--pin", "-", typed="6677\n")
    drifted.done("resident", "delete", "jan", "--yes")
    target = tmp_path / f"receipt.{suffix}"
    ran = drifted("revoked", f"id:{jan}", "--receipt", str(target))
    assert ran.code == 3
    assert target.stat().st_mode & 0o777 == 0o600
    assert drifted("revoked", f"id:{anna['id']}", "--receipt", str(tmp_path / "none.txt")).code == 1
    if suffix == "pdf":
        assert target.read_bytes().startswith(b"%PDF")
        return
    text = target.read_text()
    assert "removed, not read back" in text
    assert "Not proved yet" in text
    assert "6677" not in text
