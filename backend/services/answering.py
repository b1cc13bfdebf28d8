"""Who may open a door and what a person may open, by the rules and by what doors truly held (feature SYNC-06)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from backend.domain.access.decide import USABLE, methods_of, reaches
from backend.domain.access.reach import Reach, reach
from backend.domain.access.rules import Rules
from backend.domain.access.who import Admission, Person, who
from backend.domain.answers import NOT_KNOWN, NOT_SURE, NOT_YET, CanAnswer, DoorReach, Opener, WhoAnswer
from backend.domain.enums import CredentialKind, HolderKind, HolderStatus
from backend.domain.errors import Invalid, NotFound
from backend.domain.formats import Formats
from backend.services.held import holding_at, holding_person, kinds_held, still_held
from backend.services.past import known_since, rows_at
from backend.services.rules import RuleRows
from backend.store import tables as t
from backend.store.seal import Sealer

WRITTEN = frozenset({CredentialKind.PIN, CredentialKind.CARD})
"""What is written to every door; not all take a face, none a QR code, so their absence there says nothing."""

_WORDS = {CredentialKind.PIN: "PIN", CredentialKind.CARD: "card", CredentialKind.FACE: "face"}
_NOTHING: frozenset[CredentialKind] = frozenset()
_ORDER = {kind: place for place, kind in enumerate(HolderKind)}


@dataclass(frozen=True, slots=True)
class Asker:
    """Where a question about rights is answered: the community, its formats, the instant, and now."""

    connection: Connection
    sealer: Sealer
    community_id: int
    formats: Formats
    at: datetime
    now: datetime

    @property
    def past(self) -> bool:
        """Whether the instant is over."""
        return self.at < self.now

    def rows(self, holder_ids: Iterable[int] | None = None) -> RuleRows:
        """The rows that decide at the instant; raises Invalid (time) where they are not known any more."""
        if not self.past:
            return RuleRows.fetch(self.connection, self.community_id, holder_ids, values=False)
        rows = rows_at(self.connection, self.sealer, self.community_id, self.at, holder_ids, values=False)
        if rows is None:
            since = known_since(self.connection)
            back = f" They are back to {self.formats.moment(since)}." if since else ""
            raise Invalid({"time": f"The rules of {self.formats.moment(self.at)} are not known any more.{back}"})
        return rows


def who_at(asker: Asker, relay_id: int) -> WhoAnswer:
    """Everybody who may open the relay at the instant, and whom its door holds without a right.

    Raises NotFound, Invalid (time) beyond the horizon and where the door was not there.
    """
    door = _door(asker, relay_id)
    rows = asker.rows()
    rules = rows.rules(None, people=False)
    if relay_id not in rules.relays:
        raise Invalid({"time": f"{door.name} was not there on {asker.formats.moment(asker.at)}."})
    people = {one[0]: one for one in people_at_door(rows, rules, relay_id, asker.at)}
    admitted = who(rules, relay_id, asker.at, people.values())
    holding = holding_at(asker.connection, door.device_id, asker.at)
    lines = _Lines(asker, rows, rules)
    found = [*_admitted(asker, door, admitted, holding, lines)]
    extra = {
        holder_id
        for holder_id in holding.keys() - admitted.keys()
        if holder_id not in people or not _has_right(rules, relay_id, people[holder_id])
    }
    kept = kinds_held(asker.connection, asker.sealer, door.device_id, asker.at, extra, number=door.number)
    for holder_id, kinds in kept.items():
        found.append(lines.opener(holder_id, None, kinds, _still(kinds, asker.past)))
    return WhoAnswer(
        relay_id=relay_id,
        door=door.name,
        device=door.device,
        at=asker.at,
        past=asker.past,
        openers=tuple(sorted(found, key=lambda one: (_ORDER[one.kind], one.name.casefold(), one.holder_id))),
        read_at=door.read_back_at,
        known=_is_known(door, holding),
        strangers=0 if asker.past else door.users_unmanaged,
    )


def people_at_door(rows: RuleRows, rules: Rules, relay_id: int, at: datetime) -> Iterator[Person]:
    """Every active holder with a group that has the relay, straight from the rows: ten thousand in no time."""
    here = {group.id for group in rules.groups.values() if relay_id in group.relays}
    groups: dict[int, frozenset[int]] = {-group_id: frozenset((group_id,)) for group_id in here if group_id < 0}
    alone = {group_id: frozenset((group_id,)) for group_id in here}
    for _, group_id, holder_id in rows.rows["access_group_member"].values():
        if group_id in here:
            others = groups.get(holder_id)
            groups[holder_id] = others | alone[group_id] if others else alone[group_id]
    kinds, holders = _kinds_at(rows, at), rows.rows["holder"]
    resident, active = HolderKind.RESIDENT.value, HolderStatus.ACTIVE.value
    for holder_id, mine in groups.items():
        row = holders.get(holder_id)
        if row is not None:
            _, _, status, removed_at, kind, _, _ = row
            if status == active and removed_at is None:
                yield holder_id, mine, kinds.get(holder_id, _NOTHING), kind == resident


def _kinds_at(rows: RuleRows, at: datetime) -> dict[int, frozenset[CredentialKind]]:
    """Holder -> the kinds of credential that are usable and valid at the instant; equal sets are one object."""
    usable = {status.value for status in USABLE}
    sets: dict[tuple[frozenset[CredentialKind], str], frozenset[CredentialKind]] = {}
    found: dict[int, frozenset[CredentialKind]] = {}
    for _, holder_id, kind, status, valid_from, valid_to, *_rest in rows.rows["credential"].values():
        if status not in usable or (valid_from is not None and at < valid_from):
            continue
        if valid_to is not None and at >= valid_to:
            continue
        key = (found.get(holder_id, _NOTHING), kind)
        if key not in sets:
            sets[key] = key[0] | {CredentialKind(kind)}
        found[holder_id] = sets[key]
    return found


def _admitted(
    asker: Asker,
    door: Row[Any],
    admitted: Mapping[int, Admission],
    holding: Mapping[int, bool],
    lines: _Lines,
) -> Iterator[Opener]:
    """The lines of those who have the right, each with what the door holds otherwise."""
    known = _is_known(door, holding)
    kept = still_held(asker.connection, door.device_id, asker.at, number=door.number) if known else {}
    for holder_id, one in admitted.items():
        mark = ""
        if known and holder_id not in holding:
            mark = NOT_YET if one.kinds & WRITTEN else ""
        elif known and not holding[holder_id]:
            mark = NOT_SURE
        elif holder_id in kept:
            mark = _still(kept[holder_id], asker.past)
        yield lines.opener(holder_id, one.group_id, one.kinds, mark)


def _is_known(door: Row[Any], holding: Mapping[int, bool]) -> bool:
    """Whether it is known at all what the door holds."""
    return door.read_back_at is not None or bool(holding)


def can_at(asker: Asker, holder_id: int, relay_id: int | None = None) -> CanAnswer:
    """The doors of a person's groups and those that hold them, or the one asked about; as `who_at` from the other side.

    Raises NotFound, Invalid (time) beyond the horizon.
    """
    rows = asker.rows([holder_id])
    rules = rows.rules(None)
    holder = rules.holders.get(holder_id)
    if holder is None:
        raise Invalid({"time": f"This person was not there on {asker.formats.moment(asker.at)}."})
    names = _doors(asker)
    if relay_id is not None and relay_id not in names:
        raise NotFound("There is no such door.")
    holding = holding_person(asker.connection, holder_id, asker.at)
    wanted = None if relay_id is None else [relay_id]
    doors = [_door_reach(rules, one, names, holding) for one in reach(rules, holder_id, asker.at, wanted)]
    listed = {door.relay_id for door in doors}
    rightly = {names[one].device_id for one in listed & names.keys()}
    for row in names.values() if relay_id is None else ():
        if row.device_id in holding and row.id not in listed:
            door = _still_there(asker, row, holder_id)
            if door is not None and (door.kinds or row.device_id not in rightly):
                doors.append(door)
    doors.sort(key=lambda door: (not door.allowed, door.door.casefold(), door.relay_id))
    return CanAnswer(holder_id, holder.name, asker.at, asker.past, tuple(doors))


class _Lines:
    """How holders are written in a list."""

    def __init__(self, asker: Asker, rows: RuleRows, rules: Rules) -> None:
        apartment, building = t.apartment, t.building
        query = select(apartment.c.id, building.c.name, apartment.c.number)
        found = asker.connection.execute(query.join(building, building.c.id == apartment.c.building_id))
        self._groups = rules.groups
        self._holders = rows.rows["holder"]
        self._places = {row_id: f"{name} {number}" for row_id, name, number in found}
        self._kinds = {kind.value: kind for kind in HolderKind}
        self._sorted: dict[frozenset[CredentialKind], tuple[CredentialKind, ...]] = {}

    def opener(self, holder_id: int, group_id: int | None, kinds: frozenset[CredentialKind], mark: str) -> Opener:
        """A line about a holder; of one who was not there by the rules of then only the number is known."""
        row = self._holders.get(holder_id) or (holder_id, f"({holder_id})", "", None, HolderKind.RESIDENT.value, None)
        if kinds not in self._sorted:
            self._sorted[kinds] = tuple(kind for kind in CredentialKind if kind in kinds)
        place = self._places.get(row[5], "")
        group = "" if group_id is None else self._groups[group_id].name
        return Opener(holder_id, row[1], self._kinds[row[4]], place, group, self._sorted[kinds], mark)


def _still(kinds: frozenset[CredentialKind], past: bool) -> str:
    """The door has what no rule gives any more."""
    words = " and ".join(_WORDS[kind] for kind in _WORDS if kind in kinds)
    return f"the door still {'held' if past else 'holds'} {f'their {words}' if words else 'them'}"


def _has_right(rules: Rules, relay_id: int, person: Person) -> bool:
    """Whether somebody has a right at the door at some hour, so that the door holds them rightly."""
    _, groups, kinds, resident = person
    return bool(groups) and bool(kinds & methods_of(rules, relay_id)) and reaches(rules, resident, relay_id)


def _door_reach(rules: Rules, one: Reach, names: Mapping[int, Row[Any]], holding: Mapping[int, bool]) -> DoorReach:
    row = names.get(one.relay_id)
    relay = rules.relays.get(one.relay_id)
    mark = ""
    if row is not None and one.allowed and one.kinds & WRITTEN:
        if row.device_id not in holding:
            mark = NOT_YET if row.read_back_at is not None else NOT_KNOWN
        elif not holding[row.device_id]:
            mark = NOT_SURE
    return DoorReach(
        relay_id=one.relay_id,
        door=row.name if row is not None else relay.name if relay is not None else "",
        device=row.device if row is not None else "",
        allowed=one.allowed,
        group="" if one.group_id is None else rules.groups[one.group_id].name,
        hours=one.hours,
        kinds=tuple(kind for kind in CredentialKind if kind in one.kinds),
        sentence=one.sentence,
        opens_next=one.opens_next,
        mark=mark,
    )


def _still_there(asker: Asker, row: Row[Any], holder_id: int) -> DoorReach | None:
    """A door that holds the person though no group gives it, None where the record is not for this relay."""
    kept = kinds_held(asker.connection, asker.sealer, row.device_id, asker.at, {holder_id}, number=row.number)
    if holder_id not in kept:
        return None
    kinds = tuple(kind for kind in CredentialKind if kind in kept[holder_id])
    mark = _still(kept[holder_id], asker.past)
    return DoorReach(row.id, row.name, row.device, False, "", "", kinds, "No group gives this door.", None, mark)


def _door(asker: Asker, relay_id: int) -> Row[Any]:
    found = _doors(asker).get(relay_id)
    if found is None:
        raise NotFound("There is no such door.")
    return found


def _doors(asker: Asker) -> Mapping[int, Row[Any]]:
    """The doors of the community with what is known of their devices, by relay id."""
    relay, device, sync = t.relay, t.device, t.device_sync
    query: Select[Any] = (
        select(
            relay.c.id,
            relay.c.device_id,
            relay.c.number,
            relay.c.name,
            device.c.name.label("device"),
            sync.c.read_back_at,
            sync.c.users_unmanaged,
        )
        .join(device, device.c.id == relay.c.device_id)
        .join(sync, sync.c.id == device.c.id)
        .where(device.c.community_id == asker.community_id)
    )
    return {row.id: row for row in asker.connection.execute(query)}
