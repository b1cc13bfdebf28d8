"""An agent in the loop of a test, on the store of a small community."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.agent.agent import Agent
from backend.store.site import Site
from backend.sync.worker import Pace
from tests.support.world import World

QUICK = Pace(status=0.5, door_log=0.2, silent=0.2)


@asynccontextmanager
async def served(world: World, site: Site) -> AsyncIterator[Agent]:
    """The community with its agent; commands are taken when this is entered."""
    agent = Agent(world.store, site, pace=QUICK)
    running = asyncio.create_task(agent.run())
    try:
        async with asyncio.timeout(20):
            started = asyncio.create_task(agent.started.wait())
            await asyncio.wait({running, started}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        yield agent
    finally:
        agent.stop()
        await asyncio.wait_for(running, 20)
