"""A new or changed resident, checked against the rules and what others have (features RES-01, RES-02, RES-05)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from backend.domain.context import new_id
from backend.domain.countries import find_country
from backend.domain.enums import CredentialKind, HolderKind, Origin, ResidentRole
from backend.domain.errors import Invalid
from backend.domain.names import display_name, fold
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.services import resident_checks as checks
from backend.services.credentials import credentials_of, open_value, spoken
from backend.services.doors_reached import doors_of_edit
from backend.services.holders import groups_of, set_groups
from backend.services.logins import make_due, send_due
from backend.services.own_rights import set_own_rights
from backend.services.resident_codes import Codes, changed_codes, exchange, new_codes
from backend.services.resident_places import Place, place_of
from backend.services.resident_problems import Problems
from backend.services.self_devices import OwnRights, changed_own, checked_own
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

FIRST_UID = 100_000
"""A UID is this plus the id of the holder, which is never given again: six digits at least."""

_CONTACT = ("email", "country", "calling_code", "mobile", *checks.PHONES, "remark")
_LOCKED = ("email", "calling_code", "mobile")
"""What a linked user keeps (rules 5.1)."""


@dataclass(frozen=True, slots=True)
class NewResident:
    """A checked draft: where, the columns of the row, floors, the values to issue, a photo, the groups."""

    place: Place
    columns: dict[str, Any]
    floors: str
    codes: Codes
    group_ids: tuple[int, ...]
    own: OwnRights

    @property
    def name(self) -> str:
        """The name as on lists."""
        return display_name(self.columns["first"], self.columns["last"])


@dataclass(frozen=True, slots=True)
class ChangedResident:
    """A checked patch: the columns that it may change, codes that come and go, groups (None keeps them).

    `moved_mail` tells that there is another e-mail address, `moved_floors` that there are other floors; `skipped` is
    what stays as it is although the patch asked for it, by field.
    """

    apartment_id: int
    columns: dict[str, Any]
    floors: str
    codes: Codes
    group_ids: tuple[int, ...] | None
    own: OwnRights | None
    renamed: bool
    moved_mail: bool
    moved_floors: bool
    skipped: dict[str, str]

    @property
    def reaches_doors(self) -> bool:
        """Whether a door has to learn of it."""
        return (
            self.renamed
            or self.moved_floors
            or bool(self.codes.free or self.codes.values)
            or self.group_ids is not None
            or self.own is not None
        )

    def only_doors(self, connection: Connection, holder_id: int) -> set[int] | None:
        """The devices that hold something else by it, none where none does; None: it may be all of the person's."""
        if self.renamed or self.moved_floors or self.codes.free or self.codes.values:
            return None
        return doors_of_edit(connection, holder_id, self.group_ids, self.own.relay_ids if self.own else None)

    @property
    def name(self) -> str:
        """The name as on lists."""
        return display_name(self.columns["first"], self.columns["last"])


def check_draft(
    connection: Connection,
    sealer: Sealer,
    community_id: int,
    draft: ResidentDraft,
    *,
    origin: Origin = Origin.MANAGER,
    leaving: Collection[int] = (),
    now: datetime | None = None,
) -> NewResident:
    """The draft with its defaults filled in; `origin` is where its codes come from, `leaving` who will be gone then.

    Raises Conflict where one taken value (role, email, pin, cards, run) is all that is wrong, else Invalid with all
    fields.
    """
    problems = Problems()
    place = problems.check(
        "apartment_id", partial(place_of, connection, community_id, draft.apartment_id, leaving), None
    )
    role = checks.checked_role(problems, place, draft.role)
    family = place.master_last if place is not None and role is ResidentRole.MEMBER else ""
    columns: dict[str, Any] = checks.checked_names(
        problems, {"first": draft.first, "last": family if draft.last is None else draft.last}
    )
    typed = {name: str(getattr(draft, name)) for name in _CONTACT}
    if not draft.country.strip() and place is not None and find_country(place.country):
        typed["country"] = place.country
    columns |= checks.checked_contact(problems, typed, place)
    floors = checks.checked_floors(problems, draft.floors)
    codes = new_codes(problems, place, draft, origin)
    group_ids = (place.default_groups() if place else ()) if draft.group_ids is None else draft.group_ids
    checks.checked_groups(problems, connection, community_id, group_ids)
    own = checked_own(problems, connection, place, draft, before=OwnRights(), now=now)
    checks.check_email_free(problems, connection, columns["email"], leaving)
    checks.check_values_free(problems, connection, sealer, codes.values, None)
    problems.raise_any()
    assert place is not None, "without a place there is a problem"
    return NewResident(place, {"role": role.value, **columns}, floors, codes, tuple(group_ids), own)


