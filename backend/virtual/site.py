"""A site of virtual devices in one event loop, and its process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from backend.virtual.config import DeviceConfig, SiteConfig, load_site
from backend.virtual.control import control_app
from backend.virtual.core import Clock, VirtualDevice, utc_now
from backend.virtual.listener import Listener
from backend.virtual.running import RunningDevice
from backend.virtual.storage import read_state, write_private, write_state
from backend.virtual.tls import Identity, new_identity

SAVE_AFTER = 0.5
"""Seconds that changes are gathered before the state file is written; the last ones can be lost to a kill."""


class VirtualSite:
    """All devices of a site file, serving while the context is entered.

    Not safe for threads: everything belongs to the loop that entered it.
    """

    def __init__(self, config: SiteConfig, *, now: Clock = utc_now) -> None:
        self.config = config
        self._now = now
        self._stack = AsyncExitStack()
        self._changed = asyncio.Event()
        self.running: dict[str, RunningDevice] = {}
        """Name -> the device on the network; empty before the site is entered."""
        self.ready: dict[str, Any] = {}
        """`control`: its URL; `devices`: name -> url, model, firmware, mac, auth, fingerprint."""

    async def __aenter__(self) -> Self:
        """Listen on all ports; raises OSError for a taken port, ValueError for a bad seed or state file."""
        async with AsyncExitStack() as stack:
            kept = read_state(self.config.state) if self.config.state else {}
            for config in self.config.device:
                await self._start(config, kept.get(config.name, {}), stack)
            control = Listener(control_app(self.running), self.config.control_address, self.config.control_port)
            stack.push_async_callback(control.close)
            await control.on()
            devices = {name: one.ready() for name, one in self.running.items()}
            self.ready = {"control": control.url, "devices": devices}
            if self.config.ready_file is not None:
                await asyncio.to_thread(write_private, self.config.ready_file, json.dumps(self.ready))
            self._stack = stack.pop_all()
        if self.config.state is not None:
            self._stack.push_async_callback(self._save)
            saver = asyncio.create_task(self._keep_saving())
            self._stack.callback(saver.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving and save the state."""
        await self._stack.aclose()

    def device(self, name: str) -> VirtualDevice:
        """The state machine of device `name`; raises KeyError."""
        return self.running[name].device

    async def _start(self, config: DeviceConfig, kept: dict[str, Any], stack: AsyncExitStack) -> None:
        if kept.get("model") != config.model:
            kept = {}
        identity = None
        if config.secure:
            identity = (
                Identity(**kept["identity"]) if kept.get("identity") else new_identity(config.name, config.address)
            )
        one = RunningDevice(config, identity, self._now)
        stack.push_async_callback(one.stop)
        if kept:
            one.device.load(kept["memory"])
        await one.start(self._changed.set)
        self.running[config.name] = one

    async def _keep_saving(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(SAVE_AFTER)
            await self._save()

    async def _save(self) -> None:
        assert self.config.state is not None
        self._changed.clear()
        state = {
            name: {
                "model": one.config.model,
                "identity": vars(one.identity) if one.identity else None,
                "memory": one.device.dump(),
            }
            for name, one in self.running.items()
        }
        await asyncio.to_thread(write_state, self.config.state, state)


def run(path: Path, *, ready: Callable[[dict[str, Any]], None] | None = None, until_eof: bool = False) -> None:
    """Serve the site file `path` until SIGTERM or SIGINT; call it from the main thread.

    With `until_eof` the end of standard input ends it too, so that it never outlives the process that started it.

    Once everything listens, `ready` gets what `VirtualSite.ready` holds; without it one line of JSON goes to standard
    output. Raises OSError, tomllib.TOMLDecodeError, pydantic.ValidationError or ValueError for what cannot be served.
    """
    config = load_site(path)

    async def serve() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        if until_eof:
            loop.add_reader(0, lambda: None if os.read(0, 64) else stop.set())
        async with VirtualSite(config) as site:
            (ready or _print_ready)(site.ready)
            await stop.wait()

    asyncio.run(serve())


def _print_ready(ready: dict[str, Any]) -> None:
    print(json.dumps(ready), flush=True)
