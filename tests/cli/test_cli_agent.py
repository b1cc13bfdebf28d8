"""The command line with a live agent and virtual devices, each a process started by its own command."""

from __future__ import annotations

import http.client
import json
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.cli.conftest import Smartplus

WITHIN = 30.0
PASSWORD = "httpapi-7"
DEVICES = """
ready_file = "ready.json"

[[device]]
name = "gate"
model = "X916"
address = "127.0.0.21"
timezone = "Europe/Berlin"
password = "httpapi-7"

[[device]]
name = "garage"
model = "E18C"
address = "127.0.0.22"
timezone = "Europe/Berlin"
password = "httpapi-7"
"""


def start(*words: str, **options: Any) -> subprocess.Popen[str]:
    """`smartplus` as a process."""
    return subprocess.Popen([sys.executable, "-m", "smartplus_tui", *words], text=True, **options)


def until(condition: Callable[[], Any], within: float = WITHIN) -> Any:
    """What `condition` answers once it is something; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, "what was waited for did not happen"
        time.sleep(0.02)
    return found


@dataclass
class House:
    """The town with a gate for everybody, a live agent, and somebody standing at the devices."""

    smartplus: Smartplus
    ready: dict[str, Any]

    def address(self, device: str) -> str:
        """Where a device answers."""
        return str(self.ready["devices"][device]["url"])

    def opens(self, device: str, pin: str) -> bool:
        """Whether a device opens to a PIN that is typed there."""
        return not self._ask("POST", f"{device}/keypad", {"pin": pin})["refused"]

    def relay_is_open(self, device: str) -> bool:
        """Whether one of the device's relays stands open."""
        return any(self._ask("GET", device)["relays"].values())

    def set_faults(self, device: str, **faults: bool) -> None:
        """Switch faults of a device on or off."""
        self._ask("POST", f"{device}/faults", faults)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        control = urlsplit(self.ready["control"])
        connection = http.client.HTTPConnection(str(control.hostname), control.port, timeout=WITHIN)
        connection.request(method, f"/devices/{path}", json.dumps(body or {}), {"Content-Type": "application/json"})
        answer = connection.getresponse().read()
        connection.close()
        return json.loads(answer)


