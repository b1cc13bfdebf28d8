"""Doors while no agent lives: what can be asked, and what commands say about it."""

from __future__ import annotations

import json
import threading
import time
from datetime import datetime

import pytest
from sqlalchemy import update

from backend.domain.context import Context, agent_context
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import Via
from backend.engine import Engine
from backend.store import tables as t
from tests.cli.conftest import Smartplus


def gate(name: str, number: int, **facts: object) -> DeviceDraft:
    """A door phone at an address where nobody answers."""
    return DeviceDraft(
        name=name,
        model="X916",
        mac=f"0C110500000{number}",
        firmware="916.30.10.105",
        profile="X916",
        scheme="http",
        host="127.0.0.1",
        port=number,
        auth="none",
        **facts,
    )


@pytest.fixture
def gated(smartplus: Smartplus) -> Smartplus:
    """The town with a gate for everybody and a gym in building B."""
    engine = Engine(smartplus.site)
    engine.start()
    try:
        context = Context(1, "Ines", 1, Via.APP)
        engine.devices.add(context, gate("Main Gate", 1))
        engine.devices.add(context.again(), gate("Gym", 2, building_id=2))
    finally:
        engine.close()
    return smartplus


@pytest.mark.feature("DEV-12")
def test_opening_a_door_asks_and_says_that_no_agent_lives(gated):
    assert [item["name"] for item in gated("door", "list", "--json").json["items"]] == ["Gym", "Main Gate"]
    before = gated("log", "operation", "--json").json["total"]
    refused = gated("door", "open", "gym", typed="n\n")
    assert (refused.code, refused.out) == (1, "")
    assert "Open Gym at Gym now?" in refused.err
    assert gated("log", "operation", "--json").json["total"] == before
    ran = gated("door", "open", "gym", "--yes", "--json")
    assert ran.json["state"] == "queued"
    assert "smartplus agent" in ran.err
    told = gated("door", "open", "gym", typed="y\n")
    assert told.out == "Gym: waiting for the agent\n"
    assert "not known yet" in told.err


@pytest.mark.parametrize("text", ["pool", "id:99"])
def test_a_door_that_is_not_there_is_refused(gated, text):
    assert gated("door", "open", text, "--yes").code == 1


@pytest.mark.feature("SYNC-01")
def test_waiting_for_doors_ends_with_3_and_names_those_that_are_missing(gated):
    ran = gated("resident", "edit", "anna", "--last", "Kowal", "--wait", "0.2", "--json")
    assert ran.code == 3
    answer = json.loads(ran.out)
    assert (answer["doors"], answer["done"], answer["total"]) == (1, 0, 1)
    assert answer["waiting"] == [{"device_id": 1, "device": "Main Gate", "reason": "the agent is not running"}]
    assert "Main Gate: the agent is not running" in ran.err
    assert "smartplus agent" in ran.err


def test_a_change_that_concerns_no_door_is_not_waited_for(gated):
    ran = gated("resident", "edit", "anna", "--remark", "has a dog", "--wait", "--json")
    assert (ran.json["doors"], ran.json["total"], ran.json["waiting"]) == (0, 0, [])


@pytest.mark.feature("DEV-13")
def test_identifying_needs_an_agent(gated):
    for words in (("identify", "127.0.0.1"), ("add", "--name", "Side", "--address", "127.0.0.1")):
        ran = gated("device", *words)
        assert (ran.code, ran.out) == (4, "")
        assert "smartplus agent" in ran.err


@pytest.mark.feature("DEV-02")
def test_a_device_is_shown_renamed_and_removed(gated):
    shown = gated("device", "show", "gym", "--json").json
    assert (shown["name"], shown["building"], shown["relays"][0]["name"]) == ("Gym", "B", "Gym")
    gated.done("device", "edit", "gym", "--name", "Fitness", "--door", "1=Side", "--dtmf", "1=5")
    relay = gated("device", "show", "fitness", "--json").json["relays"][0]
    assert (relay["name"], relay["dtmf"]) == ("Side", "5")
    assert "Side" in gated.done("device", "show", "fitness")
    assert gated("device", "edit", "fitness", "--door", "Side").code == 2
    assert gated("device", "edit", "fitness", "--door", "4=Side").err.startswith("door: ")
    assert "every access group" in gated("device", "delete", "fitness", typed="n\n").err
    gated.done("device", "delete", "fitness", "--yes")
    assert gated("device", "list", "--json").json["total"] == 1


@pytest.mark.feature("SYNC-05")
def test_why_tells_the_reason_for_a_person_a_door_and_a_time(gated):
    told = gated("why", "anna", "gate", "2030-06-02T22:10", "--json").json
    assert (told["allowed"], told["person"], told["door"]) == (True, "Kowalska, Anna", "Main Gate")
    assert datetime.fromisoformat(told["at"]).isoformat() == "2030-06-02T22:10:00+02:00"
    assert all(set(check) == {"label", "found", "ok"} for check in told["checks"])
    refused = gated.done("why", "anna", "gym")
    assert refused.startswith("Refused: ")
    assert "×" in refused


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("anna", "pool"), 1),
        (("nobody", "gym"), 1),
        (("anna", "gym", "someday"), 1),
        (("999999",), 1),
        (("anna",), 2),
        ((), 2),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(gated, words, code):
    ran = gated("why", *words)
    assert (ran.code, ran.out) == (code, "")


