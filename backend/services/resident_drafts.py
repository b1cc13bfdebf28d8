"""A new or changed resident, checked against the rules and what others have (features RES-01, RES-02, RES-05)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.context import new_id
from backend.domain.enums import CredentialKind, HolderKind, ResidentRole
from backend.domain.errors import NotFound
from backend.domain.names import display_name, fold
from backend.domain.records import ResidentDraft, ResidentPatch
from backend.services import resident_checks as checks
from backend.services.credentials import Value, credentials_of, free, issue, open_value, spoken
from backend.services.holders import groups_of, set_groups
from backend.services.resident_places import Place, place_of
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

FIRST_UID = 100_000
"""A UID is this plus the id of the holder, which is never given again: six digits at least."""

_CONTACT = ("email", "calling_code", "mobile", *checks.PHONES, "remark")


@dataclass(frozen=True, slots=True)
class NewResident:
    """A checked draft: where, the columns of the row, the values to issue, the groups."""

    place: Place
    columns: dict[str, Any]
    values: tuple[Value, ...]
    group_ids: tuple[int, ...]

    @property
    def name(self) -> str:
        """The name as on lists."""
        return display_name(self.columns["first"], self.columns["last"])


@dataclass(frozen=True, slots=True)
class ChangedResident:
    """A checked patch: the columns that it may change, credentials to free and to issue, groups (None keeps them)."""

    columns: dict[str, Any]
    free: tuple[int, ...]
    values: tuple[Value, ...]
    group_ids: tuple[int, ...] | None
    renamed: bool

    @property
    def reaches_doors(self) -> bool:
        """Whether a door has to learn of it."""
        return self.renamed or bool(self.free or self.values) or self.group_ids is not None

    @property
    def name(self) -> str:
        """The name as on lists."""
        return display_name(self.columns["first"], self.columns["last"])


def resident_row(connection: Connection, community_id: int, holder_id: int) -> Row[Any]:
    """The row of a resident with `name`, `number`, `building` and `building_id`; raises NotFound."""
    found = connection.execute(
        select(
            t.resident,
            t.holder.c.name,
            t.apartment.c.number,
            t.building.c.name.label("building"),
            t.building.c.id.label("building_id"),
        )
        .join(t.holder, t.holder.c.id == t.resident.c.id)
        .join(t.apartment, t.apartment.c.id == t.resident.c.apartment_id)
        .join(t.building, t.building.c.id == t.apartment.c.building_id)
        .where(t.resident.c.id == holder_id, t.holder.c.community_id == community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such resident.")
    return found


def title_of(name: str, building: str, number: str) -> str:
    """How an operation names a resident: with the apartment, as there are twins."""
    return f"{name} · {building} {number}"


def check_draft(connection: Connection, sealer: Sealer, community_id: int, draft: ResidentDraft) -> NewResident:
    """The draft with its defaults filled in.

    Raises Conflict where one taken value (role, email, pin, cards) is all that is wrong, else Invalid with all fields.
    """
    problems = checks.Problems()
    place = problems.check("apartment_id", partial(place_of, connection, community_id, draft.apartment_id), None)
    role = _role(problems, place, draft.role)
    family = place.master_last if place is not None and role is ResidentRole.MEMBER else ""
    columns: dict[str, Any] = checks.checked_names(
        problems, {"first": draft.first, "last": family if draft.last is None else draft.last}
    )
    typed = {name: str(getattr(draft, name)) for name in _CONTACT}
    columns |= checks.checked_contact(problems, typed, place.calling_code if place else "")
    pin, cards = checks.checked_pin(problems, draft.pin), checks.checked_cards(problems, draft.cards, "cards")
    group_ids = (place.default_groups() if place else ()) if draft.group_ids is None else draft.group_ids
    checks.checked_groups(problems, connection, community_id, group_ids)
    checks.check_email_free(problems, connection, columns["email"], None)
    values = checks.values_of(place, pin, cards, "cards") if place else []
    checks.check_values_free(problems, connection, sealer, values, None)
    problems.raise_any()
    assert place is not None, "without a place there is a problem"
    return NewResident(place, {"role": role.value, **columns}, tuple(value for _, value in values), tuple(group_ids))


def _role(problems: checks.Problems, place: Place | None, wanted: ResidentRole | None) -> ResidentRole:
    if place is None:
        return wanted or ResidentRole.MEMBER
    if wanted is ResidentRole.MEMBER and not place.master:
        problems.refuse("role", "This apartment has no family master yet. Add the master first.")
    if wanted is ResidentRole.MASTER and place.master:
        problems.taken("role", f"{place.name} has a family master already: {spoken(place.master)}.")
    return place.role_of(wanted)


def check_patch(
    connection: Connection, sealer: Sealer, row: Row[Any], place: Place, patch: ResidentPatch
) -> ChangedResident:
    """The patch laid over the resident's row as it stands.

    Raises Conflict where one taken value (email, pin, cards_add) is all that is wrong, else Invalid with all fields.
    """
    problems = checks.Problems()
    typed = {
        name: str((getattr(row, name) or "") if (new := getattr(patch, name)) is None else new)
        for name in ("first", "last", *_CONTACT)
    }
    columns: dict[str, Any] = checks.checked_names(problems, {name: typed.pop(name) for name in ("first", "last")})
    columns |= checks.checked_contact(problems, typed, place.calling_code)
    checks.check_email_free(problems, connection, columns["email"], row.id)
    owned = credentials_of(connection, [row.id])
    live = {one.id: (CredentialKind(one.kind), open_value(sealer, one)) for one in owned}
    gone, values = _credentials(problems, live, place, patch)
    checks.check_values_free(problems, connection, sealer, values, row.id)
    group_ids = patch.group_ids
    if group_ids is not None:
        checks.checked_groups(problems, connection, place.community_id, group_ids)
        same = {group_id for group_id, _ in groups_of(connection, row.id)} == set(group_ids)
        group_ids = None if same else group_ids
    problems.raise_any()
    renamed = display_name(columns["first"], columns["last"]) != row.name
    return ChangedResident(columns, gone, tuple(value for _, value in values), group_ids, renamed)


def _credentials(
    problems: checks.Problems, live: dict[int, tuple[CredentialKind, str]], place: Place, patch: ResidentPatch
) -> tuple[tuple[int, ...], list[tuple[str, Value]]]:
    """Which credentials are freed, and which values are issued with the field that each was typed in."""
    gone = set(patch.credentials_remove)
    if not gone <= live.keys():
        problems.refuse("credentials_remove", "One of these codes was taken away already.")
    pin = "" if patch.pin is None else checks.checked_pin(problems, patch.pin)
    if patch.pin is not None:
        gone |= {one for one, (kind, text) in live.items() if kind is CredentialKind.PIN and text != pin}
    kept = {value for one, value in live.items() if one not in gone}
    cards = checks.checked_cards(problems, patch.cards_add, "cards_add")
    values = checks.values_of(place, pin, cards, "cards_add")
    wanted = [(name, value) for name, value in values if (value.kind, value.text) not in kept]
    return tuple(sorted(gone & live.keys())), wanted


def insert_holder(work: Work, new: NewResident) -> int:
    """Insert the holder of a new resident; nothing opens for them yet."""
    return work.insert(
        t.holder,
        uuid=new_id(),
        community_id=new.place.community_id,
        kind=HolderKind.RESIDENT.value,
        name=new.name,
        name_fold=fold(new.name),
        apartment_id=new.place.apartment_id,
    )


def insert_resident(work: Work, holder_id: int, new: NewResident) -> None:
    """Insert the account, the credentials and the groups of a holder; call it within `reaching`."""
    uid = str(FIRST_UID + holder_id)
    work.insert(t.resident, id=holder_id, apartment_id=new.place.apartment_id, uid=uid, **new.columns)
    for value in new.values:
        issue(work, holder_id, value)
    set_groups(work, holder_id, new.group_ids)


def apply_patch(work: Work, holder_id: int, version: int, changed: ChangedResident) -> bool:
    """Write a checked patch and answer whether anything differed; raises Stale. Call it within `reaching`."""
    differs = work.update(t.resident, holder_id, version=version, **changed.columns)
    if changed.renamed:
        work.update(t.holder, holder_id, name=changed.name, name_fold=fold(changed.name))
    for credential_id in changed.free:
        free(work, credential_id)
    for value in changed.values:
        issue(work, holder_id, value)
    if changed.group_ids is not None:
        set_groups(work, holder_id, changed.group_ids)
    if changed.reaches_doors and not differs:
        work.update(t.resident, holder_id, row_version=version + 1)  # else a form opened before would still save
    return differs or changed.reaches_doors


def family_of(connection: Connection, apartment_ids: Iterable[int]) -> list[Row[Any]]:
    """Everybody who lives in these apartments: id, name, role, apartment_id, with number and building."""
    return list(
        connection.execute(
            select(
                t.resident.c.id,
                t.resident.c.role,
                t.resident.c.apartment_id,
                t.holder.c.name,
                t.apartment.c.number,
                t.building.c.name.label("building"),
            )
            .join(t.holder, t.holder.c.id == t.resident.c.id)
            .join(t.apartment, t.apartment.c.id == t.resident.c.apartment_id)
            .join(t.building, t.building.c.id == t.apartment.c.building_id)
            .where(t.resident.c.apartment_id.in_(sorted(set(apartment_ids))))
            .order_by(t.resident.c.id)
        )
    )
