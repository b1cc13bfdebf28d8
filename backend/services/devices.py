"""Devices: finding, adding, editing, removing them (rules 13; features DEV-01, DEV-02, DEV-13)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, select

from backend.domain.context import Context, new_id
from backend.domain.device_drafts import DeviceDraft, FindingRecord
from backend.domain.devices import DeviceRecord
from backend.domain.doors import RelayRecord
from backend.domain.enums import CommandState, CommandVerb, CredentialKind, DeviceKind
from backend.domain.errors import Invalid, NotFound
from backend.domain.names import check_name, fold
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services.base import Service, replayed, saved
from backend.services.commands import command_record, command_row, queue
from backend.services.default_groups import place_in_default_groups
from backend.services.device_add import (
    NAME_LONGEST,
    check_draft,
    check_dtmf,
    find_spot,
    insert_device,
)
from backend.services.device_list import device_listing
from backend.services.device_remove import forget_books, remove_device
from backend.services.door_states import DeviceNow, device_now
from backend.services.lists import ListHandle
from backend.services.monitors import keep_a_monitor
from backend.services.relay_holds import held_words
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

_ADDRESS_LONGEST = 255


@dataclass(frozen=True, slots=True)
class DeviceSecrets:
    """All that the agent needs to speak to a device and to know its calls; password and token stay out of the repr."""

    id: int
    name: str
    community_id: int
    model: str
    mac: str
    firmware: str
    profile: str
    scheme: str
    host: str
    port: int
    auth: str
    http_user: str
    tls_pin: str
    legacy_tls: bool
    password: str = field(repr=False)
    token: str = field(repr=False)


def device_secrets(connection: Connection, sealer: Sealer, device_id: int) -> DeviceSecrets:
    """Address, login and Action URL token of a device, for the agent only; raises NotFound, Unreachable."""
    d = t.device
    row = connection.execute(select(d).where(d.c.id == device_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such device.")
    plain = {name: getattr(row, name) for name in DeviceSecrets.__slots__ if name not in ("password", "token")}
    sealed = row.password_sealed
    return DeviceSecrets(
        **plain,
        password=sealer.open_text(f"device.password:{row.uuid}", sealed) if sealed is not None else "",
        token=sealer.open_text(f"device.token:{row.uuid}", row.token_sealed) if row.token_sealed is not None else "",
    )


def device_of_token(connection: Connection, sealer: Sealer, token: str) -> int | None:
    """The device whose Action URLs carry this token; None for a stranger."""
    d = t.device
    return connection.execute(select(d.c.id).where(d.c.token_index == sealer.index("token", token))).scalar()


class Devices(Service):
    """The devices of a community; the terminal never talks to one, it asks the agent to."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The devices, trouble first: offline, held, red, drift, restarting, pending, open door, the rest by name."""
        listing = device_listing(context, self.store.clock())
        return ListHandle(self.store, context, "device.read", listing, query)

    def get(self, context: Context, device_id: int) -> DeviceRecord:
        """A device's whole page; raises NotFound."""
        with self.store.read(context, "device.read") as connection:
            row = device_row(connection, context, device_id)
            return _record(connection, row, device_now(connection, device_id, self.store.clock()))

    def identify(self, context: Context, address: str, user: str, password: str) -> int:
        """Ask the agent what stands at an address; answers the command, see `finding`. Raises Invalid (address).

        The password goes sealed; the agent has 60 s to take the command.
        """
        place = address.strip()
        if not place or len(place) > _ADDRESS_LONGEST or not place.isprintable() or " " in place:
            raise Invalid({"address": "Write an address like 192.0.2.20 or https://192.0.2.20."})
        with self.store.write(context, "device.identify") as work:
            work.require("device.write")
            if work.replayed is not None:
                return int(work.replayed)
            uuid = new_id()
            sealed = work.sealer.seal_text(f"command.args:{uuid}", password)
            args = {"address": place, "user": user, "password": base64.b64encode(sealed).decode()}
            work.result = queue(work, CommandVerb.IDENTIFY, device_id=None, args=args, uuid=uuid)
            work.tell("Asked what stands at an address", "device", None, place, undoable=False)
            return int(work.result)

    def finding(self, context: Context, command_id: int) -> FindingRecord | None:
        """What the agent found; None until it answers. Where nothing came of it, `state` is "no_answer"."""
        with self.store.read(context, "device.write") as connection:
            row = command_row(connection, context, command_id)
        if row.verb != CommandVerb.IDENTIFY.value:
            raise NotFound("There is no such search.")
        record = command_record(row, self.store.clock())
        if not record.ended:
            return None
        if record.state is CommandState.DONE:
            try:
                return FindingRecord.model_validate_json(row.result)
            except ValidationError:
                return FindingRecord(state="no_answer", sentence="The agent's answer cannot be read. Try again.")
        late = record.state is CommandState.EXPIRED or not row.result
        sentence = "The agent did not answer. Check that it runs, then try again." if late else row.result
        return FindingRecord(state="no_answer", sentence=sentence)

    def add(self, context: Context, draft: DeviceDraft) -> Saved:
        """Add a device with its doors, which join the default group of its building, or of every building (rules 8).

        One of an apartment joins none. Nothing is asked of the device: until it answers it has never been seen. Raises
        Invalid (name, model, mac, address, building_id, apartment_id, relay_names), Conflict (name, mac, address).
        """
        checked = check_draft(draft)
        with self.store.write(context, "device.add") as work:
            work.require("device.write")
            if work.replayed is not None:
                return replayed(work)
            place = find_spot(work, checked.building_id, checked.apartment_id)
            device_id = insert_device(work, checked, place)
            place_in_default_groups(work, device_id)
            work.dirty([device_id], "new device")
            work.tell("Added device", "device", device_id, checked.name, undoable=False)
            work.touch("devices", "doors", "groups", "buildings")
            return saved(work, device_id)

    def edit(
        self,
        context: Context,
        device_id: int,
        version: int,
        *,
        name: str | None = None,
        relay_names: Mapping[int, str] | None = None,
        dtmf: Mapping[int, str] | None = None,
    ) -> Saved:
        """Rename a device or its doors, or note their DTMF codes; both mappings go by the number of the relay.

        Names and codes are kept here and not written to the device. Raises Stale, Invalid and Conflict (name,
        relay_names, dtmf), NotFound.
        """
        with self.store.write(context, "device.edit") as work:
            work.require("device.edit")
            if work.replayed is not None:
                return replayed(work)
            row = device_row(work.connection, context, device_id)
            shown = row.name if name is None else check_name(name, "name", NAME_LONGEST)
            work.update(t.device, device_id, version=version, name=shown, name_fold=fold(shown))
            _edit_relays(work, device_id, relay_names or {}, dtmf or {})
            work.tell("Changed device", "device", device_id, shown)
            work.touch("devices", "doors")
            return saved(work, device_id)

    def delete(self, context: Context, device_id: int) -> Saved:
        """Remove a device with its doors from everything; raises NotFound. It cannot be undone: add it again.

        What it holds stays on it. Revocations that it did not prove can never be proved any more: the operation says
        how many. Raises Conflict for the last indoor monitor of an apartment where the community wants one.
        """
        with self.store.read(context, "device.write") as connection:
            here = _find(connection, context, device_id)
            if here is not None:
                keep_a_monitor(connection, here)
        if here is not None:
            forget_books(self.store, context, device_id)
        with self.store.write(context, "device.delete") as work:
            work.require("device.write")
            if work.replayed is not None:
                return replayed(work)
            row = device_row(work.connection, context, device_id)
            keep_a_monitor(work.connection, row)
            unproved = remove_device(work, device_id)
            words = f"; {unproved} revocations there were never proved" if unproved else ""
            work.tell(f"Removed device{words}", "device", device_id, row.name, undoable=False)
            work.touch("devices", "doors", "groups", "buildings", "sync", "commands")
            return saved(work, device_id)


