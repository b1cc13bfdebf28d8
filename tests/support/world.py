"""A small community on virtual devices: the store, the services, and agents' parts wired to real servers on loopback."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret
from backend.devices.client import DeviceClient
from backend.devices.profiles import Profile, profile_for
from backend.domain.context import Context, agent_context
from backend.domain.enums import DeviceKind, Role
from backend.domain.records import DeviceDraft, ResidentDraft, Saved
from backend.intake.door_log import DoorLogIntake
from backend.services.apartments import Apartments
from backend.services.buildings import Buildings
from backend.services.devices import Devices, device_secrets
from backend.services.doors import Doors
from backend.services.residents import Residents
from backend.services.sync_state import Sync
from backend.store.store import Store
from backend.sync.callback import Callback
from backend.sync.reconcile import Reconciler
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
        self.agent = agent_context(self.context.community_id)

    @property
    def undo(self):  # type: ignore[no-untyped-def]
        from backend.services.undo import Undo

        return Undo(self.store)

    def door(self, name: str) -> VirtualDevice:
        """The virtual device, as one standing there would use it."""
        return self.virtual.device(name)

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
        return Reconciler(self.store, self.agent, self.device_ids[name], client=client, profile=profile)

    def worker(self, name: str, pace: Pace | None = None) -> Worker:
        """A worker for a device."""
        client, profile = self.client(name)
        return Worker(
            self.store,
            self.agent,
            self.device_ids[name],
            client=client,
            profile=profile,
            callback=Callback("", "x" * 32),
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
    store: Store, manager_context: ManagerContext, models: dict[str, str], **device_options: object
) -> AsyncIterator[World]:
    """A building with apartments 1001 to 1004 and one virtual device for each name -> model."""
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
            world.device_ids[config.name] = _add_device(world, config, virtual)
        try:
            yield world
        finally:
            for client in world.clients:
                await client.aclose()


def _add_device(world: World, config: DeviceConfig, virtual: VirtualSite) -> int:
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
        relay_names=(f"{config.name} door",),
    )
    return world.devices.add(world.context.again(), draft).id
