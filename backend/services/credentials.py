"""What people show to doors: issued, freed, shown; a freed value cools until no door can still honour it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from backend.domain.codes import mask
from backend.domain.context import new_id
from backend.domain.credentials import CredentialRecord
from backend.domain.enums import CredentialKind, CredentialStatus, LogResponse, Origin, PinMode
from backend.domain.id_access import split_value
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

LIVE = (CredentialStatus.ACTIVE.value, CredentialStatus.SCHEDULED.value, CredentialStatus.SUSPENDED.value)
"""States in which a value is somebody's."""

TAKEN = (*LIVE, CredentialStatus.COOLING.value)
"""States in which nobody else may have the value; the same as in the unique index."""

_WORDS = {CredentialKind.PIN: "PIN", CredentialKind.CARD: "card", CredentialKind.ID_ACCESS: "RUN"}

PHOTO = "photo"
"""What is shown of a face where codes are shown masked."""


@dataclass(frozen=True, slots=True)
class Value:
    """A normalised value and the scope in which nobody else may have it; of a face it is the digest of the photo."""

    kind: CredentialKind
    text: str = field(repr=False)
    scope: str
    origin: Origin = Origin.MANAGER
    community_id: int = 0
    """Of a resident's PIN: where the scope is, since staff and deliveries there may not have it either."""

    @property
    def unique(self) -> str:
        """What nobody else in the scope may have, "" where that is nothing: of ID access the RUN alone, of a face
        nothing."""
        if self.kind is CredentialKind.ID_ACCESS:
            return split_value(self.text).run
        return "" if self.kind is CredentialKind.FACE else self.text


def value_place(uuid: str) -> str:
    """Where a credential's value is sealed for."""
    return f"credential.value:{uuid}"


def scope_of(kind: CredentialKind, pin_mode: str, community_id: int, apartment_id: int) -> str:
    """In which scope a resident's value is unique: residents' PINs in APT+PIN mode are within the apartment."""
    if kind is CredentialKind.PIN and pin_mode == PinMode.APT_PIN.value:
        return f"a:{apartment_id}"
    return f"c:{community_id}"


def excludes(row: Row[Any], value: Value) -> bool:
    """Whether the credential in `row`, of the same kind and value, leaves `value` to nobody else.

    In one scope every value is there once. A PIN of staff or a delivery, whose scope is the community, equals no
    resident's either, whatever the PIN mode (edge case 5).
    """
    if row.kind != value.kind.value:
        return False
    if row.scope == value.scope:
        return True
    whole = value.scope == f"c:{row.community_id}" or row.scope == f"c:{value.community_id}"
    return value.kind is CredentialKind.PIN and whole


