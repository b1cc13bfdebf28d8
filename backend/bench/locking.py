"""How long a transaction holds the write lock while residents are added in bulk, doors are synced and logs come in."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from backend.devices.door_log import LogMethod, LogRead, RemoteLogLine
from backend.documents.reading import read_file
from backend.documents.writer import write_rows
from backend.domain.access.results import ALWAYS, DoorUser
from backend.domain.context import Context, agent_context
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DeviceKind, ImportKind, Via
from backend.domain.errors import Busy
from backend.domain.residents import ResidentDraft
from backend.engine import Engine
from backend.intake.door_log import DoorLogIntake
from backend.store.store import Store
from backend.sync import shadow

DEVICES = 4
SIDES = ("sync", "ingest")
PAUSE = 0.05


def measure(root: Path, password: str, residents: int) -> dict[str, float | int]:
    """Milliseconds that the lock was held at most, with three processes writing, and the best bare commit.

    As in real life the terminal, the worker's books and the log intake write from processes of their own; the sides
    pause between two writes as devices do.
    """
    engine = Engine(root)
    engine.start()
    try:
        context, _ = engine.sign_in.login("installer@bench.example", password, Via.COMMAND, agree=True)
        store = engine._store
        assert store is not None, "the engine has started"
        flats, _ = _prepare(engine, context)
        bare = _bare_commit(store, context)
        sides = [_start_side(root, which) for which in SIDES]
        store.longest_lock = 0.0
        busy = _add(engine, context, flats, residents)
        longest = {"add": store.longest_lock * 1000}
        store.longest_lock = 0.0
        _import(engine, context, root, residents)
        longest["import"] = store.longest_lock * 1000
        for which, side in zip(SIDES, sides, strict=True):
            answer, _ = side.communicate(timeout=30)
            longest[which] = float(answer)
        return {"longest": max(longest.values()), "bare": bare, "busy": busy, "residents": residents, **longest}
    finally:
        engine.close()


def _start_side(root: Path, which: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "backend.bench", "lock-side", str(root), which]
    side = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    assert side.stdout is not None
    side.stdout.readline()
    return side


def side(root: Path, which: str) -> float:
    """Write as the sync or the intake does until standard input ends; answers the longest lock in milliseconds."""
    engine = Engine(root)
    engine.start()
    try:
        store = engine._store
        assert store is not None, "the engine has started"
        stop = threading.Event()
        threading.Thread(target=_until_eof, args=(stop,), daemon=True).start()
        print("ready", flush=True)
        turn, act = 0, _sync if which == "sync" else _ingest
        while not stop.wait(PAUSE):
            act(store, turn)
            turn += 1
        return store.longest_lock * 1000
    finally:
        engine.close()


def _until_eof(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def _prepare(engine: Engine, context: Context) -> tuple[list[int], list[int]]:
    building = engine.buildings.add(context.again(), "A").id
    engine.apartments.add_range(context.again(), building, "1", "400")
    flats = [row.id for row in engine.list("apartment", context).first(400)]
    devices = []
    for number in range(1, DEVICES + 1):
        draft = DeviceDraft(
            name=f"Door {number}",
            building_id=building,
            kind=DeviceKind.ACCESS_CONTROL,
            model="A08S",
            mac=f"0C11050000{number:02X}",
            firmware="108.30.10.144",
            profile="A08S",
            scheme="http",
            host=f"127.0.0.{number}",
            port=8000,
            auth="none",
            relay_names=("Door",),
        )
        devices.append(engine.devices.add(context.again(), draft).id)
    return flats, devices


def _bare_commit(store: Store, context: Context) -> float:
    samples = []
    for _ in range(20):
        began = time.perf_counter()
        with store.books(agent_context(context.community_id)) as work:
            work.touch("bench")
        samples.append((time.perf_counter() - began) * 1000)
    return min(samples)


def _add(engine: Engine, context: Context, flats: list[int], residents: int) -> int:
    busy = 0
    for number in range(residents):
        draft = ResidentDraft(
            apartment_id=flats[number % len(flats)],
            first=f"Person{number}",
            last="Bench",
            pin=f"{10_000 + number}",
            cards=(f"{number:08X}",),
        )
        try:
            engine.residents.add(context.again(), draft)
        except Busy:
            busy += 1
    return busy


def _import(engine: Engine, context: Context, root: Path, residents: int) -> None:
    """As many from a spreadsheet, into families that are there."""
    path = root / "members.xlsx"
    fields = ("Building", "Apt", "First Name", "Last Name", "RF Card", "PIN")
    rows = [
        ["A", str(number % 400 + 1), f"Member{number}", "Bench", f"{0x0A000000 + number:08X}", f"{200_000 + number}"]
        for number in range(residents)
    ]
    write_rows(path, fields, rows, title="Members")
    draft = engine.imports.begin(context, ImportKind.ADD, read_file(path))
    engine.imports.write(context.again(), draft, good_rows=True)


def _sync(store: Store, turn: int) -> None:
    """What a worker writes for one bulk request: eight users at one door."""
    held = []
    for number in range(8):
        holder = 1 + (turn * 8 + number) % 50
        user = DoorUser(f"SP{holder}-1", holder, f"Person {number}", f"{turn:05d}", (), ((ALWAYS, (1,)),))
        held.append((user, str(turn)))
    with store.books(agent_context(1)) as work:
        shadow.holds_users(work, 1 + turn % DEVICES, held)


def _ingest(store: Store, turn: int) -> None:
    """What one reading of a door log brings: twenty lines."""
    began = datetime(2026, 11, 1) + timedelta(seconds=turn * 20)
    lines = [
        RemoteLogLine(turn * 20 + one, began + timedelta(seconds=one), "", LogMethod.PIN, True, f"{10_000 + one}")
        for one in range(20)
    ]
    read = LogRead(lines, gap=False, lost=None, reset=False)
    DoorLogIntake(store, agent_context(1)).take(1 + turn % DEVICES, read)
