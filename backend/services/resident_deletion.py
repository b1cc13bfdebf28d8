"""Deleting residents: what it takes away, what forbids it, and how it is done (rules 5.5; feature RES-07)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.enums import ResidentRole
from backend.domain.errors import Conflict, NotFound
from backend.domain.residents import Deletion
from backend.services.booking_rights import end_with_residents, live_of_residents
from backend.services.holders import reaching
from backend.services.leaving import take_all, what_goes
from backend.services.logins import recall
from backend.services.resident_rows import family_of
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer
from backend.store.work import Work

COUNT_FROM = 21
"""From so many residents on the count has to be typed."""

Family = list[Row[Any]]
"""People of one apartment: members first, the master last."""


def families(connection: Connection, community_id: int, ids: Iterable[int]) -> list[Family]:
    """The residents by apartment, in the order of their names; raises NotFound when one of them is not there."""
    wanted = sorted(set(ids))
    found = present(connection, community_id, wanted)
    if len(found) < len(wanted):
        one = "This resident does" if len(wanted) == 1 else "Some of these residents do"
        raise NotFound(f"{one} not exist any more.")
    return _by_apartment(found)


def remaining(connection: Connection, community_id: int, ids: Iterable[int]) -> list[Family]:
    """Those of the residents who are still there, by apartment."""
    return _by_apartment(present(connection, community_id, sorted(set(ids))))


def present(connection: Connection, community_id: int, ids: Sequence[int]) -> list[Row[Any]]:
    """The rows of those residents who are there: id, role, apartment_id, name, number, building."""
    r, h = t.resident, t.holder
    apartments: set[int] = set()
    for part in chunks(ids):
        query = select(r.c.apartment_id).join(h, h.c.id == r.c.id)
        apartments |= set(connection.execute(query.where(r.c.id.in_(part), h.c.community_id == community_id)).scalars())
    wanted = set(ids)
    return [row for part in chunks(sorted(apartments)) for row in family_of(connection, part) if row.id in wanted]


def refuse_if_blocked(connection: Connection, going: Iterable[Family]) -> None:
    """Raise Conflict with what `blocked_by` says."""
    if sentence := blocked_by(connection, list(going)):
        raise Conflict("", sentence)


def blocked_by(connection: Connection, going: Sequence[Family]) -> str:
    """Why these residents cannot be deleted, "" when they can: no family stays behind without its master."""
    for part in chunks(going):
        here: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in family_of(connection, [family[0].apartment_id for family in part]):
            here[row.apartment_id].append(row)
        for family in part:
            master = _master(family)
            left = len(here[family[0].apartment_id]) - len(family)
            if master is not None and left > 0:
                others = "1 family member" if left == 1 else f"{left} family members"
                return (
                    f"{master.name} is the master of {master.building} {master.number}, where {others} would be left. "
                    "Delete the whole family, or the members first."
                )
    return ""


def deletion_of(
    connection: Connection, sealer: Sealer, community_id: int, ids: Iterable[int], now: datetime
) -> Deletion:
    """What deleting these residents takes away; raises NotFound."""
    going = families(connection, community_id, ids)
    people = [row for family in going for row in family]
    masters = [master for family in going if (master := _master(family)) is not None]
    blocked = blocked_by(connection, going)
    more = {
        "accounts": len(people),
        "bookings": len(live_of_residents(connection, [row.id for row in people], now)),
        "licences": tuple(_licence(master) for master in masters),
        "blocked": blocked,
        "families": _whole(connection, going) if blocked else (),
    }
    return what_goes(connection, sealer, community_id, people, now).model_copy(update=more)


def _whole(connection: Connection, going: Sequence[Family]) -> tuple[int, ...]:
    """Everybody who lives where somebody of these does."""
    apartments = [family[0].apartment_id for family in going]
    return tuple(sorted(row.id for part in chunks(apartments) for row in family_of(connection, part)))


def delete_family(work: Work, family: Family) -> None:
    """Delete people of one apartment."""
    ids = [row.id for row in family]
    recall(work, ids)
    with reaching(work, ids, "resident deleted"):
        for holder_id in ids:
            work.delete(t.resident, holder_id)
        take_all(work, ids)
    end_with_residents(work, ids)
    work.touch("residents", "apartments", "buildings", "groups")


def told(going: Iterable[Family]) -> tuple[str, str, int | None, str]:
    """Action, entity, record and name of the operation."""
    people = [row for family in going for row in family]
    first = people[0]
    title = f"{first.name} · {first.building} {first.number}"
    if len(people) == 1:
        return "Deleted resident", "resident", first.id, title
    return f"Deleted {len(people)} residents", "resident", None, f"{title} and {len(people) - 1} more"


def _by_apartment(rows: Iterable[Row[Any]]) -> list[Family]:
    found: dict[int, Family] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.role == ResidentRole.MASTER.value, row.name.casefold(), row.id)):
        found[row.apartment_id].append(row)
    return list(found.values())


def _master(family: Family) -> Row[Any] | None:
    return family[-1] if family[-1].role == ResidentRole.MASTER.value else None


def _licence(master: Row[Any]) -> str:
    return (
        f"The licence of {master.building} {master.number} dies with its master. "
        "A new master must be bought and activated again."
    )
