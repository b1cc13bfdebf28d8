"""Devices from a spreadsheet: every row judged before one is written, then the good ones added (feature SET-06)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from backend.domain.context import Context
from backend.domain.device_address import DeviceAddress
from backend.domain.device_drafts import DeviceDraft
from backend.domain.device_sheets import AUTHS, SheetDevice, SheetRowRead, rows_of
from backend.domain.enums import DeviceKind
from backend.domain.errors import Invalid, NotFound
from backend.domain.names import fold
from backend.domain.records import Saved
from backend.domain.sheets import Sheet
from backend.services.base import Service, replayed, saved
from backend.services.default_groups import place_in_default_groups
from backend.services.device_add import check_draft, find_spot, insert_device
from backend.services.slices import taken
from backend.store import tables as t
from backend.store.work import Work

_FIELDS = {"relay_names": "relays", "building_id": "building", "apartment_id": "apartment"}
"""Field of a draft -> the column in which it was typed."""


class DeviceSheets(Service):
    """Adding many devices by hand."""

    def check(self, context: Context, sheets: Iterable[Sheet]) -> tuple[SheetDevice, ...]:
        """What each row would add, or what is wrong with it; nothing is written. Raises Invalid (file)."""
        with self.store.read(context, "device.write") as connection:
            judge = _Judge(connection, context)
            return tuple(judge.judge(row) for row in rows_of(sheets))

    def add(self, context: Context, drafts: Sequence[DeviceDraft]) -> Saved:
        """Add devices that were checked, in slices under one operation; they count as never seen.

        Raises Invalid and Conflict (name, mac, address) for a device that came meanwhile: those before it are added.
        """
        if not drafts:
            raise NotFound("There is no device to add.")
        queue = deque(check_draft(draft) for draft in drafts)
        with self.store.write(context, "device.add_many") as work:
            work.require("device.write")
            if work.replayed is not None:
                return replayed(work)
            words = "1 device" if len(drafts) == 1 else f"{len(drafts)} devices"
            ids = [_add(work, draft) for draft in taken(queue)]
            work.tell(f"Added {words} from a spreadsheet", "device", ids[0], drafts[0].name, undoable=False)
            answer = saved(work, ids[0])
        while queue:
            with self.store.write(context, "device.add_many", operation_id=answer.operation) as work:
                work.require("device.write")
                for draft in taken(queue):
                    _add(work, draft)
        return answer


def _add(work: Work, draft: DeviceDraft) -> int:
    place = find_spot(work, draft.building_id, draft.apartment_id)
    device_id = insert_device(work, draft, place)
    place_in_default_groups(work, device_id)
    work.dirty([device_id], "new device")
    work.touch("devices", "doors", "groups", "buildings", "apartments")
    return device_id


class _Judge:
    """Judges rows against what is there and against the rows above them."""

    def __init__(self, connection: Connection, context: Context) -> None:
        b, a, d = t.building, t.apartment, t.device
        here = context.community_id
        rows = connection.execute(select(b.c.id, b.c.name_fold).where(b.c.community_id == here))
        self._buildings = {row.name_fold: row.id for row in rows}
        flats = connection.execute(
            select(a.c.id, a.c.number, a.c.building_id)
            .join(b, b.c.id == a.c.building_id)
            .where(b.c.community_id == here)
        )
        self._flats = {(row.building_id, row.number): row.id for row in flats}
        devices = connection.execute(select(d.c.mac, d.c.name_fold, d.c.host, d.c.port, d.c.community_id)).all()
        self._seen = {
            "name": {
                row.name_fold: "There is already a device of this name." for row in devices if row.community_id == here
            },
            "mac": {row.mac: "A device with this MAC address is already here." for row in devices},
            "address": {f"{row.host}:{row.port}": "A device at this address is already here." for row in devices},
        }

    def judge(self, row: SheetRowRead) -> SheetDevice:
        """One row."""
        name = row.texts.get("name", "")
        bad: dict[str, str] = {}
        draft = self._draft(row, bad)
        if draft is not None:
            try:
                draft = check_draft(draft)
            except Invalid as error:
                bad |= {_FIELDS.get(key, key): text for key, text in error.fields.items()}
            else:
                self._take(row.number, draft, bad)
        return SheetDevice(row=row.number, name=name, draft=None if bad else draft, errors=bad)

    def _draft(self, row: SheetRowRead, bad: dict[str, str]) -> DeviceDraft | None:
        def text(key: str) -> str:
            return row.texts.get(key, "")

        try:
            place = DeviceAddress.parse(text("address"))
        except Invalid as error:
            bad |= error.fields
            place = None
        kind, auth = text("kind") or DeviceKind.MULTI_DOOR_PHONE.value, text("auth").lower() or AUTHS[0]
        if kind not in set(DeviceKind):
            bad["kind"] = f"There is no type '{kind[:20]}'. Use one of {', '.join(DeviceKind)}."
        if auth not in AUTHS:
            bad["auth"] = f"A device logs us in by one of {', '.join(AUTHS)}."
        building_id, apartment_id = self._place(text("building"), text("apartment"), bad)
        if place is None or bad.keys() & {"kind", "auth"}:
            return None
        return DeviceDraft(
            name=text("name"),
            building_id=building_id,
            apartment_id=apartment_id,
            kind=DeviceKind(kind),
            model=text("model"),
            mac=text("mac"),
            firmware=text("firmware"),
            profile=text("model").upper(),
            scheme=place.scheme,
            host=place.host,
            port=place.port,
            auth=auth,
            http_user=text("user"),
            password=text("password"),
            relay_names=tuple(part.strip() for part in text("relays").split(";") if part.strip()),
        )

    def _place(self, building: str, apartment: str, bad: dict[str, str]) -> tuple[int | None, int | None]:
        """The ids of a place that is typed; an apartment needs its building (edge case 38)."""
        building_id = self._buildings.get(fold(building)) if building else None
        if building and building_id is None:
            bad["building"] = f"There is no building '{building[:40]}'."
        if not apartment:
            return building_id, None
        if not building:
            bad["building"] = "An APT needs its building."
            return None, None
        flat = self._flats.get((building_id or 0, apartment))
        if flat is None and building_id is not None:
            bad["apartment"] = f"{building[:40]} has no APT {apartment[:10]}."
        return building_id, flat

    def _take(self, number: int, draft: DeviceDraft, bad: dict[str, str]) -> None:
        """Refuse what is taken already, else take it for this row."""
        wanted = {"name": fold(draft.name), "mac": draft.mac, "address": f"{draft.host}:{draft.port}"}
        for key, value in wanted.items():
            if value in self._seen[key]:
                bad[key] = self._seen[key][value]
        if not bad:
            for key, value in wanted.items():
                self._seen[key][value] = f"Row {number} has the same."