def _edit_relays(work: Work, device_id: int, names: Mapping[int, str], codes: Mapping[int, str]) -> None:
    """Give the device's relays these names and DTMF codes; no two of them may share a code."""
    relay = t.relay
    rows = work.connection.execute(select(relay).where(relay.c.device_id == device_id).order_by(relay.c.number)).all()
    for mapping, what in ((names, "relay_names"), (codes, "dtmf")):
        for number in mapping.keys() - {row.number for row in rows}:
            raise Invalid({what: f"This device has no relay {number}."})
    planned = {row.number: check_dtmf(codes.get(row.number, row.dtmf)) for row in rows}
    used = [code for code in planned.values() if code]
    if len(used) != len(set(used)):
        raise Invalid({"dtmf": "Two relays of a device cannot open by the same code."})
    for row in rows:
        name = check_name(names[row.number], "relay_names", NAME_LONGEST) if row.number in names else row.name
        work.update(relay, row.id, name=name, name_fold=fold(name), dtmf=planned[row.number])


def _find(connection: Connection, context: Context, device_id: int) -> Row[Any] | None:
    d, building = t.device, t.building
    return connection.execute(
        select(d, building.c.name.label("building"), t.apartment.c.number.label("apartment"))
        .outerjoin(building, building.c.id == d.c.building_id)
        .outerjoin(t.apartment, t.apartment.c.id == d.c.apartment_id)
        .where(d.c.id == device_id, d.c.community_id == context.community_id)
    ).one_or_none()


def device_row(connection: Connection, context: Context, device_id: int) -> Row[Any]:
    """The row of a device of the community with its building and apartment in words; raises NotFound."""
    found = _find(connection, context, device_id)
    if found is None:
        raise NotFound("There is no such device.")
    return found


def _record(connection: Connection, row: Row[Any], now: DeviceNow) -> DeviceRecord:
    state = connection.execute(select(t.device_state).where(t.device_state.c.id == row.id)).one()
    relays = connection.execute(select(t.relay).where(t.relay.c.device_id == row.id).order_by(t.relay.c.number))
    held_by = held_words(connection, row.id)
    return DeviceRecord(
        id=row.id,
        version=row.row_version,
        name=row.name,
        building_id=row.building_id,
        building=row.building or "",
        apartment_id=row.apartment_id,
        apartment=row.apartment or "",
        kind=DeviceKind(row.kind),
        model=row.model,
        mac=":".join(row.mac[at : at + 2] for at in range(0, 12, 2)),
        firmware=row.firmware,
        profile=row.profile,
        address=f"{row.scheme}://{row.host}:{row.port}",
        auth=row.auth,
        tls_pin=row.tls_pin,
        status=now.status,
        status_since=now.status_since,
        last_seen_at=now.last_seen_at,
        last_error=now.error,
        clock_offset_ms=state.clock_offset_ms,
        log_last_id=state.log_last_id,
        log_read_at=state.log_read_at,
        event_at=state.event_at,
        relays=tuple(_relay_record(relay, now, held_by.get(relay.id, ())) for relay in relays),
        sync=now.sync,
    )


def _relay_record(row: Row[Any], now: DeviceNow, held_by: tuple[str, ...]) -> RelayRecord:
    return RelayRecord(
        id=row.id,
        version=row.row_version,
        device_id=row.device_id,
        number=row.number,
        name=row.name,
        dtmf=row.dtmf,
        methods=tuple(CredentialKind(word) for word in row.methods.split(",") if word),
        hold_seconds=row.hold_seconds,
        open=now.relays_open.get(row.number),
        held_by=held_by,
    )
