"""A community moves in by spreadsheet: previewed, written, on every door, while nobody waits for the write lock."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backend.documents.reading import read_file
from backend.documents.writer import write_rows
from backend.domain.context import Context
from backend.domain.enums import ImportKind, SyncState, Verdict, Via
from backend.engine import Engine
from backend.store.driver import connect
from smartplus_tui.demo.doors import VirtualDoors
from tests.support.real_doors import ZONE, add_door, start_doors

EMAIL, PASSWORD = "ines@rosewood.example", "correct horse battery"
MODELS = ("E18C", "A08S", "R20A")
FLAT = 4
"""People of an apartment."""


@dataclass
class Waits:
    """How long somebody who wants to write has to wait, asked for again and again from beside."""

    path: Path
    longest: float = 0.0
    turns: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Take the write lock for nothing, look at the clock, give it back."""
        with closing(connect(self.path)) as connection:
            connection.execute("PRAGMA busy_timeout=0")
            while not self._stop.wait(0.01):
                began = time.perf_counter()
                while True:
                    try:
                        connection.execute("BEGIN IMMEDIATE")
                        break
                    except connection.OperationalError:
                        time.sleep(0.0005)
                connection.execute("ROLLBACK")
                self.longest = max(self.longest, time.perf_counter() - began)
                self.turns += 1

    def stop(self) -> None:
        """End the asking."""
        self._stop.set()


@contextmanager
def waits(path: Path) -> Iterator[Waits]:
    asked = Waits(path)
    thread = threading.Thread(target=asked.run)
    thread.start()
    try:
        yield asked
    finally:
        asked.stop()
        thread.join()


@dataclass
class Place:
    """A community without people, its agent at work."""

    root: Path
    engine: Engine
    context: Context
    doors: VirtualDoors
    buildings: dict[str, list[str]]
    """Building -> the names of its doors; "" for the gates of everybody."""

    def in_sync(self) -> bool:
        """Whether every door holds what it should."""
        rows = self.engine.sync.devices(self.context)
        return all(sync.state is SyncState.IN_SYNC for _, _, sync in rows)

    def held(self, name: str) -> int:
        """How many users a door holds."""
        return len(self.doors.state(name)["users"])


@contextmanager
def place(root: Path, buildings: int, doors_each: int, gates: int, flats: int) -> Iterator[Place]:
    """Buildings with apartments and doors, gates for everybody, an agent; all of it has ended afterwards."""
    named = {f"B{one}": [f"Door-{one}-{door}" for door in range(doors_each)] for one in range(buildings)}
    named[""] = [f"Gate-{gate}" for gate in range(gates)]
    models = {
        name: MODELS[at % len(MODELS)] for at, name in enumerate(name for many in named.values() for name in many)
    }
    models |= dict.fromkeys(named[""], "X916")
    doors = start_doors(root, models)
    agent = None
    try:
        engine = Engine.create(
            root / "site",
            community="Rosewood Court",
            timezone=ZONE,
            admin_email=EMAIL,
            admin_name="Ines",
            password=PASSWORD,
            key_file=True,
        )
        with closing(engine):
            context, _ = engine.sign_in.login(EMAIL, PASSWORD, Via.APP, agree=True)
            doors.wait()
            for building, names in named.items():
                building_id = engine.buildings.add(context.again(), building).id if building else None
                if building_id is not None:
                    engine.apartments.add_range(context.again(), building_id, "1", str(flats))
                for name in names:
                    add_door(engine, context, doors, name, building_id)
            with (root / "agent.out").open("ab") as output:
                command = [sys.executable, "-m", "backend.agent", "--site", str(engine.root)]
                agent = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            yield Place(root, engine, context, doors, named)
    finally:
        if agent is not None:
            agent.kill()
            agent.wait()
        doors.close()


def spreadsheet(path: Path, buildings: int, flats: int) -> int:
    """Families of four in every apartment, each person with a PIN and a card; answers how many."""
    columns = ("Building", "Apt", "Account Type", "First Name", "Last Name", "RF Card", "PIN")
    rows = []
    for number in range(buildings * flats * FLAT):
        building, rest = divmod(number, flats * FLAT)
        flat, one = divmod(rest, FLAT)
        kind, name = "0" if one == 0 else "1", f"Person{number}"
        rows.append(
            [f"B{building}", str(flat + 1), kind, name, "Bench", f"{0x0A000000 + number:08X}", f"{100_000 + number}"]
        )
    write_rows(path, columns, rows, title="Residents")
    return len(rows)


def move_in(at: Place, buildings: int, flats: int, within: float) -> dict[str, float]:
    """Preview, import, wait until every door holds everybody; answers how long what took, in seconds."""
    path = at.root / "people.xlsx"
    people = spreadsheet(path, buildings, flats)
    took, marks = {}, [time.perf_counter()]

    def mark(name: str) -> None:
        marks.append(time.perf_counter())
        took[name] = marks[-1] - marks[-2]

    with waits(at.root / "site" / "smartplus.db") as asked:
        draft = at.engine.imports.begin(at.context, ImportKind.ADD, read_file(path))
        preview = at.engine.imports.preview(at.context, draft)
        assert (preview.count(Verdict.ADD), preview.count(Verdict.REFUSE)) == (people, 0)
        plans = {plan.device_name: len(plan.adds) for plan in at.engine.imports.plan(at.context, draft)}
        mark("preview")
        report = at.engine.imports.write(at.context.again(), draft)
        mark("import")
        assert (report.written, report.refused) == (people, 0)
        deadline = time.monotonic() + within
        while not at.in_sync():
            assert time.monotonic() < deadline, at.engine.sync.devices(at.context)
            time.sleep(0.1)
        mark("sync")
        took["longest wait"] = asked.longest
    for building, names in at.buildings.items():
        expected = flats * FLAT if building else people
        for name in names:
            assert (plans[name], at.held(name)) == (expected, expected), name
    return took


@pytest.mark.feature("RES-15")
@pytest.mark.feature("SYNC-01")
def test_a_small_community_moves_in(tmp_path: Path) -> None:
    with place(tmp_path, buildings=2, doors_each=1, gates=1, flats=10) as at:
        move_in(at, buildings=2, flats=10, within=60)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_10_000_people_move_in_behind_20_doors(tmp_path: Path) -> None:
    with place(tmp_path, buildings=5, doors_each=3, gates=5, flats=500) as at:
        took = move_in(at, buildings=5, flats=500, within=3000)
    print({name: round(seconds, 2) for name, seconds in took.items()})
