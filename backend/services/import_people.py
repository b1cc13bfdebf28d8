"""New residents of an import, many at once: what was sealed before the lock is inserted table by table.

What the rows say was checked before; here only that the world has not moved on since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from backend.domain.context import new_id
from backend.domain.enums import CredentialKind, HolderKind, LoginState, ResidentRole
from backend.domain.names import fold
from backend.services.credentials import TAKEN, scope_of, value_place
from backend.services.holders import reaching
from backend.services.import_checked import Checked
from backend.services.resident_drafts import FIRST_UID
from backend.services.resident_places import licence_of
from backend.store import tables as t
from backend.store.rows import IDS, ROW, among, insert_row, select_row
from backend.store.seal import Sealer
from backend.store.work import Work

REASON = "residents imported"
_MEANWHILE = "meanwhile"


@dataclass(slots=True)
class Newcomer:
    """A row that adds somebody, with the apartment's id and the codes sealed."""

    row: Checked
    apartment_id: int
    credentials: list[dict[str, Any]] = field(default_factory=list, repr=False)


def prepare(sealer: Sealer, community_id: int, row: Checked, apartment_id: int) -> Newcomer:
    """Seal the codes of a row, the slow part, before the write lock is taken; their scopes are set under it."""
    made = Newcomer(row, apartment_id)
    for values in row.values.values():
        for value in values:
            uuid = new_id()
            made.credentials.append(
                {
                    "uuid": uuid,
                    "community_id": community_id,
                    "kind": value.kind.value,
                    "value_sealed": sealer.seal_text(value_place(uuid), value.text),
                    "value_index": sealer.index(value.kind.value, value.unique),
                    "key_id": sealer.key_id,
                    "origin": value.origin.value,
                }
            )
    return made


def insert_newcomers(work: Work, people: Sequence[Newcomer]) -> dict[int, str]:
    """Insert them; answers row number -> why not, for those whom the world has overtaken."""
    _rescope(work.connection, work.context.community_id, people)
    late = dict(_overtaken(work.connection, people))
    coming = [one for one in people if one.row.parsed.number not in late]
    if not coming:
        return late
    community_id = work.context.community_id
    ids = work.insert_many(t.holder, [_holder(community_id, one) for one in coming])
    with reaching(work, ids, REASON):
        work.insert_many(t.resident, [_resident(holder_id, one) for holder_id, one in zip(ids, coming, strict=True)])
        _take_licences(work, dict(zip(ids, coming, strict=True)))
        codes = [
            {**one, "holder_id": holder_id}
            for holder_id, person in zip(ids, coming, strict=True)
            for one in person.credentials
        ]
        work.insert_many(t.credential, codes)
        groups = [
            {"group_id": group_id, "holder_id": holder_id}
            for holder_id, person in zip(ids, coming, strict=True)
            for group_id in sorted(set(person.row.group_ids))
        ]
        work.insert_many(t.access_group_member, groups)
    logins = [{"id": holder_id, "state": LoginState.WAITING.value, "number": 1} for holder_id in ids]
    work.connection.execute(insert_row(t.resident_login), logins)
    return late


def _take_licences(work: Work, people: Mapping[int, Newcomer]) -> None:
    """New masters take the account that has waited in their apartment (rules 4.2)."""
    masters = {one.apartment_id: holder_id for holder_id, one in people.items() if one.row.role is ResidentRole.MASTER}
    if not masters:
        return
    a = t.apartment
    waiting = select(a).where(a.c.id.in_(sorted(masters)), a.c.licence.is_not(None))
    for apartment in work.connection.execute(waiting).all():
        work.update(t.resident, masters[apartment.id], **(licence_of(apartment) or {}))
        work.update(a, apartment.id, licence=None, licence_until=None)


def _holder(community_id: int, one: Newcomer) -> dict[str, Any]:
    return {
        "uuid": new_id(),
        "community_id": community_id,
        "kind": HolderKind.RESIDENT.value,
        "name": one.row.name,
        "name_fold": fold(one.row.name),
        "apartment_id": one.apartment_id,
        "floors": one.row.floors,
    }


def _resident(holder_id: int, one: Newcomer) -> dict[str, Any]:
    return {
        "id": holder_id,
        "apartment_id": one.apartment_id,
        "uid": str(FIRST_UID + holder_id),
        **one.row.columns,
    }


