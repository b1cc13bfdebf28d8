"""The PIN mode of the park, and somebody of its staff with a PIN."""

from __future__ import annotations

from backend.domain.context import new_id
from backend.domain.enums import PinMode
from backend.domain.records import Saved
from backend.services.communities import Communities
from backend.services.credentials import value_place
from backend.store import tables as t
from tests.services.people.park import Park


def switch(park: Park, mode: PinMode) -> Saved:
    """Switch the community as it stands."""
    communities = Communities(park.store)
    return communities.set_pin_mode(park.act, communities.get(park.context).version, mode)


def add_staff(park: Park, pin: str) -> int:
    """Somebody of the staff with a PIN, whose scope is the community."""
    community_id = park.context.community_id
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        names = {"name": "Berg, Ola", "name_fold": "berg, ola"}
        holder = work.insert(t.holder, uuid=new_id(), kind="staff", community_id=community_id, **names)
        uuid = new_id()
        work.insert(
            t.credential,
            uuid=uuid,
            holder_id=holder,
            community_id=community_id,
            scope=f"c:{community_id}",
            kind="pin",
            value_sealed=work.sealer.seal_text(value_place(uuid), pin),
            value_index=work.sealer.index("pin", pin),
        )
    return holder
