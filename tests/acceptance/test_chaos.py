"""Agents and terminals are killed at any moment: nothing acknowledged is lost, no door opens twice, all are right.

The short form runs with the suite; the long one for SMARTPLUS_CHAOS_MINUTES (5), with a hung agent besides.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backend.domain.enums import CommandState, CommandVerb, CredentialStatus
from backend.store import tables as t
from tests.acceptance.chaos_stage import DOORS, WRITERS, Chaos, chaos_stage, until

ENDED = {state.value for state in CommandState} - {CommandState.QUEUED.value, CommandState.CLAIMED.value}


def rage(chaos: Chaos, seconds: float, between: tuple[float, float]) -> None:
    """Kill the agent or a writer again and again; the agent half of the times."""
    end = time.monotonic() + seconds
    while True:
        pause = chaos.chance.uniform(*between)
        if time.monotonic() + pause > end:
            return
        time.sleep(pause)
        chaos.kill(chaos.chance.choice(("agent", "agent", *WRITERS)))


def settle(chaos: Chaos, within: float) -> None:
    """End the writers and wait until the doors are done."""
    chaos.end_writers()
    until(lambda: not chaos.quiet(), chaos.quiet, within)


def histories(chaos: Chaos) -> dict[str, list[dict[str, Any]]]:
    """Person -> the acts on them that were acknowledged ("sure") or left open by a kill, in order."""
    people: dict[str, list[dict[str, Any]]] = {}
    lines = chaos.journal()
    for line, answer in zip(lines, [*lines[1:], {"how": "nothing"}], strict=True):
        if line["how"] == "wants" and line["act"] != "open" and answer["how"] != "refused":
            people.setdefault(line["person"], []).append(line | {"sure": answer["how"] == "did"})
    return people


def possible(history: list[dict[str, Any]]) -> set[str | None]:
    """The PINs that a person may have at the end, None standing for deleted: two only where the last act was open."""
    states: set[str | None] = {None}
    for act in history:
        pin = None if act["act"] == "delete" else act["pin"]
        states = {pin} if act["sure"] else states | {pin}
    return states


def check_nothing_lost(chaos: Chaos, people: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Every acknowledged change is in the database; answers person -> PIN as they stand there."""
    holder, resident = t.holder, t.resident
    rows = chaos.rows(
        select(holder.c.id, resident.c.first)
        .join(holder, holder.c.id == resident.c.id)
        .where(holder.c.removed_at.is_(None))
    )
    pins: dict[str, str] = {}
    for row in rows:
        assert row.first not in pins, f"{row.first} is there twice"
        codes = chaos.engine.residents.reveal(chaos.context.again(), row.id)
        (pins[row.first],) = (value for code, value in codes if code.status is CredentialStatus.ACTIVE)
    assert set(pins) <= set(people)
    wrong = {person: history for person, history in people.items() if pins.get(person) not in possible(history)}
    assert not wrong
    return pins


def check_no_door_opened_twice(chaos: Chaos) -> None:
    """Each command has one end, and a device was asked at most once for each that was claimed."""
    c = t.command
    commands = chaos.rows(select(c).where(c.c.verb == CommandVerb.OPEN))
    asked_for = [line for line in chaos.journal() if line["act"] == "open"]
    assert {line["id"] for line in asked_for if line["how"] == "did"} <= {row.id for row in commands}
    assert len(commands) <= sum(line["how"] == "wants" for line in asked_for)
    assert all(row.state in ENDED for row in commands)
    assert all(row.claimed_at is None for row in commands if row.state == CommandState.EXPIRED)
    names = {row.id: row.name for row in chaos.rows(select(t.device))}
    claimed = Counter(names[row.device_id] for row in commands if row.claimed_at is not None)
    done = Counter(names[row.device_id] for row in commands if row.state == CommandState.DONE)
    for door in DOORS:
        asked = chaos.doors.state(door)["counts"].get("relay/trig", 0)
        assert done[door] <= asked <= claimed[door], (door, done, asked, claimed)
    assert sum(done.values()) > 0, "no door was opened at all"


def check_doors(chaos: Chaos, people: dict[str, list[dict[str, Any]]], pins: dict[str, str]) -> None:
    """Each PIN opens the gate and the lobby of its building; those given up open nothing; nobody is held twice."""
    ever = {act["pin"] for history in people.values() for act in history if "pin" in act}
    homes = {pins[person]: chaos.flats[people[person][0]["flat"]] for person in pins}
    wrong = []
    for door, (_, building) in DOORS.items():
        may = {pin for pin, home in homes.items() if building in ("", home)}
        held = Counter(user["PrivatePIN"] for user in chaos.doors.state(door)["users"])
        assert held == Counter(may), f"{door} holds {held - Counter(may)} too many, {Counter(may) - held} too few"
        wrong += [(door, pin) for pin in sorted(ever) if chaos.doors.type_pin(door, pin)[0] is not (pin in may)]
    assert not wrong


def check(chaos: Chaos, least: int) -> None:
    """All that must hold after everything has come to rest; `least` acts must have been acknowledged."""
    people = histories(chaos)
    assert sum(line["how"] == "did" for line in chaos.journal()) >= least
    pins = check_nothing_lost(chaos, people)
    assert pins
    check_no_door_opened_twice(chaos)
    check_doors(chaos, people, pins)
    sync = chaos.rows(select(t.device_sync))
    assert all((row.gen, row.drift, row.red) == (row.done_gen, 0, 0) for row in sync)
    assert not any(row.held_reason for row in sync)


@pytest.mark.feature("AGT-06")
def test_killed_agents_and_terminals_lose_nothing(tmp_path: Path) -> None:
    with chaos_stage(tmp_path, seed=7) as chaos:
        until(lambda: chaos.engine.agents.state().alive, lambda: "no agent came up", 30)
        rage(chaos, 10, (1.2, 2.4))
        settle(chaos, 60)
        assert chaos.kills >= 4
        check(chaos, 20)


@pytest.mark.nightly
@pytest.mark.timeout(0)
@pytest.mark.feature("AGT-06")
def test_minutes_of_kills_and_a_hung_agent_lose_nothing(tmp_path: Path) -> None:
    minutes = float(os.environ.get("SMARTPLUS_CHAOS_MINUTES", "5"))
    seed = int(os.environ.get("SMARTPLUS_CHAOS_SEED", str(time.time_ns() % 100_000)))
    print(f"SMARTPLUS_CHAOS_SEED={seed}")
    with chaos_stage(tmp_path, seed=seed) as chaos:
        until(lambda: chaos.engine.agents.state().alive, lambda: "no agent came up", 30)
        rage(chaos, minutes * 30, (0.5, 6.0))
        chaos.replace_hung_agent()
        rage(chaos, minutes * 30, (0.5, 6.0))
        settle(chaos, 180)
        check(chaos, round(minutes * 60))
