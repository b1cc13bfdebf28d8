"""The same exchanges with a door by a bare client: no agent, no database between."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret
from backend.devices.client import DeviceClient, UserBody
from backend.devices.profiles import profile_for
from backend.devices.schedules import ALWAYS
from backend.services.devices import device_secrets
from backend.store.opening import open_site


def measure(site: Path, device_id: int, runs: int) -> dict[str, list[float]]:
    """Milliseconds of each addition of a user and of each opening at a device of the site."""
    return asyncio.run(_measure(site, device_id, runs))


async def _measure(site: Path, device_id: int, runs: int) -> dict[str, list[float]]:
    store = open_site(site)
    try:
        with store.read() as connection:
            device = device_secrets(connection, store.sealer, device_id)
    finally:
        store.close()
    address = DeviceAddress("https" if device.scheme == "https" else "http", device.host, device.port)
    endpoint = Endpoint(address, Auth(device.auth), device.http_user, Secret(device.password), device.tls_pin or None)
    profile = replace(profile_for(device.model, device.firmware), settle=0.0)
    adds, opens = [], []
    async with DeviceClient(endpoint, profile, gap=0) as client:
        await client.info()
        for number in range(runs):
            body = UserBody(f"bench-{number}", f"Bench {number}", f"{70_000 + number}", (), ((ALWAYS, (1,)),))
            began = time.perf_counter()
            await client.add_users([body])
            adds.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            await client.trigger_relay(1, delay=1)
            opens.append((time.perf_counter() - began) * 1000)
        mine = [user.remote_id for user in await client.users() if user.user_id.startswith("bench-")]
        await client.delete_users(mine)
    return {"adds": adds, "opens": opens}
