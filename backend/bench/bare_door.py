"""The same exchanges with a door by a bare client: no screen, no database, no agent between."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret
from backend.devices.client import DeviceClient, UserBody
from backend.devices.profiles import profile_for
from backend.devices.schedules import ALWAYS
from backend.services.devices import device_secrets
from backend.store.opening import open_site


def serve(site: Path, device_id: int, *, gaps: bool = False) -> None:
    """For each line "add", "find", "open" or "revoke" do that at a device of the site, until standard input ends.

    With `gaps` it waits between requests and after writes as long as the model wants. Answers each with a JSON line:
    when it began, in seconds since the epoch, and how many milliseconds it took.
    """
    store = open_site(site)
    try:
        with store.read() as connection:
            device = device_secrets(connection, store.sealer, device_id)
    finally:
        store.close()
    address = DeviceAddress("https" if device.scheme == "https" else "http", device.host, device.port)
    endpoint = Endpoint(address, Auth(device.auth), device.http_user, Secret(device.password), device.tls_pin or None)
    profile = profile_for(device.model, device.firmware)
    client = DeviceClient(endpoint, profile) if gaps else DeviceClient(endpoint, replace(profile, settle=0.0), gap=0)
    asyncio.run(_serve(client))


async def _serve(client: DeviceClient) -> None:
    numbers = itertools.count(1)
    found: list[str] = []
    acts: dict[str, Callable[[], Coroutine[Any, Any, object]]] = {
        "add": lambda: client.add_users([_user(next(numbers))]),
        "open": lambda: client.trigger_relay(1),
        "find": lambda: _find(client, found),
        "revoke": lambda: _revoke(client, found),
    }
    async with client:
        await client.info()  # the login, which the agent has behind it too
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            began, clock = time.time(), time.perf_counter()
            await acts[line.strip()]()
            took = (time.perf_counter() - clock) * 1000
            print(json.dumps({"began": began, "ms": took}), flush=True)


async def _find(client: DeviceClient, found: list[str]) -> None:
    """Which records are ours to take away, as an agent knows from its books."""
    found[:] = [one.remote_id for one in await client.users() if one.user_id.startswith("bench-")]


async def _revoke(client: DeviceClient, found: list[str]) -> None:
    """What a revocation sends: one user goes, then the device is read."""
    await client.delete_users(found)
    await client.schedules()
    await client.users()


def _user(number: int) -> UserBody:
    """Somebody whom the site does not know; the agent leaves strangers alone."""
    return UserBody(f"bench-{number}", f"Bench {number}", f"{70_000 + number}", (), ((ALWAYS, (1,)),))