@pytest.fixture(scope="module")
def house(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Made by the commands; both processes end orderly by a signal that passes through."""
    place = tmp_path_factory.mktemp("house")
    smartplus = Smartplus(Path(shutil.copytree(town, place / "site")))
    (place / "doors.toml").write_text(DEVICES)
    virtual = start("virtual", "run", str(place / "doors.toml"), stdout=subprocess.DEVNULL)
    agent = start("agent", "--site", str(smartplus.site))
    try:
        ready = until((place / "ready.json").exists) and json.loads((place / "ready.json").read_text())
        made = House(smartplus, ready)
        until(lambda: alive(smartplus))
        where = ("--address", made.address("gate"), "--user", "admin", "--password", "-")
        smartplus.done("device", "add", "--name", "Main Gate", *where, "--wait", typed=f"{PASSWORD}\n")
        yield made
    finally:
        for process in (agent, virtual):
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(timeout=WITHIN) for process in (agent, virtual)]
    assert codes == [0, 0]


def alive(smartplus: Smartplus) -> bool:
    """Whether the agent has signed in; asking for nothing says so."""
    return smartplus("sync", "check").err == ""


@pytest.mark.feature("SYNC-01")
@pytest.mark.feature("SYNC-03")
def test_a_resident_reaches_the_gate_and_leaves_it_with_proof(house):
    smartplus = house.smartplus
    new = ("resident", "add", "--apartment", "A 1002", "--first", "Ida", "--last", "May", "--pin", "-")
    added = smartplus(*new, "--wait", "--json", typed="5566\n").json
    assert (added["doors"], added["done"], added["total"], added["waiting"]) == (1, 1, 1, [])
    since = datetime.fromisoformat(smartplus("log", "operation", str(added["operation"]), "--json").json["at"])
    until(lambda: datetime.now(UTC) >= since + timedelta(seconds=1))  # a door writes down whole seconds
    assert house.opens("gate", "5566")
    line = until(lambda: smartplus("log", "door", "--filter", "name:may", "--json").json["items"])[0]
    assert (line["initiated_by"], line["response"], line["action"]) == ("May, Ida", "success", "pin")
    assert smartplus("why", str(line["id"]), "--json").json["allowed"] is True
    assert smartplus("log", "door", str(line["id"]), "--json").json["id"] == line["id"]
    gone = smartplus("resident", "delete", "ida", "--yes", "--wait", "--json").json
    assert (gone["did"], gone["done"]) == ("Deleted resident: May, Ida · A 1002", 1)
    proof = smartplus("revoked", "ida", "--json").json["items"]
    assert [one["device"] for one in proof] == ["Main Gate"]
    assert proof[0]["absent_at"] is not None
    assert "1 of 1 proved." in smartplus("revoked", "ida").err
    assert not house.opens("gate", "5566")
    smartplus.done("undo", str(gone["operation"]), "--yes", "--wait")
    assert house.opens("gate", "5566")


@pytest.mark.feature("DEV-12")
def test_a_door_is_opened_and_the_answer_waited_for(house):
    opened = house.smartplus("door", "open", "gate", "--wait", "--yes", "--json").json
    assert (opened["state"], opened["text"], opened["door"]) == ("done", "opened", "Main Gate")
    assert house.relay_is_open("gate")
    assert house.smartplus.done("door", "open", "main gate", "--wait", typed="y\n") == "Main Gate: opened\n"


@pytest.mark.feature("DEV-13")
@pytest.mark.feature("DEV-01")
def test_a_device_is_identified_added_and_its_trouble_told(house):
    smartplus, where = house.smartplus, house.address("garage")
    wrong = smartplus("device", "identify", where, "--user", "admin", "--password", "-", "--json", typed="wrong\n")
    assert wrong.code == 1
    assert json.loads(wrong.out)["state"] != "ok"
    login = ("--user", "admin", "--password", "-")
    found = smartplus("device", "identify", where, *login, "--json", typed=f"{PASSWORD}\n").json
    assert (found["state"], found["model"], found["profile"]) == ("ok", "E18C", "E18C")
    refused = smartplus("device", "add", "--name", "Garage", "--address", where, *login, typed="wrong\n")
    assert refused.code == 1
    assert refused.err.startswith("password: ")
    new = ("--name", "Garage", "--building", "B", "--kind", "single_door_phone", "--door", "Garage B")
    added = smartplus("device", "add", "--address", where, *new, *login, "--wait", "--json", typed=f"{PASSWORD}\n")
    assert added.json["done"] == 1
    assert PASSWORD not in added.out + smartplus.done("device", "show", "garage", "--json")
    house.set_faults("garage", garbage=True)
    ran = smartplus("door", "open", "garage b", "--wait", "--yes", "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["state"] in ("failed", "refused", "unknown")
    late = smartplus("resident", "add", "--apartment", "B 1002", "--first", "Kim", "--last", "Lee", "--pin", "-",
                     "--wait", "2", typed="8181\n")  # fmt: skip
    assert late.code == 3
    assert "Garage: " in late.err
    house.set_faults("garage", garbage=False)
    smartplus.done("device", "delete", "garage", "--yes")


@pytest.mark.feature("LOG-09")
def test_tail_prints_a_line_when_one_arrives_until_interrupted(house):
    words = ("tail", "response:failed", "--json", "--site", str(house.smartplus.site))
    following = start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines: queue.Queue[str] = queue.Queue()
    assert following.stdout is not None
    assert following.stderr is not None
    reader = threading.Thread(target=lambda: [lines.put(line) for line in following.stdout])
    try:
        assert "Following" in following.stderr.readline()
        reader.start()
        assert not house.opens("gate", "404040")
        line = json.loads(lines.get(timeout=WITHIN))
        assert (line["device"], line["response"], line["action"]) == ("Main Gate", "failed", "pin")
        assert "404040" not in json.dumps(line)
    finally:
        following.send_signal(signal.SIGINT)
    assert following.wait(timeout=WITHIN) == 0
    reader.join(timeout=WITHIN)
    following.stdout.close()
    following.stderr.close()


@pytest.mark.feature("AGT-06")
def test_a_second_agent_ends_by_itself(house):
    second = start("agent", "--once", "--site", str(house.smartplus.site), stdout=subprocess.PIPE)
    assert second.wait(timeout=WITHIN) == 0
    assert second.stdout is not None
    assert "Another agent serves this site." in second.stdout.read()
    second.stdout.close()


@pytest.mark.feature("SYNC-01")
def test_the_devices_are_in_sync_and_nothing_is_planned(house):
    gate = until(lambda: [one for one in house.smartplus("sync", "status", "--json").json["items"]
                          if one["device"] == "Main Gate" and one["sync"]["state"] == "in_sync"])[0]  # fmt: skip
    assert gate["sync"]["users"] >= 1
    assert house.smartplus("plan", "--device", "gate", "--json").json["items"] == []
    listed = house.smartplus("device", "list", "--filter", "status:online", "--json").json["items"]
    assert "Main Gate" in [one["name"] for one in listed]


def test_a_file_of_virtual_devices_that_cannot_be_served_is_wrong_usage(tmp_path):
    path = tmp_path / "doors.toml"
    path.write_text("[[device]]\nname = 7\n")
    ran = start("virtual", "run", str(path), stderr=subprocess.PIPE)
    _, told = ran.communicate(timeout=WITHIN)
    assert ran.returncode == 2
    assert "doors.toml" in told
