"""Compiling what doors should hold: a community of any size, and the time that one door and all of them take."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from random import Random

from backend.domain.access.compile import compile_device
from backend.domain.access.prepared import prepare
from backend.domain.access.rules import Credential, Device, Group, Holder, Relay, Rules, Window
from backend.domain.enums import CredentialKind, Repeat

BOTH = frozenset({CredentialKind.PIN, CredentialKind.CARD})
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUPS = 20
"""Groups with hours of their own beside the one that everybody is in, each for the doors of one building."""
OFFICE = frozenset(range(5))
DATED = 0.03
"""Share of the cards that end."""


def community(residents: int, devices: int) -> Rules:
    """Rules in which every resident may open every door; some have more hours at some, and some cards end."""
    chance = Random(7)  # noqa: S311 - invented people, the same every time
    everybody = Group(1, "Everybody", (Window(Repeat.DAILY, clock(6), clock(22)),), frozenset(range(1, devices + 1)))
    groups = {1: everybody}
    for number in range(2, GROUPS + 2):
        hours = (Window(Repeat.WEEKLY, clock(number % 12), clock(number % 12 + 9), OFFICE),)
        doors = range(number - 1, devices + 1, GROUPS)
        groups[number] = Group(number, f"Building {number}", hours, frozenset(doors))
    holders, credentials = {}, {}
    for number in range(1, residents + 1):
        mine = frozenset({1, chance.randrange(2, GROUPS + 2)})
        holders[number] = Holder(number, f"Anna Kowalska {number}", True, mine)
        ends = NOW + timedelta(days=chance.randrange(1, 90)) if chance.random() < DATED else None
        credentials[number] = (
            Credential(2 * number, number, CredentialKind.PIN, f"{number:06}"),
            Credential(2 * number + 1, number, CredentialKind.CARD, f"0A{number:06X}", valid_to=ends),
        )
    return Rules(
        zone="Europe/Warsaw",
        holders=holders,
        credentials=credentials,
        groups=groups,
        relays={number: Relay(number, number, 1, f"Door {number}", BOTH) for number in range(1, devices + 1)},
        devices={number: Device(number, f"Door {number}", 20_000) for number in range(1, devices + 1)},
    )


def measure(residents: int, devices: int, runs: int) -> dict[str, list[float]]:
    """Seconds, from plain rules on, for one door and for all of them; one list each."""
    rules = community(residents, devices)
    seconds: dict[str, list[float]] = {"one": [], "all": []}
    for _ in range(runs):
        for name, wanted in (("one", 1), ("all", devices)):
            began = time.process_time()
            prepared = prepare(rules)
            for device_id in range(1, wanted + 1):
                users = compile_device(prepared, device_id, NOW).users
                assert len(users) >= residents, "somebody is missing"
            seconds[name].append(time.process_time() - began)
    return seconds


def without_end(residents: int, devices: int) -> None:
    """Compile one door after the other until killed, as an agent does while a large change comes in."""
    rules = community(residents, devices)
    print("compiling", flush=True)
    for device_id in itertools.cycle(range(1, devices + 1)):
        compile_device(prepare(rules), device_id, NOW)
