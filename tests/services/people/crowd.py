"""Ten thousand residents with a PIN and a card each, written in bulk: for what must stay quick in a large community."""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from backend.domain.context import new_id
from backend.domain.enums import CredentialKind, HeldKind, HolderKind
from backend.services.credentials import value_place
from backend.store import tables as t
from tests.services.people.park import Park

APARTMENTS = 2_500


def fill(park: Park, people: int = 10_000) -> None:
    """Fill apartments 10000 and up, four people each; everybody is on the gate."""
    sealer, community = park.store.sealer, park.context.community_id
    with park.store.books(park.context) as work:
        run = work.connection.execute
        first = run(select(func.coalesce(func.max(t.holder.c.id), 0))).scalar_one() + 1
        home = run(select(func.max(t.apartment.c.id))).scalar_one() + 1
        ids = range(first, first + people)
        run(insert(t.apartment), [
            {"id": home + n, "uuid": new_id(), "building_id": park.building, "number": str(10_000 + n)}
            for n in range(APARTMENTS)
        ])  # fmt: skip
        names = {one: f"Name{one * 7919 % people:05}, First{one % 97}" for one in ids}
        run(insert(t.holder), [
            {"id": one, "uuid": new_id(), "community_id": community, "kind": HolderKind.RESIDENT.value,
             "name": names[one], "name_fold": names[one].casefold(), "apartment_id": home + (one - first) // 4}
            for one in ids
        ])  # fmt: skip
        run(insert(t.resident), [
            {"id": one, "apartment_id": home + (one - first) // 4, "role": "member" if (one - first) % 4 else "master",
             "first": "First", "last": names[one], "uid": str(100_000 + one)}
            for one in ids
        ])  # fmt: skip
        run(insert(t.access_group_member), [{"group_id": park.default_group, "holder_id": one} for one in ids])
        rows = []
        for one in ids:
            for kind, value in ((CredentialKind.PIN, f"{one:06}"), (CredentialKind.CARD, f"{one:08X}")):
                uuid = new_id()
                rows.append({
                    "uuid": uuid, "holder_id": one, "community_id": community, "scope": f"c:{community}",
                    "kind": kind.value, "value_sealed": sealer.seal_text(value_place(uuid), value),
                    "value_index": sealer.index(kind.value, value), "key_id": sealer.key_id,
                })  # fmt: skip
        run(insert(t.credential), rows)
        run(insert(t.held), [
            {"device_id": park.gate, "kind": HeldKind.USER.value, "key": f"SP{one}-1", "holder_id": one, "mac": b"x",
             "remote_id": str(one), "from_at": work.at}
            for one in ids
        ])  # fmt: skip
        run(update(t.device_sync).where(t.device_sync.c.id == park.gate).values(users_held=people))
