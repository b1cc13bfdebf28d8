"""PIN access mode: where a resident's PIN has to be the only one (rules 15, data model; edge cases 3, 4, 5).

In PIN mode that is the community, in APT+PIN mode the apartment. The scope of a PIN follows from the mode and from who
has it, so that switching leaves no image of it: the image of the community says it all.
"""

from __future__ import annotations

from itertools import combinations, groupby, islice
from typing import Any

from sqlalchemy import Connection, Row, String, Subquery, cast, func, literal, select, update

from backend.domain.communities import PinCollision, PinCollisions, PinOwner
from backend.domain.enums import CredentialKind, CredentialStatus, HolderKind, PinMode
from backend.domain.errors import Conflict
from backend.services.credentials import TAKEN, open_value, scope_of, shown, spoken
from backend.store import tables as t
from backend.store.seal import Sealer

MOST_PAIRS = 500
"""So many colliding pairs are listed; the others are counted."""


def rescope(connection: Connection, community_id: int, mode: PinMode) -> None:
    """Put every PIN of the community into its scope, those that are gone too; raises Conflict on two equal ones.

    A PIN of somebody who was removed is nobody's in an apartment: it keeps the community until it is proved gone.
    """
    c, h = t.credential, t.holder
    pins = update(c).where(c.c.community_id == community_id, c.c.kind == CredentialKind.PIN.value)
    if mode is PinMode.PIN:
        refuse_collisions(connection, community_id)
        whole = f"c:{community_id}"
        connection.execute(pins.where(c.c.scope != whole).values(scope=whole))
        return
    residents = select(h.c.id).where(
        h.c.community_id == community_id, h.c.kind == HolderKind.RESIDENT.value, h.c.apartment_id.is_not(None)
    )
    home = select(literal("a:") + cast(h.c.apartment_id, String)).where(h.c.id == c.c.holder_id).scalar_subquery()
    connection.execute(pins.where(c.c.holder_id.in_(residents)).values(scope=home))


def scope_now(connection: Connection, row: Row[Any], apartment_id: int | None = None) -> str:
    """The scope of the credential in `row` in the mode of today; its holder may be coming back to `apartment_id`."""
    h, community = t.holder, t.community
    holder = connection.execute(
        select(h.c.kind, h.c.apartment_id, community.c.pin_mode)
        .join(community, community.c.id == h.c.community_id)
        .where(h.c.id == row.holder_id)
    ).one()
    home = apartment_id or holder.apartment_id
    mode = holder.pin_mode if holder.kind == HolderKind.RESIDENT.value and home is not None else PinMode.PIN.value
    return scope_of(CredentialKind(row.kind), mode, row.community_id, home or 0)


def refuse_collisions(connection: Connection, community_id: int) -> None:
    """Raise Conflict (pin_mode) where PINs are shared, as they may not be in PIN mode (edge case 4)."""
    total = _pairs(connection, community_id)
    if total:
        pairs = "1 pair of people shares" if total == 1 else f"{total:,} pairs of people share"
        raise Conflict("pin_mode", f"{pairs} a PIN, and in PIN mode nobody may. Give one of each another PIN first.")


def collisions(connection: Connection, sealer: Sealer, community_id: int) -> PinCollisions:
    """The pairs of people who share a PIN, those included whose code still cools; in PIN mode there are none."""
    c, h, a, b = t.credential, t.holder, t.apartment, t.building
    shared = _shared(community_id)
    rows = connection.execute(
        select(c, h.c.name, a.c.number, b.c.name.label("building"))
        .join(shared, shared.c.value_index == c.c.value_index)
        .join(h, h.c.id == c.c.holder_id)
        .outerjoin(a, a.c.id == h.c.apartment_id)
        .outerjoin(b, b.c.id == a.c.building_id)
        .where(c.c.community_id == community_id, c.c.kind == CredentialKind.PIN.value, c.c.status.in_(TAKEN))
        .order_by(c.c.value_index, h.c.name_fold, c.c.id)
    )
    pairs = (
        PinCollision(masked=shown(CredentialKind.PIN, open_value(sealer, one)), first=_owner(one), second=_owner(other))
        for _, same in groupby(rows, key=lambda row: row.value_index)
        for one, other in combinations(same, 2)
    )
    return PinCollisions(total=_pairs(connection, community_id), pairs=tuple(islice(pairs, MOST_PAIRS)))


def _shared(community_id: int) -> Subquery:
    """The PINs that several have or had until now, and how many."""
    c = t.credential
    return (
        select(c.c.value_index, func.count().label("owners"))
        .where(c.c.community_id == community_id, c.c.kind == CredentialKind.PIN.value, c.c.status.in_(TAKEN))
        .group_by(c.c.value_index)
        .having(func.count() > 1)
        .subquery()
    )


def _pairs(connection: Connection, community_id: int) -> int:
    counts = connection.execute(select(_shared(community_id).c.owners)).scalars()
    return sum(owners * (owners - 1) // 2 for owners in counts)


def _owner(row: Row[Any]) -> PinOwner:
    return PinOwner(
        holder_id=row.holder_id,
        name=spoken(row.name),
        place=f"{row.building} {row.number}" if row.number else "",
        status=CredentialStatus(row.status),
    )
