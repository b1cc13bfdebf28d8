"""A family of the park, with codes, contact data and guests."""

from __future__ import annotations

from backend.domain.context import new_id
from backend.store import tables as t
from tests.services.people.park import Park

CONTACT = {"email": "anna@example.com", "mobile": "601234567", "phone1": "301234567", "country": "PL"}


def add_guest(park: Park, number: str, kind: str, value: str) -> int:
    """Somebody with a temporary key of an apartment, at the lobby."""
    anna = park.rows(t.credential, kind="pin")[0]
    with park.store.write(park.act, "test.prepare") as work:
        work.require("resident.write")
        place = {"community_id": park.context.community_id, "apartment_id": park.apartments[number]}
        guest = work.insert(t.holder, uuid=new_id(), kind=kind, name="Plumber", name_fold="plumber", **place)
        uuid = new_id()
        work.insert(
            t.credential,
            uuid=uuid,
            holder_id=guest,
            community_id=park.context.community_id,
            scope=anna["scope"],
            kind="pin",
            value_sealed=work.sealer.seal_text(f"credential.value:{uuid}", value),
            value_index=work.sealer.index("pin", value),
        )
        work.insert(t.access_group_member, group_id=park.default_group, holder_id=guest)
    return guest


def family(park: Park) -> tuple[int, int]:
    """Master and member of A 1001, with codes and contact data."""
    anna = park.add(pin="2041", cards=("0A1B2C3D",), calling_code="48", remark="quiet", **CONTACT).id
    jan = park.add(first="Jan", last=None, pin="3052").id
    return anna, jan
