"""A new or changed member of staff or delivery, checked and written (rules 7.3, 7.4; features VIS-05, VIS-06)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.context import new_id
from backend.domain.enums import CredentialKind, HolderKind, Origin
from backend.domain.errors import NotFound
from backend.domain.names import check_name, fold
from backend.domain.staff import METHODS, MOST_FLOORS, NOUNS, StaffDraft, StaffPatch
from backend.services import resident_checks as checks
from backend.services.credentials import credentials_of, open_value
from backend.services.doors_reached import doors_of_edit
from backend.services.holders import groups_of, set_groups
from backend.services.homes import whole_of
from backend.services.resident_codes import Codes, changed_codes, exchange, new_codes
from backend.services.resident_problems import Problems
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

NEEDS_CODE = "A delivery needs a PIN or a card."


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A checked draft: name, floors, the values to issue, the groups."""

    name: str
    floors: str
    codes: Codes
    group_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChangedPerson:
    """A checked patch: name and floors as they will be, codes that come and go, groups (None keeps them)."""

    name: str
    floors: str
    codes: Codes
    group_ids: tuple[int, ...] | None
    alike: bool
    """Whether name and floors are those that are there."""

    @property
    def differs(self) -> bool:
        """Whether there is anything to write; a door has to learn of all of it."""
        return not self.alike or bool(self.codes.free or self.codes.values) or self.group_ids is not None

    def only_doors(self, connection: Connection, holder_id: int) -> set[int] | None:
        """The devices that hold something else by it, none where none does; None: it may be all of the person's."""
        if not self.alike or self.codes.free or self.codes.values:
            return None
        return doors_of_edit(connection, holder_id, self.group_ids, None)


def person_row(connection: Connection, community_id: int, kind: HolderKind, holder_id: int) -> Row[Any]:
    """The row of a member of staff or a delivery; raises NotFound."""
    h = t.holder
    found = connection.execute(
        select(h).where(
            h.c.id == holder_id,
            h.c.community_id == community_id,
            h.c.kind == kind.value,
            h.c.removed_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no such {NOUNS[kind][0]}.")
    return found


def check_new(
    connection: Connection,
    sealer: Sealer,
    community_id: int,
    kind: HolderKind,
    draft: StaffDraft,
    *,
    origin: Origin = Origin.MANAGER,
) -> NewPerson:
    """The draft, whose groups are filled in; `origin` is where its codes come from.

    Raises Conflict where one taken value (pin, cards, run) is all that is wrong, else Invalid with all fields.
    """
    problems = Problems()
    name = problems.check("name", lambda: check_name(draft.name, "name"), "")
    floors = checks.checked_floors(problems, draft.floors, MOST_FLOORS[kind])
    codes = new_codes(problems, whole_of(connection, community_id), draft, origin)
    _judge_methods(problems, kind, codes, ())
    group_ids = draft.group_ids or ()
    checks.checked_groups(problems, connection, community_id, group_ids)
    checks.check_values_free(problems, connection, sealer, codes.values, None)
    problems.raise_any()
    return NewPerson(name, floors, codes, tuple(group_ids))


def check_change(
    connection: Connection, sealer: Sealer, row: Row[Any], patch: StaffPatch, *, origin: Origin = Origin.MANAGER
) -> ChangedPerson:
    """The patch laid over the person's row as it stands.

    Raises Conflict where one taken value (pin, pins_add, cards_add, run) is all that is wrong, else Invalid with all
    fields.
    """
    problems, kind = Problems(), HolderKind(row.kind)
    typed = row.name if patch.name is None else patch.name
    name = problems.check("name", lambda: check_name(typed, "name"), "")
    floors = row.floors if patch.floors is None else checks.checked_floors(problems, patch.floors, MOST_FLOORS[kind])
    owned = credentials_of(connection, [row.id])
    live = {one.id: (CredentialKind(one.kind), open_value(sealer, one)) for one in owned}
    codes = changed_codes(problems, whole_of(connection, row.community_id), live, patch, origin)
    _judge_methods(problems, kind, codes, live.keys() - set(codes.free))
    checks.check_values_free(problems, connection, sealer, codes.values, row.id)
    group_ids = patch.group_ids
    if group_ids is not None:
        checks.checked_groups(problems, connection, row.community_id, group_ids)
        same = {group_id for group_id, _ in groups_of(connection, row.id)} == set(group_ids)
        group_ids = None if same else group_ids
    problems.raise_any()
    return ChangedPerson(name, floors, codes, group_ids, alike=(name, floors) == (row.name, row.floors))


def insert_person(work: Work, kind: HolderKind, name: str, floors: str) -> int:
    """Insert the holder; nothing opens for them yet."""
    return work.insert(
        t.holder,
        uuid=new_id(),
        community_id=work.context.community_id,
        kind=kind.value,
        name=name,
        name_fold=fold(name),
        floors=floors,
    )


def give(work: Work, holder_id: int, new: NewPerson) -> None:
    """Issue the codes of a new holder and put them into their groups; call it within `reaching`."""
    exchange(work, holder_id, new.codes)
    set_groups(work, holder_id, new.group_ids)


def apply_change(work: Work, row: Row[Any], changed: ChangedPerson) -> None:
    """Write a checked patch; raises Stale. Call it within `reaching`."""
    if not changed.differs:
        return
    values: dict[str, Any] = {"name": changed.name, "name_fold": fold(changed.name), "floors": changed.floors}
    if changed.alike:
        values = {"row_version": row.row_version + 1}  # else a form opened before would still save
    work.update(t.holder, row.id, version=row.row_version, **values)
    exchange(work, row.id, changed.codes)
    if changed.group_ids is not None:
        set_groups(work, row.id, changed.group_ids)


def _judge_methods(problems: Problems, kind: HolderKind, codes: Codes, kept: Iterable[int]) -> None:
    """Refuse what this kind does not show to doors, and a delivery that would show nothing."""
    for name, value in codes.values:
        if value.kind not in METHODS[kind]:
            problems.refuse(name, "A delivery has a PIN and cards, nothing else.")
    if kind is HolderKind.DELIVERY and not codes.values and not any(True for _ in kept):
        problems.refuse("pin", NEEDS_CODE)