def spoken(name: str) -> str:
    """A name of a list as it is said: "Anna Kowalska" for "Kowalska, Anna"."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma else name


def owner_of(connection: Connection, sealer: Sealer, value: Value) -> Row[Any] | None:
    """Whose the value is or was: the row of the credential with name, building and apartment of its holder.

    Somebody of the same scope comes first.
    """
    if not value.unique:
        return None
    index = sealer.index(value.kind.value, value.unique)
    wanted = {"index_": index, "kind_": value.kind.value, "scope_": value.scope}
    return next((row for row in connection.execute(_owners(), wanted) if excludes(row, value)), None)


@cache
def _owners() -> Select[Any]:
    """Made once: it is asked for each value of whoever is saved, while the write lock is held."""
    c, h = t.credential, t.holder
    return (
        select(c, h.c.name, h.c.apartment_id, t.apartment.c.number, t.building.c.name.label("building"))
        .join(h, h.c.id == c.c.holder_id)
        .outerjoin(t.apartment, t.apartment.c.id == h.c.apartment_id)
        .outerjoin(t.building, t.building.c.id == t.apartment.c.building_id)
        .where(c.c.value_index == bindparam("index_"), c.c.kind == bindparam("kind_"), c.c.status.in_(TAKEN))
        .order_by(c.c.scope != bindparam("scope_"), c.c.id)
    )


def clash(connection: Connection, sealer: Sealer, value: Value, holder_id: int | None) -> str:
    """One sentence when somebody else has the value or had it until now, "" when `holder_id` may have it.

    The unique index decides in the end; this finds the words for it.
    """
    row = owner_of(connection, sealer, value)
    return "" if row is None or row.holder_id == holder_id else taken_by(value, row)


def taken_by(value: Value, row: Row[Any]) -> str:
    """One sentence of who has a value or had it until now; `row` as `owner_of` answers it."""
    word = _WORDS[value.kind]
    which = f"Card {mask(value.text)}" if value.kind is CredentialKind.CARD else f"This {word}"
    if row.status == CredentialStatus.COOLING.value:
        return f"{which} was taken from {spoken(row.name)} and is not yet proved gone from every door."
    place = f", {row.building} {row.number}" if row.number else ""
    return f"{which} belongs to {spoken(row.name)}{place}."


def issue(work: Work, holder_id: int, value: Value) -> int:
    """Give a holder a value and answer the credential's id; one of theirs that is cooling comes back to life.

    Whoever calls has made sure that nobody else has it; a race ends in the Conflict of the unique index.
    """
    row = owner_of(work.connection, work.sealer, value)
    if row is not None and row.holder_id == holder_id:
        alive: dict[str, Any] = {"status": CredentialStatus.ACTIVE.value, "freed_at": None}
        if open_value(work.sealer, row) != value.text:  # a renewed identity card has the same RUN
            alive["value_sealed"] = work.sealer.seal_text(value_place(row.uuid), value.text)
        work.update(t.credential, row.id, **alive)
        return int(row.id)
    uuid = new_id()
    return work.insert(
        t.credential,
        uuid=uuid,
        holder_id=holder_id,
        community_id=work.context.community_id,
        scope=value.scope,
        kind=value.kind.value,
        value_sealed=work.sealer.seal_text(value_place(uuid), value.text),
        value_index=work.sealer.index(value.kind.value, value.unique) if value.unique else None,
        key_id=work.sealer.key_id,
        origin=value.origin.value,
    )


def free(work: Work, credential_id: int) -> None:
    """Take a value away: it cools from now on. The doors to be proved are noted by `holders.reaching`."""
    work.update(t.credential, credential_id, status=CredentialStatus.COOLING.value, freed_at=work.at)


def credentials_of(connection: Connection, holder_ids: Iterable[int], states: Iterable[str] = LIVE) -> list[Row[Any]]:
    """The rows of these holders' credentials in these states, by id."""
    c = t.credential
    query = select(c).where(c.c.holder_id.in_(sorted(holder_ids)), c.c.status.in_(tuple(states))).order_by(c.c.id)
    return list(connection.execute(query))


def open_value(sealer: Sealer, row: Row[Any]) -> str:
    """The value of a credential's row; a secret."""
    return sealer.open_text(value_place(row.uuid), row.value_sealed)


def shown(kind: CredentialKind, value: str) -> str:
    """A value as it may be seen: masked, of ID access the RUN, of a face the word for it."""
    if kind is CredentialKind.FACE:
        return PHOTO
    return mask(split_value(value).run if kind is CredentialKind.ID_ACCESS else value)


def records_of(connection: Connection, sealer: Sealer, holder_id: int) -> tuple[tuple[CredentialRecord, str], ...]:
    """A holder's credentials that are not gone, each with its value; those that cool come last."""
    rows = credentials_of(connection, [holder_id], TAKEN)
    made = made_at(connection, [row.id for row in rows])
    used = _last_used(connection, holder_id)
    found = []
    for row in rows:
        value = open_value(sealer, row)
        record = CredentialRecord(
            id=row.id,
            kind=CredentialKind(row.kind),
            masked=shown(CredentialKind(row.kind), value),
            status=CredentialStatus(row.status),
            made_at=made[row.id][0] if row.id in made else None,
            last_used_at=used.get((row.kind, mask(value))),
            origin=Origin(row.origin),
            made_by=made[row.id][1] if row.id in made else "",
        )
        found.append((record, value))
    return tuple(sorted(found, key=lambda pair: (pair[0].status is CredentialStatus.COOLING, pair[0].id)))


def made_at(connection: Connection, ids: list[int]) -> dict[int, tuple[datetime, str]]:
    """When each credential was made, and by whom."""
    change, operation = t.change, t.operation
    rows = connection.execute(
        select(change.c.row_id, operation.c.at, operation.c.actor)
        .join(operation, operation.c.id == change.c.operation_id)
        .where(change.c.table_name == t.credential.name, change.c.row_id.in_(ids))
        .order_by(change.c.id.desc())
    )
    return {row.row_id: (row.at, row.actor) for row in rows}


def _last_used(connection: Connection, holder_id: int) -> dict[tuple[str, str], datetime]:
    """When each kind and masked value last opened a door, as far as logs are kept."""
    log = t.door_log
    rows = connection.execute(
        select(log.c.action, log.c.key, func.max(log.c.happened_at))
        .where(log.c.holder_id == holder_id, log.c.response == LogResponse.SUCCESS.value)
        .group_by(log.c.action, log.c.key)
    )
    return {(action, key): at for action, key, at in rows}
