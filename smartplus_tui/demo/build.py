"""Making the demo community: virtual devices first, then the site that manages them, through the same engine."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from backend.engine import Engine
from smartplus_tui.demo import bookings, ghosts, groups, history, people, staff, visitors
from smartplus_tui.demo.doors import VirtualDoors

if TYPE_CHECKING:
    from backend.domain.context import Context

Say = Callable[[str], None]
API_USER = "admin"
LOGINS_LEFT = 2
"""Login letters that still wait; the demo has no mail server, so the others were given to people on paper."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo community: its directory, its started engine, its doors, and who has logged in."""

    root: Path
    engine: Engine
    doors: VirtualDoors
    context: Context
    temporary: bool

    def close(self) -> None:
        """End the devices and take a temporary community away."""
        self.engine.close()
        self.doors.close()
        if self.temporary:
            shutil.rmtree(self.root, ignore_errors=True)


def build(root: Path | None = None, *, say: Say = lambda _: None, with_history: bool = True) -> Demo:
    """A fresh demo community in `root`, or in a temporary directory that `Demo.close` removes."""
    place = root or Path(tempfile.mkdtemp(prefix="smartplus-demo-"))
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    everyone = ghosts.with_easy_pins(people.residents())
    password = secrets.token_urlsafe(12)
    say("starting eight virtual devices")
    doors = _start_devices(place, everyone if with_history else [], password)
    engine: Engine | None = None
    try:
        engine, context = _make_site(place / "site", say)
        _add_places(engine, context)
        say("adding the devices")
        doors.wait()
        _add_devices(engine, context, doors, password)
        say(f"adding {len(everyone)} residents")
        _add_residents(engine, context, everyone)
        _hand_over_logins(engine, context)
        groups.add_groups(engine, context)
        visitors.add_keys(engine, context)
        staff.add_personnel(engine, context)
        bookings.add_bookings(engine, context)
    except BaseException:
        if engine is not None:
            engine.close()
        doors.close()
        if root is None:
            shutil.rmtree(place, ignore_errors=True)
        raise
    return Demo(place, engine, doors, context, temporary=root is None)


def _start_devices(place: Path, everyone: list[people.DemoResident], password: str) -> VirtualDoors:
    local_now = datetime.now(ZoneInfo(people.TIMEZONE)).replace(tzinfo=None)
    tables = []
    for number, device in enumerate(people.DEVICES, 11):
        seed = place / f"{device.name}.seed.json"
        log = history.door_log(device, everyone, local_now) if everyone else []
        seed.write_text(json.dumps({"doorlog": log}), encoding="utf-8")
        seed.chmod(0o600)
        tables.append(
            f'[[device]]\nname = "{device.name}"\nmodel = "{device.model}"\naddress = "127.0.0.{number}"\n'
            f'timezone = "{people.TIMEZONE}"\nuser = "{API_USER}"\npassword = "{password}"\nseed = "{seed.name}"\n'
        )
    site_file, ready_file = place / "doors.toml", place / "doors.ready.json"
    ready_file.unlink(missing_ok=True)
    site_file.write_text(f'ready_file = "{ready_file.name}"\n\n' + "\n".join(tables), encoding="utf-8")
    site_file.chmod(0o600)
    return VirtualDoors(site_file, ready_file, place / "doors.out")


def _make_site(root: Path, say: Say) -> tuple[Engine, Context]:
    from backend.domain.enums import Via

    say("making the site")
    password = secrets.token_urlsafe(18)
    engine = Engine.create(
        root,
        community=people.COMMUNITY,
        timezone=people.TIMEZONE,
        country=people.COUNTRY,
        admin_email=people.ADMIN,
        admin_name=people.ADMIN_NAME,
        password=password,
        key_file=True,
    )
    context, _ = engine.sign_in.login(people.ADMIN, password, Via.APP, agree=True)
    return engine, context


def _add_places(engine: Engine, context: Context) -> None:
    ids = {name: engine.buildings.add(context.again(), name).id for name in people.BUILDINGS}
    for building, number in people.apartments():
        engine.apartments.add(context.again(), ids[building], number)


def _add_devices(engine: Engine, context: Context, doors: VirtualDoors, password: str) -> None:
    from backend.domain.device_drafts import DeviceDraft
    from backend.domain.enums import DeviceKind
    from backend.domain.paging import ListQuery

    rows = engine.list("building", context, ListQuery()).first(10)
    buildings = {row.values["name"]: row.id for row in rows}
    for device in people.DEVICES:
        facts: dict[str, Any] = doors.devices[device.name]
        address = urlsplit(facts["url"])
        draft = DeviceDraft(
            name=device.name.replace("-", " "),
            building_id=buildings.get(device.building),
            kind=DeviceKind(device.kind),
            model=facts["model"],
            mac=facts["mac"],
            firmware=facts["firmware"],
            profile=device.model,
            scheme=address.scheme,
            host=str(address.hostname),
            port=address.port or 80,
            auth=facts["auth"],
            http_user=API_USER,
            password=password,
            tls_pin=facts["fingerprint"] or "",
            relay_names=device.relays,
        )
        engine.devices.add(context.again(), draft)


def _add_residents(engine: Engine, context: Context, everyone: list[people.DemoResident]) -> None:
    from backend.domain.enums import ResidentRole
    from backend.domain.paging import ListQuery
    from backend.domain.residents import ResidentDraft

    rows = engine.list("apartment", context, ListQuery()).first(100)
    ids = {(row.values["building"], row.values["number"]): row.id for row in rows}
    for one in everyone:
        draft = ResidentDraft(
            apartment_id=ids[one.building, one.apartment],
            role=ResidentRole.MASTER if one.master else ResidentRole.MEMBER,
            first=one.first,
            last=one.last,
            email=one.email,
            pin=one.pin,
            cards=(one.card,) if one.card else (),
        )
        engine.residents.add(context.again(), draft)


def _hand_over_logins(engine: Engine, context: Context) -> None:
    letters = [row.id for row in engine.list("outgoing", context).first(500)]
    engine.outbox.hand_over(context.again(), letters[LOGINS_LEFT:])
