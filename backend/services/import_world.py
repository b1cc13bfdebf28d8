"""A community as an import needs it: every place, family, group and taken value, read once and looked up by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.enums import ResidentRole
from backend.domain.names import fold
from backend.services.communities import community_row
from backend.services.credentials import TAKEN, Value, excludes
from backend.services.resident_places import Place
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer

NOT_MADE = 0
"""The id of an apartment that the import itself is to make."""

FlatKey = tuple[int, str]
"""Building and number of an apartment."""


@dataclass(slots=True)
class World:
    """What is there before an import; families grow while its rows are looked at."""

    community: Row[Any]
    buildings: dict[str, tuple[int, str]]
    """Folded name -> id and name."""
    flats: dict[FlatKey, Row[Any]]
    default_groups: dict[int, int]
    groups: dict[str, tuple[int, str]]
    """Number of an access group, as text -> id and name."""
    people: dict[int, Row[Any]]
    by_uid: dict[str, Row[Any]]
    families: dict[int, list[Row[Any]]]
    emails: dict[str, tuple[int, str]]
    """Address -> holder and name, of every community of the site."""
    members: dict[int, set[int]] = field(default_factory=dict)
    """Holder -> groups, of everybody."""
    places: dict[FlatKey, Place] = field(default_factory=dict)
    group_names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.group_names = {key: name.removesuffix(" (default)") for key, name in self.groups.values()}

    def flat_of(self, building_id: int, number: str) -> Row[Any] | None:
        """The apartment of this number, None where there is none."""
        return self.flats.get((building_id, number))

    def place(self, building: tuple[int, str], number: str) -> Place:
        """The place of an apartment that is there or is to be made, as a form would read it."""
        key = (building[0], number)
        if key not in self.places:
            self.places[key] = self._place(building, number)
        return self.places[key]

    def _place(self, building: tuple[int, str], number: str) -> Place:
        row, community = self.flats.get((building[0], number)), self.community
        family = self.families.get(row.id, []) if row is not None else []
        master = next((one for one in family if one.role == ResidentRole.MASTER.value), None)
        return Place(
            community_id=community.id,
            apartment_id=NOT_MADE if row is None else row.id,
            building=building[1],
            number=number,
            pin_mode=community.pin_mode,
            country=community.country,
            free_members=community.free_members,
            master=master.name if master else "",
            master_last=master.last if master else "",
            members=sum(one.role == ResidentRole.MEMBER.value for one in family),
            default_group_id=self.default_groups.get(building[0]),
            member_limit=row.member_limit if row is not None and row.member_limit_on else None,
            id_access=community.id_access,
            landline=community.landline,
        )

    def moves_in(self, key: FlatKey, role: ResidentRole, name: str, last: str) -> None:
        """Count somebody whom the import adds, for the rows that follow."""
        place = self.places[key]
        if role is ResidentRole.MASTER:
            self.places[key] = replace(place, master=name, master_last=last)
        else:
            self.places[key] = replace(place, members=place.members + 1)


def read_world(connection: Connection, community_id: int) -> World:
    """Read a community; some tenths of a second for 10,000 residents. Raises NotFound."""
    people = _people(connection, community_id)
    families: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in people:
        families[row.apartment_id].append(row)
    r, h, m = t.resident, t.holder, t.access_group_member
    mails = select(r.c.email, r.c.id, h.c.name).join(h, h.c.id == r.c.id).where(r.c.email.is_not(None))
    members: dict[int, set[int]] = defaultdict(set)
    in_groups = select(m.c.holder_id, m.c.group_id).join(h, h.c.id == m.c.holder_id)
    for holder_id, group_id in connection.execute(in_groups.where(h.c.community_id == community_id)):
        members[holder_id].add(group_id)
    return World(
        community=community_row(connection, community_id),
        buildings=_buildings(connection, community_id),
        flats=_flats(connection, community_id),
        default_groups=_default_groups(connection, community_id),
        groups=_groups(connection, community_id),
        people={row.id: row for row in people},
        by_uid={row.uid: row for row in people},
        families=families,
        emails={email: (holder_id, name) for email, holder_id, name in connection.execute(mails)},
        members=members,
    )


def owners(connection: Connection, sealer: Sealer, values: Iterable[Value]) -> dict[Value, Row[Any]]:
    """Those of the values that somebody has or had until now, each with its owner as `owner_of` finds it."""
    by_index: dict[bytes, set[Value]] = defaultdict(set)
    for value in values:
        if value.unique:
            by_index[sealer.index(value.kind.value, value.unique)].add(value)
    c, h = t.credential, t.holder
    query = (
        select(c, h.c.name, h.c.apartment_id, t.apartment.c.number, t.building.c.name.label("building"))
        .join(h, h.c.id == c.c.holder_id)
        .outerjoin(t.apartment, t.apartment.c.id == h.c.apartment_id)
        .outerjoin(t.building, t.building.c.id == t.apartment.c.building_id)
        .where(c.c.status.in_(TAKEN))
    )
    found: dict[Value, Row[Any]] = {}
    for part in chunks(sorted(by_index)):
        for row in connection.execute(query.where(c.c.value_index.in_(part))):
            for value in by_index[row.value_index]:
                if excludes(row, value) and (row.scope == value.scope or value not in found):
                    found[value] = row
    return found


def _people(connection: Connection, community_id: int) -> list[Row[Any]]:
    r, h = t.resident, t.holder
    query = (
        select(
            r,
            h.c.name,
            h.c.floors,
            t.apartment.c.number,
            t.building.c.name.label("building"),
            t.building.c.id.label("building_id"),
        )
        .join(h, h.c.id == r.c.id)
        .join(t.apartment, t.apartment.c.id == r.c.apartment_id)
        .join(t.building, t.building.c.id == t.apartment.c.building_id)
        .where(h.c.community_id == community_id)
        .order_by(r.c.id)
    )
    return list(connection.execute(query))


def _buildings(connection: Connection, community_id: int) -> dict[str, tuple[int, str]]:
    b = t.building
    rows = connection.execute(select(b.c.id, b.c.name).where(b.c.community_id == community_id))
    return {fold(row.name): (row.id, row.name) for row in rows}


def _flats(connection: Connection, community_id: int) -> dict[FlatKey, Row[Any]]:
    a, b = t.apartment, t.building
    rows = connection.execute(select(a).join(b, b.c.id == a.c.building_id).where(b.c.community_id == community_id))
    return {(row.building_id, row.number): row for row in rows}


def _default_groups(connection: Connection, community_id: int) -> dict[int, int]:
    g = t.access_group
    rows = connection.execute(
        select(g.c.building_id, g.c.id)
        .where(g.c.community_id == community_id, g.c.system.is_(True), g.c.building_id.is_not(None))
        .order_by(g.c.id.desc())
    )
    return {row.building_id: row.id for row in rows}


def _groups(connection: Connection, community_id: int) -> dict[str, tuple[int, str]]:
    g = t.access_group
    rows = connection.execute(
        select(g.c.number, g.c.id, g.c.name).where(g.c.community_id == community_id).order_by(g.c.id.desc())
    )
    return {str(row.number): (row.id, row.name) for row in rows}