@pytest.mark.feature("SYNC-02")
def test_plan_shows_what_each_door_would_receive(gated):
    plans = gated("plan", "--json").json["items"]
    assert [plan["device_name"] for plan in plans] == ["Main Gate"]
    assert plans[0]["adds"] == [
        {"holder_id": plans[0]["adds"][0]["holder_id"], "name": "Kowalska, Anna", "what": "PIN and 1 card"}
    ]
    assert "  + Kowalska, Anna: PIN and 1 card" in gated.done("plan", "--device", "gate")
    assert gated("plan", "--device", "gym").err == "Nothing: the doors hold what they should.\n"
    assert gated("plan", "--device", "pool").code == 1


@pytest.mark.feature("SYNC-03")
def test_nothing_is_proved_while_no_door_was_read_back(gated):
    assert gated("revoked", "anna", "--json").json["items"] == []
    assert {one["sync"]["state"] for one in gated("sync", "status", "--json").json["items"]} == {"pending"}
    door = gated("sync", "status", "anna", "--json").json["items"][0]
    assert (door["device"], door["state"]) == ("Main Gate", "pending")
    assert "Main Gate" in gated.done("sync", "status")
    assert "pending" in gated.done("sync", "status", "anna")


@pytest.mark.feature("SYNC-01")
def test_a_wrong_clock_is_told_where_devices_are_listed(gated):
    engine = Engine(gated.site)
    engine.start()
    with engine.sync.store.books(agent_context(1)) as work:
        work.connection.execute(update(t.device_state).values(clock_offset_ms=7_200_000))
    engine.close()
    assert {one["sync"]["state"] for one in gated("sync", "status", "--json").json["items"]} == {"clock"}
    assert "2 h fast: hours come early" in " ".join(gated.done("sync", "status").split())
    assert gated.done("sync", "status").count("wrong time") == 2
    assert "Clock: 2 h fast: hours come early" in gated.done("sync", "status", "gym")
    assert gated.done("device", "list", "--filter", "sync:clock").count("wrong time") == 2


@pytest.mark.feature("SYNC-03")
@pytest.mark.feature("AG-03")
def test_a_relay_that_is_lost_while_the_other_stays_is_named(smartplus, tmp_path):
    engine = Engine(smartplus.site)
    engine.start()
    try:
        lobby = gate("B Lobby", 3, building_id=2, relay_names=("Lobby", "Yard"))
        engine.devices.add(Context(1, "Ines", 1, Via.APP), lobby)
    finally:
        engine.close()
    smartplus.done("access-group", "add", "--name", "Both", "--schedule", "daily 0-24", "--doors", "lobby,yard")
    smartplus.done("access-group", "add-people", "both", "anna", "--yes")
    assert smartplus("revoked", "anna", "--json").json["items"] == []
    smartplus.done("access-group", "edit", "both", "--doors", "lobby", "--yes")
    told = smartplus("revoked", "anna", "--receipt", str(tmp_path / "anna.txt"))
    assert told.code == 3
    assert "B Lobby, relay B" in told.out
    assert "B Lobby, relay B" in (tmp_path / "anna.txt").read_text()
    found = json.loads(smartplus("revoked", "anna", "--json").out)
    assert {(one["device"], one["relay"]) for one in found["items"]} == {("B Lobby, relay B", 2)}
    assert "relay B" in smartplus.done("sync", "status", "anna")
    smartplus.done("access-group", "edit", "both", "--doors", "lobby,yard", "--yes")
    assert smartplus("revoked", "anna", "--json").json["items"] == []


def test_a_deleted_person_is_found_by_name_and_number(gated):
    jan = gated("resident", "show", "jan", "--json").json["id"]
    gated.done("resident", "delete", "jan", "--yes")
    for text in ("jan", str(jan), f"id:{jan}"):
        assert gated("revoked", text, "--json").json["items"] == []
    assert gated("revoked", "nobody").code == 1


def test_a_read_back_is_asked_for_once(gated):
    asked = gated("sync", "check", "--json").json
    assert asked["total"] == 2
    one = gated("sync", "check", "gym", "--json").json["items"]
    assert one[0] in asked["items"]
    assert "Asked for a read-back of 2 devices." in gated.done("sync", "check")


@pytest.mark.feature("SYNC-02")
def test_only_a_stopped_removal_can_be_released(gated):
    assert gated("sync", "release", "gym", "--yes").code == 2
    ran = gated("sync", "release", "gym", "--count", "30", "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert "Nothing is held at Gym." in ran.err


def test_waiting_notices_the_change_when_it_comes(gated):
    """The books are written by another thread while the command waits."""
    number = gated("resident", "edit", "anna", "--last", "Kowal", "--json").json["operation"]
    done = threading.Timer(0.5, _write_down_that_all_is_done, [gated])
    done.start()
    began = time.monotonic()
    undone = gated("undo", str(number), "--yes", "--wait", "20", "--json")
    done.join()
    assert undone.json["done"] == undone.json["total"] == 1
    assert time.monotonic() - began < 15


def _write_down_that_all_is_done(gated: Smartplus) -> None:
    from sqlalchemy import update

    from backend.domain.context import agent_context
    from backend.store import tables as t
    from backend.store.opening import open_site

    store = open_site(gated.site)
    try:
        with store.books(agent_context(1)) as work:
            work.connection.execute(update(t.device_sync).values(done_gen=1_000_000))
            work.touch("sync")
    finally:
        store.close()
