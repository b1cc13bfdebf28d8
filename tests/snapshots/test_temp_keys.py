"""Pictures of temporary keys: list, form and plan, page with the code and a failed mail, used up with its proof."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from textual.pilot import Pilot

from backend.domain.context import Context, agent_context
from backend.domain.enums import Repeat
from backend.domain.temp_key_times import KeyTime
from backend.domain.temp_keys import TempKeyDraft
from backend.engine import Engine
from backend.services.temp_keys import TempKeys
from backend.store import tables as t
from tests.screens.conftest import SMALL, WIDE, MakeApp
from tests.screens.test_temp_keys_screen import use
from tests.snapshots.test_snapshots import Compare, walk
from tests.support.clock import FakeClock

PICTURES = {
    "list": "g v !Window_cleaner down",
    "form": "g v n ?TempKeyForm =1203 tab =plumber tab =22 tab =p@example.com !+1_-0 !22:00",
    "form-errors": "g v n ?TempKeyForm tab tab =soon f2 !no_moment",
    "page": "g v !Marta down enter ?TempKeyPage !mailbox_full",
    "over": "g v !Marta down down enter ?TempKeyPage !Gone_from",
    "edit": "g v !Marta down e ?TempKeyEdit !1_of_4",
    "delete": "g v a d !Delete_these_3",
    "setting": "g s down down down !Daily_and_weekly",
}
SMALL_ONES = ("list", "form", "page", "over")


def fill(engine: Engine, context: Context, clock: FakeClock) -> None:
    """A weekly key, one in use whose mail failed, one that is used up."""
    keys, store = TempKeys(engine.temp_keys.store, random.Random(7)), engine.temp_keys.store
    with store.write(context.again(), "test.prepare") as work:
        work.require("device.write")
        work.update(t.device, 3, model="R20A")
    doors = {door.name: door.relay_id for door in engine.doors.all(context)}
    hours = KeyTime(
        repeat=Repeat.WEEKLY, days=frozenset({0, 3}), start=time(8), end=time(12), ends=clock.now + timedelta(days=60)
    )
    keys.add(context.again(), TempKeyDraft(name="Window cleaner", time=hours, relay_ids=(doors["Main Gate"],)))
    span = KeyTime(begins=clock.now - timedelta(hours=2), ends=clock.now + timedelta(days=2))
    marta = TempKeyDraft(
        name="Marta Nowak", apartment_id=1, id_number="AX 4471 02", email="marta@mail.example", time=span,
        each_count=2, relay_ids=(doors["Main Gate"], doors["Gym"]),
    )  # fmt: skip
    first = keys.add(context.again(), marta).id
    use((engine, context), first, ok=False)
    use((engine, context), first)
    with store.books(agent_context(1)) as work:
        failed = {"state": "failed", "answer": "552 5.2.2 mailbox full", "attempt": 1}
        work.connection.execute(update(t.outgoing).where(t.outgoing.c.holder_id == first).values(**failed))
    spent = TempKeyDraft(
        name="[/ x] courier", apartment_id=2, time=KeyTime(ends=clock.now + timedelta(hours=3)),
        relay_ids=(doors["Main Gate"],),
    )  # fmt: skip
    use((engine, context), keys.add(context.again(), spent).id)


@pytest.fixture
def draw(
    make_app: MakeApp, park: tuple[Engine, Context], clock: FakeClock, snap_compare: Compare
) -> Callable[..., bool]:
    """Compares a state with its picture."""

    def compare(name: str, size: tuple[int, int], **options: Any) -> bool:
        fill(*park, clock)
        run: Callable[[Pilot[Any]], Any] = walk(PICTURES[name])
        return snap_compare(make_app(**options), terminal_size=size, run_before=run)

    return compare


@pytest.mark.parametrize("name", PICTURES)
def test_temp_keys_wide(name: str, draw: Callable[..., bool]) -> None:
    """At 120x40."""
    assert draw(name, WIDE)


@pytest.mark.parametrize("name", SMALL_ONES)
def test_temp_keys_small(name: str, draw: Callable[..., bool]) -> None:
    """At 80x24."""
    assert draw(name, SMALL)


@pytest.mark.parametrize("theme", ["day", "ansi"])
def test_temp_keys_themes(theme: str, draw: Callable[..., bool]) -> None:
    """The code stays black on white."""
    assert draw("page", WIDE, theme=theme)
