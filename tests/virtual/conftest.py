"""Devices on real loopback sockets, a clock that stands still, and a user as the protocol writes one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from backend.virtual.config import DeviceConfig, SiteConfig
from backend.virtual.core import VirtualDevice, utc_now
from backend.virtual.site import VirtualSite


class Clock:
    """A clock moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Bench:
    """One running device and a plain HTTP client in front of it."""

    def __init__(self, site: VirtualSite, client: httpx.AsyncClient) -> None:
        self.site = site
        self.client = client
        self.core = site.device("door")
        self.url: str = site.ready["devices"]["door"]["url"]
        self.control: str = site.ready["control"]

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.client.get(f"{self.url}{path}", params=query or None)

    async def ask(self, target: str, action: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        """The third dialect: everything in the body of POST /api."""
        body = {"target": target, "action": action} | ({} if data is None else {"data": data})
        reply = await self.client.post(f"{self.url}/api", json=body)
        assert reply.status_code == 200
        envelope: dict[str, Any] = reply.json()
        assert set(envelope) == {"retcode", "action", "message", "data"}
        return envelope

    async def add(self, **fields: Any) -> dict[str, Any]:
        return await self.ask("user", "add", {"item": [fields]})

    async def listed(self, target: str, **query: str) -> list[dict[str, Any]]:
        data = (await self.get(f"/api/{target}/get", **query)).json()["data"]
        items = data.get("item", data.get("Item"))
        return items if isinstance(items, list) else [items]


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """`await until(condition)` waits for a condition without an event of its own, five seconds at most."""

    async def waiting(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while True:
                if condition():
                    return
                await asyncio.sleep(0.005)

    return waiting


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Any]]:
    """`await serve("X916", auth="none", ...)` gives a Bench; plain HTTP without login unless told otherwise."""
    async with AsyncExitStack() as stack:

        async def start(model: str = "X916", *, now: Callable[[], datetime] = utc_now, **device: Any) -> Bench:
            defaults = {"name": "door", "model": model, "address": "127.0.0.11", "auth": "none", "https": False}
            config = SiteConfig.model_validate({"device": [defaults | device]})
            site = await stack.enter_async_context(VirtualSite(config, now=now))
            client = await stack.enter_async_context(httpx.AsyncClient(verify=False, timeout=5.0))
            return Bench(site, client)

        yield start


@pytest.fixture
def noon() -> Clock:
    """Monday, 1 June 2026, 12:00 UTC."""
    return Clock(datetime(2026, 6, 1, 12, tzinfo=UTC))


@pytest.fixture
def make(noon: Clock) -> Callable[..., VirtualDevice]:
    """`make("X916", timezone=...)` gives a device without a network, on the clock `noon`."""

    def made(model: str = "X916", *, now: Callable[[], datetime] = noon, **device: Any) -> VirtualDevice:
        return VirtualDevice(DeviceConfig.model_validate({"name": "door", "model": model} | device), now=now)

    return made


@pytest.fixture
def person() -> Callable[..., dict[str, str]]:
    """`person("1", PrivatePIN="1234")` gives all fields every model wants, both spellings of the relay field."""

    def made(number: str, **fields: str) -> dict[str, str]:
        grant = fields.pop("grant", "1001-1;")
        base = {"Name": f"Person {number}", "UserID": number, "WebRelay": "0", "LiftFloorNum": "0"}
        return base | {"ScheduleRelay": grant, "Schedule-Relay": grant} | fields

    return made
