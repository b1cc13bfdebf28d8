"""A community with real processes for the chaos test: devices, agents and writers, some of which get killed."""

from __future__ import annotations

import itertools
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.engine import Engine
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.store import Store
from smartplus_tui.demo.doors import VirtualDoors
from tests.support.real_doors import ZONE, add_door, start_doors

DOORS = {"Gate": ("X916", ""), "Lobby-A": ("E18C", "A"), "Lobby-B": ("R20A", "B")}
"""Name -> model and building; the gate is everybody's. No login, so that each request a device counts is one act."""
FLATS = 6
"""Of each building and writer."""
WRITERS = ("Wilma", "Walter")
PASSWORD = "correct horse battery"


@dataclass
class Chaos:
    """What the test holds."""

    place: Path
    engine: Engine
    context: Context
    store: Store
    doors: VirtualDoors
    chance: random.Random
    relays: list[int] = field(default_factory=list)
    flats: dict[int, str] = field(default_factory=dict)
    """Apartment -> its building."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def start(self, name: str) -> None:
        """Start the agent ("agent") or a writer of this name; an agent in a session of its own, as terminals do."""
        words = ["backend.agent", "--site", str(self.engine.root)] if name == "agent" else self._writer(name)
        with (self.place / f"{name}.out").open("ab") as output:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *words],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _writer(self, name: str) -> list[str]:
        number = next(self._numbers)
        plan = {
            "actor": self.context.actor_id,
            "community": self.context.community_id,
            "name": f"{name}{number}",
            "prefix": f"{1000 + number}",
            "seed": self.chance.random(),
            "flats": list(self.flats)[WRITERS.index(name) :: len(WRITERS)],
            "relays": self.relays,
        }
        journal = self.place / f"{number}.journal"
        return ["tests.acceptance.chaos_writer", str(self.engine.root), str(journal), json.dumps(plan)]

    def kill(self, name: str) -> None:
        """Kill a process as a power cut would, and start its successor."""
        process = self.running[name]
        assert process.poll() is None, f"{name} ended by itself: {(self.place / f'{name}.out').read_text()[-2000:]}"
        process.kill()
        process.wait()
        self.kills += 1
        self.start(name)

    def replace_hung_agent(self) -> None:
        """Stop the agent without ending it, and start one after the other until one has taken its place."""
        hung = self.running["agent"]
        until(lambda: self.agent_signs(hung.pid), lambda: "the agent gave no sign", 30)
        hung.send_signal(signal.SIGSTOP)
        try:
            deadline = time.monotonic() + 90
            while hung.poll() is None:
                assert time.monotonic() < deadline, "the hung agent was not replaced"
                self.start("agent")
                both = hung, self.running["agent"]
                until(lambda: any(one.poll() is not None for one in both), lambda: "neither ended", 30)  # noqa: B023
        finally:
            hung.kill()
            hung.wait()
        self.kills += 1

    def agent_signs(self, pid: int) -> bool:
        """Whether this agent has given its sign."""
        state = self.engine.agents.state()
        return state.alive and state.pid == pid

    def end_writers(self) -> None:
        """Have the writers end in order."""
        for name in WRITERS:
            process = self.running.pop(name)
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(timeout=20) == 0, (self.place / f"{name}.out").read_text()[-2000:]

    def journal(self) -> list[dict[str, Any]]:
        """The lines of all writers, each writer's in order; a line that a kill cut is left out."""
        lines = [line for path in self.place.glob("*.journal") for line in path.read_text().splitlines()]
        return [json.loads(line) for line in lines if line.endswith("}")]

    def rows(self, statement: Any) -> list[Any]:
        """What is in the database."""
        with self.store.read() as connection:
            return list(connection.execute(statement))

    def quiet(self) -> str:
        """What still has to happen; "" when every device is done and every command has ended."""
        s, c, d = t.device_sync, t.command, t.device
        behind = self.rows(
            select(d.c.name, s.c.gen, s.c.done_gen, s.c.pending, s.c.last_error, s.c.held_reason)
            .join(d, d.c.id == s.c.id)
            .where(s.c.gen != s.c.done_gen)
        )
        waiting = self.rows(select(c.c.uuid, c.c.state).where(c.c.state.in_(("queued", "claimed"))))
        return f"behind: {behind}, waiting: {waiting}" if behind or waiting else ""


def until(condition: Callable[[], bool], why: Callable[[], str], within: float) -> None:
    """Wait until `condition` holds; fails with what `why` says after `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, why()
        time.sleep(0.05)


@contextmanager
def chaos_stage(place: Path, seed: int) -> Iterator[Chaos]:
    """The community with its devices, an agent and two writers; everything has ended afterwards."""
    doors = start_doors(place, {name: model for name, (model, _) in DOORS.items()})
    try:
        engine = Engine.create(
            place / "site",
            community="Rosewood Court",
            timezone=ZONE,
            admin_email="ines@rosewood.example",
            admin_name="Ines",
            password=PASSWORD,
            key_file=True,
        )
        context, _ = engine.sign_in.login("ines@rosewood.example", PASSWORD, Via.APP, agree=True)
        store = open_site(place / "site")
        chaos = Chaos(place, engine, context, store, doors, random.Random(seed))
        try:
            doors.wait()
            _fill(chaos)
            for name in ("agent", *WRITERS):
                chaos.start(name)
            yield chaos
        finally:
            for process in chaos.running.values():
                process.kill()
                process.wait()
            store.close()
            engine.close()
    finally:
        doors.close()


def _fill(chaos: Chaos) -> None:
    engine, context = chaos.engine, chaos.context
    buildings = {name: engine.buildings.add(context.again(), name).id for name in ("A", "B")}
    for number in range(FLATS * len(WRITERS)):
        for name, building_id in buildings.items():
            chaos.flats[engine.apartments.add(context.again(), building_id, f"{1001 + number}").id] = name
    chance = random.Random(1)
    order = list(chaos.flats)
    chance.shuffle(order)
    chaos.flats = {flat: chaos.flats[flat] for flat in order}
    for name, (_, building) in DOORS.items():
        add_door(engine, context, chaos.doors, name, buildings.get(building))
    chaos.relays = [row.id for row in chaos.rows(select(t.relay.c.id).order_by(t.relay.c.id))]
