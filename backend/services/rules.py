"""The rules of a community as plain values, from the rows as they stand, stood, or would stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, select

from backend.domain.access.rules import ALL_DAY_END, Credential, Device, Group, Holder, Relay, Rules, Window
from backend.domain.enums import CredentialKind, CredentialStatus, HolderKind, HolderStatus, Repeat
from backend.domain.errors import NotFound
from backend.domain.firmware import has_relay_schedules
from backend.domain.floors import split_floors
from backend.domain.limits import FLOORS, limits_of, takes
from backend.services.credentials import value_place
from backend.store import tables as t
from backend.store.images import from_image
from backend.store.rows import IDS, among
from backend.store.seal import Sealer

READ: dict[str, tuple[str, ...]] = {
    "community": ("id", "timezone", "only_public_area"),
    "holiday": ("id", "first_day", "last_day"),
    "holder": ("id", "name", "status", "removed_at", "kind", "apartment_id", "floors"),
    "credential": ("id", "holder_id", "kind", "status", "valid_from", "valid_to", "uuid", "value_sealed"),
    "own_window": ("id", "holder_id", "repeat", "days", "start", "end", "begins_at", "ends_at"),
    "own_relay": ("id", "holder_id", "relay_id"),
    "access_group": ("id", "name", "keeps_holidays"),
    "access_window": ("id", "group_id", "repeat", "days", "start", "end", "begins_at", "ends_at"),
    "access_group_relay": ("id", "group_id", "relay_id"),
    "access_group_member": ("id", "group_id", "holder_id"),
    "device": ("id", "name", "profile", "public", "apartment_id", "model", "firmware"),
    "relay": ("id", "device_id", "number", "name", "methods", "hold_open"),
    "relay_hold": ("id", "relay_id", "group_id"),
}
"""Table -> the columns that decide, the id first."""

_WITHOUT_VALUES = {**READ, "credential": READ["credential"][:-2]}
"""The same without what is sealed: whether and why somebody may enter asks for kind, state and dates only."""

_OF_HOLDER = {
    "holder": "id",
    "credential": "holder_id",
    "access_group_member": "holder_id",
    "own_window": "holder_id",
    "own_relay": "holder_id",
}
_OWN_RIGHTS = {
    HolderKind.RESIDENT.value: "Self Devices Authorisation",
    HolderKind.VISITOR.value: "Temporary key",
    HolderKind.BOOKING.value: "Booking",
}
"""Kind of a holder -> what the group of their own rights is called."""
_HERE = "here_"
"""Parameter of the community in the queries for rows."""
_KINDS = {kind.value: kind for kind in CredentialKind}
_STATUSES = {status.value: status for status in CredentialStatus}


def load_rules(
    connection: Connection, sealer: Sealer | None, community_id: int, *, holder_ids: Iterable[int] | None = None
) -> Rules:
    """The rules as the rows stand; with `holder_ids` only these people, with all groups and doors.

    Without a sealer the values of the credentials are left out. Raises NotFound for a community that is not there,
    Unreachable when a sealed value cannot be opened.
    """
    return RuleRows.fetch(connection, community_id, holder_ids, values=sealer is not None).rules(sealer)


def open_image(sealer: Sealer, table: str, row_id: int, sealed: bytes | None) -> dict[str, Any] | None:
    """The row in an image of `change`; None where there was no row."""
    return None if sealed is None else from_image(sealer, t.metadata.tables[table], row_id, sealed)


@dataclass(slots=True)
class RuleRows:
    """The rows that decide, by table and id, each as the columns of `READ`; rows can be put in other states."""

    community_id: int
    holder_ids: frozenset[int] | None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: READ)
    rows: dict[str, dict[int, Sequence[Any]]] = field(default_factory=dict, repr=False)

    @classmethod
    def fetch(
        cls,
        connection: Connection,
        community_id: int,
        holder_ids: Iterable[int] | None = None,
        *,
        values: bool = True,
    ) -> RuleRows:
        """Read the rows in one pass, credentials with their sealed `values` or without; what is gone is left out."""
        wanted = None if holder_ids is None else frozenset(holder_ids)
        made = cls(community_id, wanted, READ if values else _WITHOUT_VALUES)
        for name, columns in made.columns.items():
            told: dict[str, Any] = {_HERE: community_id}
            part = wanted is not None and name in _OF_HOLDER
            if part:
                told[IDS] = sorted(wanted or ())
            found = connection.execute(_query(name, columns, of_some=part), told).all()
            made.rows[name] = {row[0]: row for row in found}
        if not made.rows["community"]:
            raise NotFound("There is no such community.")
        return made

    def put(self, table: str, row_id: int, row: Mapping[str, Any] | None) -> None:
        """Make a row as in `row`, or not there; rows of other tables and of people left out change nothing."""
        if table not in READ:
            return
        if row is None or (table == "credential" and row["status"] == CredentialStatus.GONE.value):
            self.rows[table].pop(row_id, None)
            return
        owner = _OF_HOLDER.get(table)
        if owner is None or self.holder_ids is None or row[owner] in self.holder_ids:
            self.rows[table][row_id] = tuple(row[name] for name in self.columns[table])

    def rules(self, sealer: Sealer | None, *, people: bool = True) -> Rules:
        """The values for the access functions; opens every sealed credential, none without a sealer.

        Without `people` it is groups and doors only: holders are then read from the rows.
        """
        _, zone, only_public_area = self.rows["community"][self.community_id]
        own = self._own_rights()
        return Rules(
            zone=zone,
            only_public_area=only_public_area,
            holders=self._holders(own) if people else {},
            credentials=self._credentials(sealer) if people else {},
            groups={**own, **self._groups()},
            relays=self._relays(),
            devices={row_id: _device(row) for row_id, row in self.rows["device"].items()},
        )

    def _relays(self) -> dict[int, Relay]:
        holding: dict[int, set[int]] = defaultdict(set)
        for _, relay_id, group_id in self.rows["relay_hold"].values():
            holding[relay_id].add(group_id)
        return {
            row_id: Relay(
                row_id, device_id, number, name, _methods(methods), frozenset(holding[row_id] if hold_open else ())
            )
            for row_id, device_id, number, name, methods, hold_open in self.rows["relay"].values()
        }

    def _holders(self, own: Mapping[int, Group]) -> dict[int, Holder]:
        groups: dict[int, set[int]] = defaultdict(set)
        for _, group_id, holder_id in self.rows["access_group_member"].values():
            groups[holder_id].add(group_id)
        for group_id in own:
            groups[-group_id].add(group_id)
        return {
            row_id: Holder(
                row_id,
                name,
                status == HolderStatus.ACTIVE.value and removed_at is None,
                frozenset(groups[row_id]),
                resident=kind == HolderKind.RESIDENT.value,
                floors=tuple(split_floors(floors)),
            )
            for row_id, name, status, removed_at, kind, _, floors in self.rows["holder"].values()
        }

    def _credentials(self, sealer: Sealer | None) -> dict[int, tuple[Credential, ...]]:
        owned: dict[int, list[Credential]] = defaultdict(list)
        for row_id, row in sorted(self.rows["credential"].items()):
            _, holder_id, kind, status, valid_from, valid_to, *place = row
            value = "" if sealer is None else sealer.open_text(value_place(place[0]), place[1])
            owned[holder_id].append(
                Credential(row_id, holder_id, _KINDS[kind], value, _STATUSES[status], valid_from, valid_to)
            )
        return {holder_id: tuple(credentials) for holder_id, credentials in owned.items()}

    def _groups(self) -> dict[int, Group]:
        windows = self._windows("access_window", "group_id")
        relays: dict[int, set[int]] = defaultdict(set)
        for _, group_id, relay_id in self.rows["access_group_relay"].values():
            relays[group_id].add(relay_id)
        holidays = self._holidays()
        return {
            row_id: Group(
                row_id,
                name,
                tuple(replace(window, closed=holidays) if keeps else window for window in windows[row_id]),
                frozenset(relays[row_id]),
            )
            for row_id, name, keeps in self.rows["access_group"].values()
        }

    def _own_rights(self) -> dict[int, Group]:
        """Beside the groups, one of each holder with rights of their own.

        A resident's hold at the devices of their apartment only: one that leaves the room takes them along (edge case
        46).
        """
        windows = self._windows("own_window", "holder_id")
        rooms = {row_id: row[4] for row_id, row in self.rows["device"].items()}
        opens: dict[int, set[int]] = defaultdict(set)
        for _, holder_id, relay_id in self.rows["own_relay"].values():
            holder, relay = self.rows["holder"].get(holder_id), self.rows["relay"].get(relay_id)
            if holder is None or relay is None:
                continue
            kind, home = holder[4], holder[5]
            if kind != HolderKind.RESIDENT.value or (home is not None and rooms.get(relay[1]) == home):
                opens[holder_id].add(relay_id)
        return {
            -holder_id: Group(
                -holder_id,
                _OWN_RIGHTS.get(self.rows["holder"][holder_id][4], "Own rights"),
                tuple(windows[holder_id]),
                frozenset(relays),
            )
            for holder_id, relays in opens.items()
        }

    def _windows(self, table: str, owner: str) -> dict[int, list[Window]]:
        found: dict[int, list[Window]] = defaultdict(list)
        for row in self.rows[table].values():
            window = dict(zip(READ[table], row, strict=True))
            found[window[owner]].append(read_window(window))
        return found

    def _holidays(self) -> tuple[tuple[date, date], ...]:
        spans = (
            (date.fromisoformat(first), date.fromisoformat(last)) for _, first, last in self.rows["holiday"].values()
        )
        return tuple(sorted(spans))


def read_window(row: Mapping[str, Any]) -> Window:
    """A row of `access_window` as a window; `days` holds one digit per weekday, 0 Monday to 6 Sunday."""
    return Window(
        repeat=Repeat(row["repeat"]),
        start=row["start"] or time(0, 0),
        end=row["end"] or ALL_DAY_END,
        days=frozenset(int(day) for day in row["days"] if day.isdigit()),
        begins=row["begins_at"],
        ends=row["ends_at"],
    )


def _device(row: Sequence[Any]) -> Device:
    row_id, name, profile, public, apartment_id, model, firmware = row
    taken = takes(profile)
    return Device(
        row_id,
        name,
        *limits_of(profile),
        public=public and apartment_id is None,
        faces=CredentialKind.FACE.value in taken,
        floors=FLOORS in taken,
        hold_open=has_relay_schedules(model, firmware),
    )


def _methods(text: str) -> frozenset[CredentialKind]:
    return frozenset(_KINDS[word] for word in text.split(",") if word in _KINDS)


@cache
def _query(name: str, columns: tuple[str, ...], *, of_some: bool) -> Select[Any]:
    """The rows of a table in the community _HERE, of all people or of some; made once, as doors wait for it."""
    table = t.metadata.tables[name]
    query: Select[Any] = select(*(table.c[column] for column in columns)).where(_within(table))
    if name == "credential":
        query = query.where(table.c.status != CredentialStatus.GONE.value)
    return query.where(among(table.c[_OF_HOLDER[name]])) if of_some else query


def _within(table: Table) -> ColumnElement[bool]:
    """The condition that a row belongs to the community _HERE, by itself or by its group or device."""
    community_id = bindparam(_HERE, type_=t.community.c.id.type)
    if table is t.community:
        return table.c.id == community_id
    if "community_id" in table.c:
        return table.c.community_id == community_id
    parent, link = t.access_group, "group_id"
    if table is t.relay:
        parent, link = t.device, "device_id"
    elif table in (t.own_window, t.own_relay):
        parent, link = t.holder, "holder_id"
    elif table is t.relay_hold:
        parent, link = t.access_group, "group_id"
    return table.c[link].in_(select(parent.c.id).where(parent.c.community_id == community_id))