def _overtaken(connection: Connection, people: Sequence[Newcomer]) -> Iterator[tuple[int, str]]:
    """Those of a slice whose place, name, address or code somebody else has taken since the rows were checked."""
    flats = sorted({one.apartment_id for one in people})
    there = _there(connection, t.apartment, flats)
    masters, names = _families(connection, flats)
    emails = _taken_emails(connection, people)
    values = _taken_values(connection, people)
    groups = _known_groups(connection, people)
    for one in people:
        row = one.row
        taken = next((code["kind"] for code in one.credentials if _value_keys(code) & values), None)
        if one.apartment_id not in there:
            yield row.parsed.number, f"{row.place} was deleted {_MEANWHILE}."
        elif (one.apartment_id, fold(row.name)) in names:
            yield row.parsed.number, f"{row.name} was added {_MEANWHILE}."
        elif row.role is ResidentRole.MASTER and one.apartment_id in masters:
            yield row.parsed.number, f"{row.place} was given a family master {_MEANWHILE}."
        elif row.role is ResidentRole.MEMBER and one.apartment_id not in masters:
            yield row.parsed.number, f"{row.place} has lost its family master {_MEANWHILE}."
        elif row.columns.get("email") in emails:
            yield row.parsed.number, f"The e-mail address was given to somebody else {_MEANWHILE}."
        elif taken is not None:
            yield row.parsed.number, f"The {taken.upper() if taken == 'pin' else taken} was taken {_MEANWHILE}."
        elif not groups.issuperset(row.group_ids):
            yield row.parsed.number, f"An access group was deleted {_MEANWHILE}."
        else:
            values |= {(code["kind"], code["scope"], code["value_index"]) for code in one.credentials}
            if row.role is ResidentRole.MASTER:
                masters.add(one.apartment_id)


def _families(connection: Connection, flats: Sequence[int]) -> tuple[set[int], set[tuple[int, str]]]:
    rows = connection.execute(_people(), {IDS: flats}).all()
    masters = {row.apartment_id for row in rows if row.role == ResidentRole.MASTER.value}
    return masters, {(row.apartment_id, row.name_fold) for row in rows}


@cache
def _people() -> Select[Any]:
    r, h = t.resident, t.holder
    query = select(r.c.apartment_id, r.c.role, h.c.name_fold).join(h, h.c.id == r.c.id)
    return query.where(among(r.c.apartment_id))


def _there(connection: Connection, table: Table, ids: Sequence[int]) -> set[int]:
    """Those of these rows that are there still."""
    return set(connection.execute(_ids(table), {IDS: ids}).scalars()) if ids else set()


@cache
def _ids(table: Table) -> Select[Any]:
    return select(table.c.id).where(among(table.c.id))


def _taken_emails(connection: Connection, people: Sequence[Newcomer]) -> set[str]:
    wanted = sorted({email for one in people if (email := one.row.columns.get("email"))})
    if not wanted:
        return set()
    return set(connection.execute(select(t.resident.c.email).where(t.resident.c.email.in_(wanted))).scalars())


def _taken_values(connection: Connection, people: Sequence[Newcomer]) -> set[tuple[str, str, bytes]]:
    wanted = [code["value_index"] for one in people for code in one.credentials]
    if not wanted:
        return set()
    return {(kind, scope, index) for kind, scope, index in connection.execute(_values(), {IDS: wanted})}


@cache
def _values() -> Select[Any]:
    c = t.credential
    return select(c.c.kind, c.c.scope, c.c.value_index).where(among(c.c.value_index), c.c.status.in_(TAKEN))


def _value_keys(code: dict[str, Any]) -> set[tuple[str, str, bytes]]:
    """What others may not have beside a code: in its scope, and of a PIN in the whole community."""
    scopes = {code["scope"]}
    if code["kind"] == CredentialKind.PIN.value:
        scopes.add(f"c:{code['community_id']}")
    return {(code["kind"], scope, code["value_index"]) for scope in scopes}


def _rescope(connection: Connection, community_id: int, people: Iterable[Newcomer]) -> None:
    """Put the codes into the scopes of the PIN mode that the community has now."""
    mode = connection.execute(select_row(t.community), {ROW: community_id}).one().pin_mode
    for one in people:
        for code in one.credentials:
            code["scope"] = scope_of(CredentialKind(code["kind"]), mode, community_id, one.apartment_id)


def _known_groups(connection: Connection, people: Sequence[Newcomer]) -> set[int]:
    return _there(connection, t.access_group, sorted({group_id for one in people for group_id in one.row.group_ids}))
