"""A dated move in which the agent is killed, again and again: it ends once, and undo takes it back whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from backend.domain.context import agent_context, system_clock
from backend.domain.enums import MoveState, Role
from backend.domain.moves import MoveDraft
from backend.domain.residents import ResidentDraft
from backend.services.apartments import Apartments
from backend.services.buildings import Buildings
from backend.services.moves import Moves
from backend.services.residents import Residents
from backend.services.undo import Undo
from backend.store import tables as t
from backend.store.opening import open_site
from tests.support.rows import manager_contexts

MEMBERS = 5
DEATHS = (9, 40, 55, 70, 90)
"""Statements at which one run after the other dies: before the first commit, within slices, and between them."""


def run(root: Path, last: int) -> int:
    """One look of the agent in a process of its own; answers how it ended."""
    words = [sys.executable, "-m", "tests.acceptance.move_runner", str(root), str(last)]
    return subprocess.run(words, timeout=120, check=False).returncode


@pytest.mark.feature("RES-16")
@pytest.mark.edge("36")
@pytest.mark.timeout(300)
def test_whoever_dies_in_a_move_the_next_one_ends_it(template_site: Path, tmp_path: Path) -> None:
    root = tmp_path / "site"
    root.mkdir()
    for one in template_site.iterdir():
        (root / one.name).write_bytes(one.read_bytes())
        (root / one.name).chmod(0o600)
    store = open_site(root)
    context = manager_contexts(store)(Role.INSTALLER)
    home = Apartments(store).add(context.again(), Buildings(store).add(context.again(), "A").id, "1001").id
    residents, moves = Residents(store), Moves(store)
    for number in range(1 + MEMBERS):
        draft = ResidentDraft(apartment_id=home, first=f"P{number}", last="Q", pin=f"1{number}73")
        residents.add(context.again(), draft)
    before = Apartments(store).get(context, home).residents
    comes = ResidentDraft(first="Ewa", last="Nowak", email="ewa@example.com", pin="5263")
    at = system_clock() + timedelta(hours=1)
    planned = moves.move(context.again(), MoveDraft(apartment_id=home, incoming=comes, at=at), "1001")
    with store.books(agent_context(context.community_id)) as work:
        past = {"planned_at": work.at - timedelta(hours=2), "at": work.at - timedelta(hours=1)}
        work.connection.execute(update(t.move).values(**past))
    ended = [run(root, last) for last in DEATHS]
    assert ended == [-signal.SIGKILL] * len(DEATHS)
    half = Apartments(store).get(context, home).residents
    assert 1 < len(half) < len(before), "the deaths did not come in the middle"
    assert moves.get(context, planned.id).state is MoveState.PLANNED
    assert run(root, 0) == 0
    done = moves.get(context, planned.id)
    assert done.state is MoveState.DONE
    assert [name for _, name, _ in Apartments(store).get(context, home).residents] == ["Nowak, Ewa"]
    with store.read() as connection:
        acts = select(func.count()).where(t.operation.c.type == "apartment.move")
        mails = select(func.count()).where(t.outgoing.c.address == "ewa@example.com")
        assert (connection.execute(acts).scalar(), connection.execute(mails).scalar()) == (1, 1)
    Undo(store).undo(context.again(), done.operation or 0)
    assert Apartments(store).get(context, home).residents == before
    store.close()
