"""From a device row to its worker."""

from __future__ import annotations

import random

from backend.devices.address import Auth, DeviceAddress, Endpoint, Secret
from backend.devices.client import DeviceClient
from backend.devices.profiles import profile_for
from backend.domain.context import agent_context
from backend.services.devices import device_secrets
from backend.store.store import Store
from backend.sync.callback import Callback
from backend.sync.rulebook import RuleBook
from backend.sync.watch import LogIntake
from backend.sync.worker import Pace, Worker


def make_worker(
    store: Store,
    device_id: int,
    *,
    rules: RuleBook,
    base_url: str,
    intake: LogIntake,
    pace: Pace,
    chance: random.Random,
) -> Worker:
    """The worker of a device as its row stands now, in its own community's context. Raises NotFound."""
    with store.read() as connection:
        device = device_secrets(connection, store.sealer, device_id)
    endpoint = Endpoint(
        DeviceAddress("https" if device.scheme == "https" else "http", device.host, device.port),
        Auth(device.auth),
        device.http_user,
        Secret(device.password),
        device.tls_pin or None,
        device.legacy_tls,
    )
    profile = profile_for(device.model, device.firmware)
    return Worker(
        store,
        agent_context(device.community_id),
        device_id,
        client=DeviceClient(endpoint, profile),
        profile=profile,
        rules=rules,
        callback=Callback(base_url, device.token),
        intake=intake,
        pace=pace,
        chance=chance,
    )