def check_patch(
    connection: Connection,
    sealer: Sealer,
    row: Row[Any],
    place: Place,
    patch: ResidentPatch,
    *,
    origin: Origin = Origin.MANAGER,
    now: datetime | None = None,
) -> ChangedResident:
    """The patch laid over the resident's row as it stands; `origin` is where new codes come from.

    Raises Conflict where one taken value (email, pin, pins_add, cards_add, run) is all that is wrong, else Invalid with
    all fields. Of a linked user e-mail, mobile and calling code stay, and `skipped` says so (edge case 33).
    """
    problems = Problems()
    patch, skipped = _unlocked(row, patch)
    columns = _changed_columns(problems, connection, row, place, patch)
    floors = row.floors if patch.floors is None else checks.checked_floors(problems, patch.floors)
    owned = credentials_of(connection, [row.id])
    live = {one.id: (CredentialKind(one.kind), open_value(sealer, one)) for one in owned}
    codes = changed_codes(problems, place, live, patch, origin)
    checks.check_values_free(problems, connection, sealer, codes.values, row.id)
    group_ids = _changed_groups(problems, connection, row, place, patch)
    own = changed_own(problems, connection, place, row.id, patch, now=now)
    problems.raise_any()
    return ChangedResident(
        apartment_id=place.apartment_id,
        columns=columns,
        floors=floors,
        codes=codes,
        group_ids=group_ids,
        own=own,
        renamed=display_name(columns["first"], columns["last"]) != row.name,
        moved_mail=bool(columns["email"]) and columns["email"] != row.email,
        moved_floors=floors != row.floors,
        skipped=skipped,
    )


def _changed_columns(
    problems: Problems, connection: Connection, row: Row[Any], place: Place, patch: ResidentPatch
) -> dict[str, Any]:
    """Names and contact data as they will be, checked."""
    typed = {
        name: str((getattr(row, name) or "") if (new := getattr(patch, name)) is None else new)
        for name in ("first", "last", *_CONTACT)
    }
    if patch.country and patch.calling_code is None and not row.linked:
        typed["calling_code"] = ""  # the country fills it in
    columns: dict[str, Any] = checks.checked_names(problems, {name: typed.pop(name) for name in ("first", "last")})
    columns |= checks.checked_contact(problems, typed, place, row)
    checks.check_email_free(problems, connection, columns["email"], [row.id])
    return columns


def _changed_groups(
    problems: Problems, connection: Connection, row: Row[Any], place: Place, patch: ResidentPatch
) -> tuple[int, ...] | None:
    """The groups as they will be, checked; None where they stay."""
    if patch.group_ids is None:
        return None
    checks.checked_groups(problems, connection, place.community_id, patch.group_ids)
    same = {group_id for group_id, _ in groups_of(connection, row.id)} == set(patch.group_ids)
    return None if same else patch.group_ids


def _unlocked(row: Row[Any], patch: ResidentPatch) -> tuple[ResidentPatch, dict[str, str]]:
    """The patch without what a linked user keeps, and the sentences for that; raises Invalid where nothing is left."""
    wanted = {
        name: new
        for name in _LOCKED
        if row.linked and (new := getattr(patch, name)) is not None and new.strip() != (getattr(row, name) or "")
    }
    if not wanted:
        return patch, {}
    skipped = dict.fromkeys(wanted, f"{spoken(row.name)} is a linked user: {row.linked_reason} This stays as it is.")
    rest = patch.model_copy(update=dict.fromkeys(wanted, None))
    if rest == ResidentPatch():
        raise Invalid(skipped)
    return rest, skipped


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
        floors=new.floors,
    )


def insert_resident(work: Work, holder_id: int, new: NewResident) -> None:
    """Insert the account, the codes and the groups of a holder, and send the login; call it within `reaching`."""
    uid = str(FIRST_UID + holder_id)
    licence = new.place.licence if new.columns["role"] == ResidentRole.MASTER.value else None
    work.insert(
        t.resident, id=holder_id, apartment_id=new.place.apartment_id, uid=uid, **new.columns, **(licence or {})
    )
    if licence:
        work.update(t.apartment, new.place.apartment_id, licence=None, licence_until=None)
    exchange(work, holder_id, new.codes)
    set_groups(work, holder_id, new.group_ids)
    set_own_rights(work, holder_id, new.own.windows, new.own.relay_ids)
    make_due(work, holder_id)
    send_due(work, new.place.apartment_id)


def apply_patch(work: Work, holder_id: int, version: int, changed: ChangedResident) -> bool:
    """Write a checked patch and answer whether anything differed; raises Stale. Call it within `reaching`.

    Another e-mail address gets a new app password, and what has waited for an address is sent (rules 5.2).
    """
    differs = work.update(t.resident, holder_id, version=version, **changed.columns)
    if changed.renamed or changed.moved_floors:
        work.update(t.holder, holder_id, name=changed.name, name_fold=fold(changed.name), floors=changed.floors)
    exchange(work, holder_id, changed.codes)
    if changed.group_ids is not None:
        set_groups(work, holder_id, changed.group_ids)
    if changed.own is not None:
        set_own_rights(work, holder_id, changed.own.windows, changed.own.relay_ids)
    if changed.reaches_doors and not differs:
        work.update(t.resident, holder_id, row_version=version + 1)  # else a form opened before would still save
    if changed.moved_mail:
        make_due(work, holder_id)
    send_due(work, changed.apartment_id)
    return differs or changed.reaches_doors
