"""What was found at a door becomes a person's, by the rules of their form (feature SYNC-04)."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Row, select

from backend.domain.enums import HolderKind
from backend.domain.errors import Invalid
from backend.domain.staff import StaffDraft, StaffPatch
from backend.services.credentials import spoken
from backend.services.drift_found import Detail, codes_found, open_detail, patch_for
from backend.services.holders import reaching
from backend.services.personnel_defaults import groups_for
from backend.services.personnel_drafts import apply_change, check_change, check_new, give, insert_person, person_row
from backend.services.resident_drafts import apply_patch, check_patch
from backend.services.resident_places import place_of
from backend.services.resident_rows import resident_row, title_of
from backend.store import tables as t
from backend.store.work import Work

REASON = "record taken over"


class Adopter(NamedTuple):
    """Who has taken codes over: what the record is called in the catalog, its id, and who they are in words."""

    record: str
    id: int
    title: str


def take_over(work: Work, row: Row[Any], holder_id: int) -> Adopter:
    """Give a resident, a member of staff or a delivery the codes that were found.

    Raises Forbidden, NotFound, Invalid (person, and the fields of their form for a code that cannot be taken),
    Conflict.
    """
    h, detail = t.holder, open_detail(work.sealer, row)
    here = (h.c.id == holder_id, h.c.community_id == work.context.community_id)
    kind = work.connection.execute(select(h.c.kind).where(*here)).scalar()
    if kind in (HolderKind.STAFF.value, HolderKind.DELIVERY.value):
        return _by_personnel(work, HolderKind(kind), holder_id, detail)
    if kind not in (HolderKind.RESIDENT.value, None):
        raise Invalid({"person": "Only residents, staff and deliveries can take codes over."})
    work.require("resident.write")
    who = resident_row(work.connection, work.context.community_id, holder_id)
    place = place_of(work.connection, work.context.community_id, who.apartment_id)
    patch = patch_for(work.connection, work.sealer, holder_id, detail)
    changed = check_patch(work.connection, work.sealer, who, place, patch)
    with reaching(work, [holder_id], REASON):
        apply_patch(work, holder_id, who.row_version, changed)
    work.touch("residents")
    return Adopter("resident", holder_id, title_of(who.name, who.building, who.number))


def become_staff(work: Work, row: Row[Any], name: str) -> Adopter:
    """Make a new member of staff with the codes that were found, in the groups of last time; raises as `take_over`."""
    work.require("visitor.write")
    pin, cards = codes_found(open_detail(work.sealer, row))
    groups = groups_for(work.connection, work.context, HolderKind.STAFF)
    draft = StaffDraft(name=name, pin=pin, cards=cards, group_ids=groups)
    community_id = work.context.community_id
    new = check_new(work.connection, work.sealer, community_id, HolderKind.STAFF, draft)
    holder_id = insert_person(work, HolderKind.STAFF, new.name, new.floors)
    with reaching(work, [holder_id], REASON):
        give(work, holder_id, new)
    work.touch("personnel")
    return Adopter("staff", holder_id, new.name)


def _by_personnel(work: Work, kind: HolderKind, holder_id: int, detail: Detail) -> Adopter:
    work.require("visitor.write")
    who = person_row(work.connection, work.context.community_id, kind, holder_id)
    found = patch_for(work.connection, work.sealer, holder_id, detail)
    patch = StaffPatch(pin=found.pin, cards_add=found.cards_add, credentials_remove=found.credentials_remove)
    changed = check_change(work.connection, work.sealer, who, patch)
    with reaching(work, [holder_id], REASON):
        apply_change(work, who, changed)
    work.touch("personnel")
    return Adopter(kind.value, holder_id, spoken(who.name))
