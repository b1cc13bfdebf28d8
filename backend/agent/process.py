"""The agent's process: lock, signals, logs, and when it ends."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path

import structlog
from sqlalchemy import select

from backend.agent import logs
from backend.agent.agent import Agent
from backend.agent.lock import SiteLock
from backend.agent.presence import Presence
from backend.crashes import keep, sentence, watch_threads
from backend.domain.errors import SmartPlusError
from backend.services.agents import Agents
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.site import Site
from backend.store.store import Store

log = structlog.get_logger()
TURN = 0.0002
"""Seconds for which one thread runs before another gets its turn: an opening waits for no compiling thread."""
GRACE = 5.0
"""Seconds that an agent without a terminal waits for the next one."""


def run_agent(root: Path, *, with_terminals: bool = False, once: bool = False) -> int:
    """Run the agent of the site at `root` until it is told to end.

    Answers 0 also when another agent lives already, 1 after an error that nobody foresaw, 4 when the site cannot be
    opened.
    """
    site = Site(root)
    try:
        store = open_site(root)
    except SmartPlusError as error:
        print(error)
        return 4
    logs.set_up(site.log_directory, "agent")
    sys.setswitchinterval(TURN)
    lock = SiteLock(site.lock_file)
    try:
        if not lock.acquire(lambda: Agents(store).state().age_seconds):
            print("Another agent serves this site.")
            return 0
        watch_threads(root)
        asyncio.run(_serve(store, site, with_terminals=with_terminals, once=once))
    except Exception as error:
        told = sentence(error, keep(root, error))
        log.error(told)
        print(told)
        return 1
    finally:
        lock.release()
        store.close()
    return 0


async def _serve(store: Store, site: Site, *, with_terminals: bool, once: bool) -> None:
    agent = Agent(store, site, service=not with_terminals)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, agent.stop)
    presence = Presence(site.socket("terminals"), grace=GRACE)
    await presence.start()
    enders = []
    if with_terminals:
        enders.append(asyncio.create_task(_stop_after(agent, presence.until_alone())))
    if once:
        enders.append(asyncio.create_task(_stop_after(agent, _until_quiet(store))))
    log.info("agent started", site=str(site.root))
    try:
        await agent.run()
    finally:
        for ender in enders:
            ender.cancel()
        await presence.stop()
        log.info("agent ended")


async def _stop_after(agent: Agent, end: Coroutine[None, None, None]) -> None:
    await end
    agent.stop()


async def _until_quiet(store: Store) -> None:
    """Return once nothing is to be done now: no dirty device, no command, no text; another try later does not count."""
    while await asyncio.to_thread(_busy, store):  # noqa: ASYNC110 - other processes make it dirty too
        await asyncio.sleep(0.1)


def _busy(store: Store) -> bool:
    s, c, o = t.device_sync, t.command, t.outgoing
    with store.read() as connection:
        dirty = connection.execute(
            select(s.c.id).where(s.c.gen > s.c.done_gen, s.c.held_reason == "", s.c.not_before.is_(None)).limit(1)
        ).first()
        waiting = connection.execute(select(c.c.id).where(c.c.state.in_(("queued", "claimed"))).limit(1)).first()
        texts = connection.execute(
            select(o.c.id).where(o.c.state.in_(("queued", "sending")), o.c.not_before.is_(None)).limit(1)
        ).first()
    return dirty is not None or waiting is not None or texts is not None
