"""A small community on virtual devices: store, services and the agent's parts, wired to real servers on loopback."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Table, select

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret
from backend.devices.client import DeviceClient
from backend.devices.profiles import Profile, profile_for
from backend.domain.context import Context, agent_context
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DeviceKind, Role
from backend.domain.records import Saved
from backend.domain.residents import ResidentDraft
from backend.intake.door_log import DoorLogIntake
from backend.services.apartments import Apartments
from backend.services.buildings import Buildings
from backend.services.devices import Devices, device_secrets
from backend.services.doors import Doors
from backend.services.residents import Residents
from backend.services.sync_state import Sync
from backend.services.undo import Undo
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.callback import Callback
from backend.sync.reconcile import Reconciler
from backend.sync.rulebook import RuleBook
from backend.sync.worker import Pace, Worker
from backend.virtual.config import DeviceConfig, SiteConfig
from backend.virtual.core import VirtualDevice
from backend.virtual.site import VirtualSite
from tests.support.rows import ManagerContext

ZONE = "Europe/Berlin"
PASSWORD = "httpapi"


@dataclass
class World:
    """What a test holds: acts through services, looks at doors through the virtual devices."""

    store: Store
    context: Context
    virtual: VirtualSite
    device_ids: dict[str, int] = field(default_factory=dict)
    building_id: int = 0
    apartment_ids: dict[str, int] = field(default_factory=dict)
    clients: list[DeviceClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.residents = Residents(self.store)
        self.devices = Devices(self.store)
        self.doors = Doors(self.store)
        self.sync = Sync(self.store)
        self.undo = Undo(self.store)
        self.agent = agent_context(self.context.community_id)
        self.rules = RuleBook(self.store.sealer)

    def door(self, name: str) -> VirtualDevice:
        """The virtual device, as one standing there would use it."""
        return self.virtual.device(name)

    def spoil(self, name: str, **faults: object) -> None:
        """Switch faults of a virtual device on or off."""
        door = self.door(name)
        door.faults = door.faults.changed(faults)

    def power_off(self, name: str) -> None:
        """Take a virtual device off the network."""
        self.virtual.running[name].listener.off()

    async def power_on(self, name: str) -> None:
        """Put it back, wherever it was."""
        self.power_off(name)
        await self.virtual.running[name].listener.on()

    def asked(self, name: str, what: str) -> int:
        """How many requests of a kind ("relay/trig") a virtual device carried out or was about to."""
        target, _, action = what.partition("/")
        seen = self.virtual.running[name].app.seen
        return sum(1 for one in seen if (one.target, one.action) == (target, action) and one.status in (0, 200))

    def order(self, name: str) -> list[str]:
        """The requests that changed something at a virtual device, in their order."""
        seen = self.virtual.running[name].app.seen
        acts = ("add", "set", "del", "trig", "clear")
        return [f"{one.target}/{one.action}" for one in seen if one.action in acts and one.status == 200]

    def row(self, table: Table, name: str) -> Any:
        """The row of a device in one of its books."""
        with self.store.read() as connection:
            return connection.execute(select(table).where(table.c.id == self.device_ids[name])).one()

    def rows(self, table: Table, *where: ColumnElement[bool]) -> list[Any]:
        """Rows of a table by id."""
        with self.store.read() as connection:
            return list(connection.execute(select(table).where(*where).order_by(table.c.id)))

    def relay(self, name: str, number: int = 1) -> int:
        """The id of a relay of a device."""
        relay = t.relay
        return int(self.rows(relay, relay.c.device_id == self.device_ids[name], relay.c.number == number)[0].id)

    def open(self, name: str, number: int = 1) -> int:
        """Ask for a door to be opened; answers the command."""
        return self.doors.open(self.context.again(), self.relay(name, number))

    def command(self, command_id: int) -> Any:
        """The row of a command."""
        return self.rows(t.command, t.command.c.id == command_id)[0]

    def add(self, first: str, pin: str = "", *, apartment: str = "1001", cards: tuple[str, ...] = ()) -> Saved:
        """Add a resident."""
        draft = ResidentDraft(
            apartment_id=self.apartment_ids[apartment], first=first, last="Kowalska", pin=pin, cards=cards
        )
        return self.residents.add(self.context.again(), draft)

    def client(self, name: str) -> tuple[DeviceClient, Profile]:
        """A client for a device, without the gaps that a real one needs."""
        with self.store.read() as connection:
            device = device_secrets(connection, self.store.sealer, self.device_ids[name])
        address = DeviceAddress("https" if device.scheme == "https" else "http", device.host, device.port)
        endpoint = Endpoint(
            address, Auth(device.auth), device.http_user, Secret(device.password), device.tls_pin or None
        )
        profile = replace(profile_for(device.model, device.firmware), settle=0.0)
        client = DeviceClient(endpoint, profile, timeout=3, gap=0)
        self.clients.append(client)
        return client, profile

    def reconciler(self, name: str) -> Reconciler:
        """A reconciler for a device."""
        client, profile = self.client(name)
        return Reconciler(
            self.store, self.agent, self.device_ids[name], client=client, profile=profile, rules=self.rules
        )

    def worker(self, name: str, pace: Pace | None = None, callback: Callback | None = None) -> Worker:
        """A worker for a device; without a callback it teaches the device nothing."""
        client, profile = self.client(name)
        return Worker(
            self.store,
            self.agent,
            self.device_ids[name],
            client=client,
            profile=profile,
            rules=self.rules,
            callback=callback or Callback("", "x" * 32),
            intake=DoorLogIntake(self.store, self.agent),
            pace=pace or Pace(status=0.5, door_log=0.2, silent=0.2),
            chance=random.Random(1),
        )


async def until(condition: Callable[[], bool], within: float = 10.0) -> None:
    """Wait until `condition` holds, looking every 20 ms; fails after `within` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not condition():
        assert loop.time() < deadline, "what was waited for did not happen"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def small_world(
    store: Store,
    manager_context: ManagerContext,
    models: dict[str, str],
    *,
    relays: int = 1,
    **device_options: object,
) -> AsyncIterator[World]:
    """A building with apartments 1001 to 1004 and one virtual device, with so many doors, for each name -> model."""
    context = manager_context(Role.INSTALLER)
    configs = [
        DeviceConfig.model_validate(
            {"name": name, "model": model, "timezone": ZONE, "password": PASSWORD, **device_options}
        )
        for name, model in models.items()
    ]
    async with VirtualSite(SiteConfig(device=tuple(configs)), now=store.clock) as virtual:
        world = World(store, context, virtual)
        world.building_id = Buildings(store).add(context.again(), "A").id
        for number in ("1001", "1002", "1003", "1004"):
            world.apartment_ids[number] = Apartments(store).add(context.again(), world.building_id, number).id
        for config in configs:
            world.device_ids[config.name] = _add_device(world, config, virtual, relays)
        try:
            yield world
        finally:
            for client in world.clients:
                await client.aclose()


def _add_device(world: World, config: DeviceConfig, virtual: VirtualSite, relays: int) -> int:
    facts = virtual.ready["devices"][config.name]
    address = DeviceAddress.parse(facts["url"])
    draft = DeviceDraft(
        name=config.name,
        building_id=world.building_id,
        kind=DeviceKind.MULTI_DOOR_PHONE,
        model=facts["model"],
        mac=facts["mac"],
        firmware=facts["firmware"],
        profile=config.model,
        scheme=address.scheme,
        host=address.host,
        port=address.port,
        auth=facts["auth"],
        http_user="admin",
        password=PASSWORD,
        tls_pin=facts["fingerprint"] or "",
        relay_names=tuple(f"{config.name} door {number}" for number in range(1, relays + 1)),
    )
    return world.devices.add(world.context.again(), draft).id
