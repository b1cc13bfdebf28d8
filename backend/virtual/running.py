"""One device on the network: the state machine, its web server, its timers and its outgoing calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from backend.virtual.actionurl import Caller
from backend.virtual.config import DeviceConfig
from backend.virtual.core import Clock, Hooks, VirtualDevice
from backend.virtual.listener import Listener
from backend.virtual.tls import Identity
from backend.virtual.wire import DeviceApp


class RunningDevice:
    """Wires a `VirtualDevice` to a listener; create and use it inside a running event loop."""

    def __init__(self, config: DeviceConfig, identity: Identity | None, now: Clock) -> None:
        self.config = config
        self.identity = identity
        self.device = VirtualDevice(config, now=now)
        self.app = DeviceApp(self.device)
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._starting: asyncio.Task[None] | None = None
        self._caller = Caller(config.address)
        tls = identity.context() if identity else None
        self.listener = Listener(self.app, config.address, config.port, tls)

    async def start(self, changed: Callable[[], None]) -> None:
        """Begin to serve; `changed` is called whenever the flash's content has changed."""
        self.device.hooks = Hooks(call=self._caller.call, changed=changed, restarting=self._restart, waiting=self._arm)
        await self.listener.on()

    async def stop(self) -> None:
        """Cut all connections, give up timers and calls."""
        for pending in (self._timer, self._starting):
            if pending is not None:
                pending.cancel()
        await asyncio.gather(*filter(None, [self._starting]), return_exceptions=True)
        await self.listener.close()
        await self._caller.close()

    def ready(self) -> dict[str, Any]:
        """What a client needs to reach the device; no secrets."""
        return {
            "url": self.listener.url,
            "model": self.device.profile.model,
            "firmware": self.device.profile.firmware,
            "mac": self.config.plain_mac,
            "auth": self.config.auth_name,
            "fingerprint": self.identity.fingerprint if self.identity else None,
        }

    def state(self) -> dict[str, Any]:
        """What the device holds and has been asked, for those who stand at the door."""
        device = self.device
        device.advance()
        return self.ready() | {
            "name": self.config.name,
            "powered": device.powered,
            "local_time": device.local().isoformat(),
            "uptime": device.uptime(),
            "users": list(device.users),
            "schedules": list(device.schedules),
            "groups": list(device.groups),
            "contacts": list(device.contacts),
            "relays": {str(number): opened for number, opened in device.relays.opened().items()},
            "doorlog": list(device.log),
            "faults": device.faults.model_dump(),
            "counts": dict(self.app.counts),
            "requests": [asdict(seen) for seen in self.app.seen],
            "action_urls": {"sent": self._caller.sent, "failed": self._caller.failed},
        }

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self.device.due_in()
        self._timer = None if due is None else self._loop.call_later(due, self._wake)

    def _wake(self) -> None:
        self.device.advance()
        self._arm()

    def _restart(self, seconds: float) -> None:
        self.listener.off()
        if self._starting is not None:
            self._starting.cancel()
        self._starting = self._loop.create_task(self._start_after(seconds))

    async def _start_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.listener.on()
