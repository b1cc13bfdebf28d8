"""From a resident deleted until every door was read back without them, less what the devices themselves take."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DeviceKind, SyncState
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentDraft
from backend.engine import Engine
from smartplus_tui.bench.result import Result, machine, p95, rounded
from smartplus_tui.bench.workshop import BareDoor, Workshop, new_site
from smartplus_tui.demo.doors import VirtualDoors
from smartplus_tui.demo.stage import until

if TYPE_CHECKING:
    from backend.domain.context import Context

GOAL = 2.0
"""Seconds."""
MODELS = ("X916", "E18C", "R20A", "A08S")
"""The dialects by turns; the last one wants the longest gap."""
FILL_WITHIN = 300.0
LOOK_EVERY = 0.02
REST = 1.0
"""Seconds before each run, so that the gap of the round before is over."""


def revoke(shop: Workshop) -> Result:
    """Seconds from the commit of a deletion to the last door's proof; the reference is one door by a bare client."""
    doors, people, runs = shop.pick(8, 50), shop.pick(12, 60), shop.pick(3, 10)
    with _street(shop.place / "revoke", doors, people) as (engine, context, device_id):
        figures, references = _measure(engine, context, device_id, runs)
    figure, reference = p95(figures), p95(references)
    return Result(
        name="revoke",
        figure=rounded(figure - reference),
        unit="s",
        reference=rounded(reference),
        ratio=rounded((figure - reference) / reference),
        goal=f"p95 to {doors} doors, {people} residents, less one door by a bare client <= {GOAL:g} s",
        ok=figure - reference <= GOAL,
        runs=runs,
        machine=machine(),
    )


def _measure(engine: Engine, context: Context, device_id: int, runs: int) -> tuple[list[float], list[float]]:
    """Seconds by the agent to every door, and by a bare client to one of the slowest model, by turns."""
    figures, references = [], []
    people = [row.id for row in engine.list("resident", context).first(runs + 1)]
    with BareDoor(engine.root, device_id, gaps=True) as bare:
        for number, resident in enumerate(people):
            time.sleep(REST)
            figure = _take_away(engine, context, resident)
            time.sleep(REST)
            bare.run("add")
            bare.run("find")
            time.sleep(REST)
            reference = bare.run("revoke")[1] / 1000
            if number:  # the first run learns each device's dialect
                figures.append(figure)
                references.append(reference)
    return figures, references


def _take_away(engine: Engine, context: Context, resident: int) -> float:
    began = time.perf_counter()
    saved = engine.residents.delete(context.again(), (resident,))
    while (progress := engine.sync.progress(context, saved)).done < progress.total:
        if time.perf_counter() - began > FILL_WITHIN:
            raise RuntimeError(f"{progress.total - progress.done} doors were not read back")
        time.sleep(LOOK_EVERY)
    took = time.perf_counter() - began
    if not engine.revocations.get(context, resident).proved:
        raise RuntimeError("a door holds the change and is not proved")
    return took


@contextmanager
def _street(place: Path, doors: int, people: int) -> Iterator[tuple[Engine, Context, int]]:
    """A site with so many virtual doors, all filled by a living agent; and a device of the slowest model."""
    place.mkdir()
    engine, context = new_site(place / "site")
    password = secrets.token_urlsafe(12)
    virtual = _start_doors(place, doors, password)
    agent: subprocess.Popen[bytes] | None = None
    try:
        virtual.wait()
        ids = [_add_door(engine, context, virtual, number, password) for number in range(doors)]
        _add_people(engine, context, people)
        command = [sys.executable, "-m", "backend.agent", "--site", str(engine.root)]
        with (place / "agent.out").open("ab") as output:
            agent = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)  # noqa: S603
        until(lambda: _filled(engine, context), lambda: "the doors were not filled", FILL_WITHIN)
        yield engine, context, ids[len(MODELS) - 1]
    finally:
        if agent is not None:
            agent.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                agent.wait(timeout=10)
            agent.kill()
        virtual.close()
        engine.close()


def _start_doors(place: Path, doors: int, password: str) -> VirtualDoors:
    tables = [
        f'[[device]]\nname = "Door-{number}"\nmodel = "{MODELS[number % len(MODELS)]}"\n'
        f'address = "127.0.1.{number + 1}"\ntimezone = "Europe/Warsaw"\nuser = "admin"\npassword = "{password}"\n'
        for number in range(doors)
    ]
    site_file = place / "doors.toml"
    site_file.write_text('ready_file = "ready.json"\n\n' + "\n".join(tables), encoding="utf-8")
    site_file.chmod(0o600)
    return VirtualDoors(site_file, place / "ready.json", place / "doors.out")


def _add_door(engine: Engine, context: Context, virtual: VirtualDoors, number: int, password: str) -> int:
    name = f"Door-{number}"
    facts = virtual.devices[name]
    address = urlsplit(facts["url"])
    draft = DeviceDraft(
        name=name,
        kind=DeviceKind.MULTI_DOOR_PHONE,
        model=facts["model"],
        mac=facts["mac"],
        firmware=facts["firmware"],
        profile=MODELS[number % len(MODELS)],
        scheme=address.scheme,
        host=str(address.hostname),
        port=address.port or 80,
        auth=facts["auth"],
        http_user="admin",
        password=password,
        tls_pin=facts["fingerprint"] or "",
        relay_names=(name,),
    )
    return engine.devices.add(context.again(), draft).id


def _add_people(engine: Engine, context: Context, people: int) -> None:
    """One resident each in apartments of one building, all of whom open every door."""
    building = engine.buildings.add(context.again(), "A").id
    engine.apartments.add_range(context.again(), building, "1001", str(1000 + people))
    homes = engine.list("apartment", context, ListQuery()).first(people)
    for number, home in enumerate(homes):
        draft = ResidentDraft(apartment_id=home.id, first=f"P{number}", last="Bench", pin=f"{600000 + number}")
        engine.residents.add(context.again(), draft)


def _filled(engine: Engine, context: Context) -> bool:
    return all(sync.state is SyncState.IN_SYNC for _, _, sync in engine.sync.devices(context))
