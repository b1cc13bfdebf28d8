"""A terminal of the chaos test, as a process of its own: it acts on a site and notes each act that was acknowledged.

    python -m tests.acceptance.chaos_writer SITE JOURNAL PLAN

PLAN is JSON: `actor`, `community`, `name` and `prefix` (unlike any other writer's), `seed`, `flats` and `relays` (ids).
The journal gets a line before each act ("wants") and one after its call returned ("did" or "refused"), each synced to
the disk; a last "wants" without an answer is what a kill left open.
"""

from __future__ import annotations

import json
import os
import random
import select
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.domain.errors import SmartPlusError
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.engine import Engine

PAUSE = 0.15
"""Seconds between two acts at most."""
MOST = 12
"""People that one writer keeps at a time."""


class Writer:
    """Acts on people of its own only, so that its journal alone says what must be true of them."""

    def __init__(self, engine: Engine, journal: int, plan: dict[str, Any]) -> None:
        self._engine = engine
        self._journal = journal
        self._plan = plan
        self._chance = random.Random(plan["seed"])
        self._context = Context(plan["actor"], "Ines", plan["community"], Via.APP)
        self._people: dict[str, int] = {}
        self._number = 0

    def act(self) -> None:
        """One act; what the site refuses is noted as refused."""
        acts: list[Callable[[], tuple[dict[str, Any], Callable[[], int]]]] = [self._open]
        acts += [self._add] * (3 if len(self._people) < MOST else 0)
        acts += [self._edit, self._delete] if self._people else []
        wanted, call = self._chance.choice(acts)()
        self._note("wants", wanted)
        try:
            wanted["id"] = call()
        except SmartPlusError as error:
            self._note("refused", wanted | {"error": str(error)})
            return
        self._note("did", wanted)
        if wanted["act"] == "add":
            self._people[wanted["person"]] = wanted["id"]
        elif wanted["act"] == "delete":
            del self._people[wanted["person"]]

    def pause(self) -> float:
        """Seconds to wait before the next act."""
        return self._chance.uniform(0, PAUSE)

    def _note(self, how: str, what: dict[str, Any]) -> None:
        os.write(self._journal, (json.dumps({"how": how, **what}) + "\n").encode())
        os.fsync(self._journal)

    def _pin(self) -> str:
        """Eight digits, so that none contains another; each writer has its own first four."""
        self._number += 1
        return f"{self._plan['prefix']}{self._number:04}"

    def _add(self) -> tuple[dict[str, Any], Callable[[], int]]:
        pin, flat = self._pin(), self._chance.choice(self._plan["flats"])
        person = f"{self._plan['name']} {self._number}"
        draft = ResidentDraft(apartment_id=flat, first=person, last="Writer", pin=pin)
        wanted = {"act": "add", "person": person, "pin": pin, "flat": flat}
        return wanted, lambda: self._engine.residents.add(self._context.again(), draft).id

    def _edit(self) -> tuple[dict[str, Any], Callable[[], int]]:
        person, pin = self._chance.choice(sorted(self._people)), self._pin()
        record = self._engine.residents.get(self._context, self._people[person])
        wanted = {"act": "edit", "person": person, "pin": pin}
        patch = ResidentPatch(pin=pin)
        edit = self._engine.residents.edit
        return wanted, lambda: edit(self._context.again(), record.id, record.version, patch).id

    def _delete(self) -> tuple[dict[str, Any], Callable[[], int]]:
        person = self._chance.choice(sorted(self._people))
        ids = (self._people[person],)
        wanted = {"act": "delete", "person": person}
        return wanted, lambda: self._engine.residents.delete(self._context.again(), ids).id

    def _open(self) -> tuple[dict[str, Any], Callable[[], int]]:
        relay = self._chance.choice(self._plan["relays"])
        return {"act": "open", "relay": relay}, lambda: self._engine.doors.open(self._context.again(), relay)


def main(root: Path, journal: Path, plan: dict[str, Any]) -> None:
    """Act until the standard input ends, or until killed."""
    engine = Engine(root)
    engine.start()
    writer = Writer(engine, os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), plan)
    while not _told_to_end(writer.pause()):
        writer.act()
    engine.close()


def _told_to_end(within: float) -> bool:
    return bool(select.select([0], [], [], within)[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
