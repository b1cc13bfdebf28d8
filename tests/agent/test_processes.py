"""Agents as processes: only one, replaced when killed, gone with the last terminal, `--once`."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend import launch
from backend.domain.dashboard import AgentRecord
from backend.domain.enums import Role
from backend.launch import AgentKeeper
from backend.services.agents import Agents
from backend.services.devices import device_secrets
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.site import Site
from backend.store.store import Store
from tests.agent.processes import WITHIN, agent, kill, lives, until
from tests.support.rows import ManagerContext, manager_contexts
from tests.support.world import World, small_world
from tests.support.world import until as until_async

pytestmark = pytest.mark.feature("AGT-06")


@pytest.fixture
def store(site: Site) -> Any:
    """A store on the machine's clock, as the agents have."""
    opened = open_site(site.root)
    yield opened
    opened.close()


@pytest.fixture
def peopled(store: Store) -> Store:
    """The store with a community in it."""
    manager_contexts(store)(Role.INSTALLER)
    return store


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate."""
    async with small_world(store, manager_context, {"Gate": "E18C"}) as made:
        yield made


def alive(store: Store, pid: int | None = None) -> bool:
    """Whether an agent has given its sign: this one, where a number is given."""
    state = Agents(store).state()
    return state.alive and pid in (None, state.pid)


def test_a_second_agent_is_refused_while_one_lives(peopled: Store, site: Site) -> None:
    with agent(site.root) as first:
        until(lambda: alive(peopled, first.pid), "no agent came up")
        with agent(site.root) as second:
            said, _ = second.communicate(timeout=WITHIN)
        assert (second.returncode, said) == (0, "Another agent serves this site.\n")
        assert first.poll() is None
        first.terminate()
        assert first.wait(timeout=WITHIN) == 0
    assert Agents(peopled).state().pid is None


def test_a_killed_agent_is_replaced_and_the_last_terminal_ends_it(peopled: Store, site: Site) -> None:
    keeper = AgentKeeper(site.root, Agents(peopled).state)
    keeper.start()
    pids: list[int] = []
    try:
        until(lambda: alive(peopled), "no agent came up")
        pids.append(Agents(peopled).state().pid or 0)
        kill(pids[0])
        until(lambda: Agents(peopled).state().pid not in (None, pids[0]), "the agent was not replaced")
        pids.append(Agents(peopled).state().pid or 0)
    finally:
        keeper.stop()
    until(lambda: not lives(pids[1]), "the agent outlived its last terminal")


def test_agents_that_die_at_their_start_are_started_ever_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[float] = []
    children: list[subprocess.Popen[bytes]] = []

    class Popen(subprocess.Popen[bytes]):
        """A process whose start is noted."""

        def __init__(self, *words: Any, **options: Any) -> None:
            started.append(time.monotonic())
            super().__init__(*words, **options)
            children.append(self)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    monkeypatch.setattr(launch, "DIES_WITHIN", 60.0)
    monkeypatch.setattr(launch, "FIRST_WAIT", 1.5)
    nobody = AgentRecord(alive=False, age_seconds=None, pid=None, host="", base_url="")
    (tmp_path / "none").mkdir()
    keeper = AgentKeeper(tmp_path / "none", lambda: nobody)
    keeper.start()
    try:
        until(lambda: len(children) == 4, "the agent was not started again")
    finally:
        keeper.stop()
        codes = [child.wait(timeout=WITHIN) for child in children]
    waits = [after - before for before, after in itertools.pairwise(started)]
    assert waits[0] >= 1.5
    assert waits[1] >= 3
    assert waits[2] >= launch.STARTS_WITHIN
    assert set(codes) == {4}


def test_a_keeper_ends_while_it_waits(tmp_path: Path) -> None:
    nobody = AgentRecord(alive=False, age_seconds=None, pid=None, host="", base_url="")
    (tmp_path / "none").mkdir()
    keeper = AgentKeeper(tmp_path / "none", lambda: nobody)
    keeper.start()
    keeper.stop()
    assert "agent-keeper" not in [thread.name for thread in threading.enumerate()]


async def run_once(site: Site) -> int | None:
    """Run an agent with `--once`; answers its exit code once it has ended by itself."""
    with agent(site.root, "--once") as once:
        await until_async(lambda: once.poll() is not None, WITHIN)
        return once.returncode


@pytest.mark.feature("CLI-01")
async def test_once_ends_when_every_door_holds_everything(world: World, site: Site) -> None:
    saved = world.add("Anna", "2741")
    assert await run_once(site) == 0
    assert not world.door("Gate").press_pin("2741").refused
    assert world.sync.progress(world.context, saved).done == 1
    assert await run_once(site) == 0


async def test_once_does_not_wait_for_a_device_that_is_away(world: World, site: Site) -> None:
    world.power_off("Gate")
    world.add("Anna", "2741")
    assert await run_once(site) == 0
    assert world.row(t.device_sync, "Gate").last_error


def test_no_site_is_said_and_ends_with_four(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "backend.agent", "--site", str(tmp_path / "none")],
        capture_output=True, text=True, timeout=WITHIN, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (4, "")
    assert ended.stdout.count("\n") == 1


@pytest.mark.feature("OPS-07")
async def test_what_is_typed_at_a_door_stands_in_no_file(world: World, site: Site) -> None:
    pin, card = "73519264", "0A3C7F21"
    with agent(site.root) as running:
        await until_async(lambda: alive(world.store, running.pid), WITHIN)
        with world.store.read() as connection:
            token = device_secrets(connection, world.store.sealer, world.device_ids["Gate"]).token
        calls = [
            f"/a/{token}/ValidCodeEntered/mac=0C1105000001:code={pin}",
            f"/a/{token}/ValidCardEntered?card={card}",
            f"/a/{'A' * 32}/ValidCodeEntered/code={pin}",
            f"/a/{token}x/ValidCodeEntered?code={pin}&card={card}",
        ]
        base_url = Agents(world.store).state().base_url
        async with httpx.AsyncClient(base_url=base_url, trust_env=False) as client:
            answers = [await client.get(call) for call in calls]
        world.door("Gate").press_pin(pin)
        await until_async(lambda: bool(world.rows(t.door_log)), WITHIN)
        running.terminate()
        await until_async(lambda: running.poll() is not None, WITHIN)
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 2 + [(404, b"")] * 2
    log = (site.log_directory / "agent.log").read_text()
    assert log.count("action URL of nobody") == 2
    held = log.encode() + b"".join(path.read_bytes() for path in site.root.glob("smartplus.db*"))
    assert not [secret for secret in (pin, card, token) if secret.encode() in held]
