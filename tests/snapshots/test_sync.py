"""Pictures of Sync: doors with a stop, a revocation that is not proved, drift with its choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from backend.domain.context import Context, agent_context
from backend.domain.enums import DriftCause
from backend.engine import Engine
from backend.sync import books, drift_books
from backend.sync.drifting import Finding
from tests.screens.conftest import SMALL, WIDE, MakeApp
from tests.screens.test_sync_screens import GATE, GUEST, LOBBY, hold, lose_a_relay, prove, reads
from tests.snapshots.test_snapshots import Compare, walk

PICTURES = {
    "doors": "g n !stopped:_type",
    "doors-release": "g n !stopped:_type t !Type_25_to_go_on",
    "revocations": "g n 2 !still_holds",
    "revocation": "g n 2 !still_holds enter ?RevocationPage",
    "drift": "g n 3 !unknown_person",
    "drift-adopt": "g n 3 !unknown_person down down A =piotr !A_1001 enter !Give_PIN",
    "device-drift": "g n 3 !unknown_person enter ?DevicePage !we_never",
}


def trouble(engine: Engine, context: Context) -> None:
    """A stop at the gate, a person who lost everything, and three differences."""
    reads(engine, GATE, 3)
    engine.residents.delete(context.again(), (3,))
    prove(engine, LOBBY)
    findings = [
        Finding(DriftCause.UNKNOWN, "#7", "Guest [/ x]", "7", theirs=GUEST, mac=b"7"),
        Finding(DriftCause.EDITED, "SP1-1", "Anna", "8", 1, note="we never wrote it there", theirs=GUEST, mac=b"8"),
        Finding(DriftCause.RESET, "", "all 1,284 users", note="its door log begins anew"),
    ]
    with engine.sync.store.books(agent_context(1)) as work:
        drift_books.record(work, GATE, findings)
        books.note_read(work, GATE, unmanaged=1)
    hold(engine, 25)


@pytest.fixture
def draw(make_app: MakeApp, park: tuple[Engine, Context], snap_compare: Compare) -> Callable[..., bool]:
    """Compares a state with its picture."""

    def compare(acts: str, size: tuple[int, int]) -> bool:
        trouble(*park)
        run: Callable[[Pilot[Any]], Any] = walk(acts)
        return snap_compare(make_app(), terminal_size=size, run_before=run)

    return compare


@pytest.mark.parametrize("name", PICTURES)
def test_sync_wide(name: str, draw: Callable[..., bool]) -> None:
    """At 120x40."""
    assert draw(PICTURES[name], WIDE)


@pytest.mark.parametrize("name", ["doors", "revocations", "drift"])
def test_sync_small(name: str, draw: Callable[..., bool]) -> None:
    """At 80x24."""
    assert draw(PICTURES[name], SMALL)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["wide", "small"])
def test_a_relay_lost(
    make_app: MakeApp, park: tuple[Engine, Context], snap_compare: Compare, size: tuple[int, int]
) -> None:
    """A person who keeps the other relay of the same device."""
    lose_a_relay(*park, 1)
    run: Callable[[Pilot[Any]], Any] = walk("g n 2 !still_opens enter ?RevocationPage")
    assert snap_compare(make_app(), terminal_size=size, run_before=run)
