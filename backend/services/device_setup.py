"""Where a device stands and how it is reached, as an installer changes it (features SET-06, DEV-01; rules 13.7)."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Row, delete, select, update

from backend.domain.context import Context
from backend.domain.device_address import DeviceAddress
from backend.domain.device_drafts import Reach
from backend.domain.enums import DeviceStatus
from backend.domain.errors import Invalid
from backend.domain.records import Saved
from backend.services.base import Service, replayed, saved
from backend.services.default_groups import place_in_default_groups
from backend.services.device_add import check_mac, find_spot
from backend.services.device_remove import forget_books
from backend.services.devices import device_row
from backend.services.holders import people_at, reaching
from backend.services.monitors import keep_a_monitor
from backend.store import tables as t
from backend.store.work import Work

_PIN = re.compile(r"[0-9a-f]{64}")
AUTHS = ("none", "basic", "digest", "allowlist")


class DeviceSetup(Service):
    """An installer's acts on a device that is here."""

    def place(
        self,
        context: Context,
        device_id: int,
        version: int,
        *,
        building_id: int | None = None,
        apartment_id: int | None = None,
    ) -> Saved:
        """Move a device into an apartment, a building, or (neither) to the whole community.

        Its doors change their default groups with it; other groups keep them, and what residents lose is proved like
        any revocation (edge cases 45, 46). Raises Stale, Invalid (building_id, apartment_id), NotFound.
        """
        with self.store.write(context, "device.place") as work:
            work.require("device.write")
            if work.replayed is not None:
                return replayed(work)
            row = device_row(work.connection, context, device_id)
            spot = find_spot(work, building_id, apartment_id)
            if spot.apartment_id != row.apartment_id:
                keep_a_monitor(work.connection, row)
            members = people_at(work.connection, [device_id]) | _members_of(work, building_id, apartment_id)
            with reaching(work, members, "device moved"):
                differs = work.update(t.device, device_id, version=version, **spot.columns())
                if differs:
                    place_in_default_groups(work, device_id)
            work.dirty([device_id] if differs else [], "device moved")
            work.tell(f"Moved device to {spot.word}", "device", device_id, row.name, undoable=differs)
            work.touch("devices", "doors", "groups", "buildings", "apartments")
            return saved(work, device_id)

    def readdress(self, context: Context, device_id: int, version: int, reach: Reach) -> Saved:
        """Change how a device is reached, None keeps: address, MAC, login.

        Another MAC is another device: nothing is known any more of what it holds, and what the old one was to lose can
        never be proved; the operation says how often. It is read back before anything is sent. Logs stay. Raises
        Stale, Invalid (address, mac, auth, tls_pin), Conflict (address, mac), NotFound.
        """
        wanted = _checked(reach)
        with self.store.read(context, "device.write") as connection:
            before = device_row(connection, context, device_id)
        swapped = wanted.get("mac", before.mac) != before.mac
        if swapped and before.row_version == version:
            forget_books(self.store, context, device_id)
        with self.store.write(context, "device.readdress") as work:
            work.require("device.write")
            if work.replayed is not None:
                return replayed(work)
            row = device_row(work.connection, context, device_id)
            if reach.password is not None:
                wanted["password_sealed"] = _sealed(work, row, reach.password)
            work.update(t.device, device_id, version=version, **wanted)
            unproved = _forget(work, device_id, swapped=swapped)
            more = f"; {unproved} revocations there were never proved" if unproved else ""
            what = "Replaced device" if swapped else "Changed address of device"
            work.tell(f"{what}{more}", "device", device_id, row.name, undoable=False)
            work.touch("devices", "sync")
            return saved(work, device_id)


def _checked(reach: Reach) -> dict[str, Any]:
    """The columns that a new way to a device changes; raises Invalid with every bad field."""
    wanted: dict[str, Any] = reach.model_dump(include={"auth", "http_user", "tls_pin"}, exclude_none=True)
    bad: dict[str, str] = {}
    if reach.address is not None:
        try:
            found = DeviceAddress.parse(reach.address)
            wanted |= {"scheme": found.scheme, "host": found.host, "port": found.port}
        except Invalid as error:
            bad |= error.fields
    if reach.mac is not None:
        try:
            wanted["mac"] = check_mac(reach.mac)
        except Invalid as error:
            bad |= error.fields
    if reach.auth is not None and reach.auth not in AUTHS:
        bad["auth"] = f"A device logs us in by one of {', '.join(AUTHS)}."
    if reach.tls_pin is not None:
        pin = wanted["tls_pin"] = reach.tls_pin.replace(":", "").strip().lower()
        if pin and not _PIN.fullmatch(pin):
            bad["tls_pin"] = "A certificate fingerprint has 64 hexadecimal digits (SHA-256)."
    if bad:
        raise Invalid(bad)
    return wanted


def _sealed(work: Work, row: Row[Any], password: str) -> bytes | None:
    return work.sealer.seal_text(f"device.password:{row.uuid}", password) if password else None


def _forget(work: Work, device_id: int, *, swapped: bool) -> int:
    """Have the device read back before anything is sent; of another one nothing is known. Answers lost proofs."""
    sync, state, proof = t.device_sync, t.device_state, t.read_back
    work.connection.execute(update(sync).where(sync.c.id == device_id).values(read_back_at=None, not_before=None))
    work.dirty([device_id], "device replaced" if swapped else "address changed")
    if not swapped:
        return 0
    kept_open = t.relay_held
    work.connection.execute(delete(kept_open).where(kept_open.c.device_id == device_id))
    work.connection.execute(
        update(state)
        .where(state.c.id == device_id)
        .values(
            status=DeviceStatus.NEVER_SEEN.value,
            last_seen_at=None,
            status_since=None,
            offline_since=None,
            uptime_s=None,
            relay_states="",
            log_last_id=None,
            log_fingerprint="",
            last_error="",
        )
    )
    lost = delete(proof).where(proof.c.device_id == device_id, proof.c.absent_at.is_(None))
    return int(work.connection.execute(lost).rowcount)


def _members_of(work: Work, building_id: int | None, apartment_id: int | None) -> set[int]:
    """Everybody in the default groups that the doors of a device join at its new place."""
    if apartment_id is not None:
        return set()
    g, member = t.access_group, t.access_group_member
    query = (
        select(member.c.holder_id)
        .join(g, g.c.id == member.c.group_id)
        .where(g.c.community_id == work.context.community_id, g.c.system.is_(True))
    )
    if building_id is not None:
        query = query.where(g.c.building_id == building_id)
    return set(work.connection.execute(query).scalars())
