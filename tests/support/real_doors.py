"""Virtual devices in a process of their own, and their places in a community."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from backend.domain.context import Context
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DeviceKind
from backend.engine import Engine
from smartplus_tui.demo.doors import VirtualDoors

ZONE = "Europe/Warsaw"


def start_doors(place: Path, models: Mapping[str, str]) -> VirtualDoors:
    """Devices by name and model, without a login: each request that one counts is one act."""
    tables = [
        f'[[device]]\nname = "{name}"\nmodel = "{model}"\nauth = "none"\ntimezone = "{ZONE}"\n'
        for name, model in models.items()
    ]
    file, ready = place / "doors.toml", place / "ready.json"
    file.write_text(f'ready_file = "{ready.name}"\n\n' + "\n".join(tables))
    return VirtualDoors(file, ready, place / "doors.out")


def add_door(engine: Engine, context: Context, doors: VirtualDoors, name: str, building_id: int | None) -> int:
    """Give a device its place in the community; answers its id."""
    facts = doors.devices[name]
    address = urlsplit(facts["url"])
    draft = DeviceDraft(
        name=name,
        building_id=building_id,
        kind=DeviceKind.MULTI_DOOR_PHONE,
        model=facts["model"],
        mac=facts["mac"],
        firmware=facts["firmware"],
        profile=facts["model"],
        scheme=address.scheme,
        host=str(address.hostname),
        port=address.port or 80,
        auth=facts["auth"],
        tls_pin=facts["fingerprint"] or "",
        relay_names=(f"{name} door",),
    )
    return engine.devices.add(context.again(), draft).id
