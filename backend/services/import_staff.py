"""The guide's RF card template for staff: read, previewed, planned and written like a list of residents (VIS-07).

Rules 7.4; edge cases 8, 10, 11, 47. Somebody who is there gets the card beside theirs, everybody else is added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sqlalchemy import Connection, Row, select

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context
from backend.domain.enums import HolderKind, ImportKind, Origin, Verdict
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.import_columns import NAME, STAFF, STAFF_COLUMNS, Columns, by_headings
from backend.domain.import_rows import parse_rows
from backend.domain.imports import ImportDraft, ImportReport, Preview
from backend.domain.names import check_name, fold
from backend.domain.sheets import Sheet
from backend.domain.staff import StaffDraft, StaffPatch
from backend.services.base import Service
from backend.services.holders import reaching
from backend.services.homes import Whole
from backend.services.import_begin import refuse_unless_good
from backend.services.import_checked import Checked
from backend.services.import_clashes import settle
from backend.services.import_people import REASON, Newcomer
from backend.services.import_preview import plan_rows, preview_of
from backend.services.import_reports import report_of
from backend.services.import_rights import Rights
from backend.services.import_world import World, read_world
from backend.services.import_write import Writing
from backend.services.personnel import TOPIC
from backend.services.personnel_defaults import groups_for
from backend.services.personnel_drafts import (
    apply_change,
    check_change,
    check_new,
    give,
    insert_person,
    person_row,
)
from backend.services.slices import Stopped, Told, going_on, quiet
from backend.store import tables as t
from backend.store.work import Work

KIND = HolderKind.STAFF
ACT = "staff.import"
_FIELDS = tuple(column.field for column in STAFF_COLUMNS)
_NO_HEADINGS = "no headings: columns taken as in the template"


class StaffImports(Service):
    """Imports of staff with their cards; a report is one of `Imports`."""

    def begin(self, context: Context, sheets: Sequence[Sheet]) -> ImportDraft:
        """A draft on the sheet whose headings fit best, without headings on the columns of the template.

        Raises Invalid (file) where no column names anybody.
        """
        with self.store.read(context, "visitor.write"):
            found = [(columns, sheet) for sheet in sheets if (columns := by_headings(sheet)) is not None]
        if found:
            columns, sheet = max(found, key=lambda pair: sum(1 for field in pair[0].fields if field in _FIELDS))
            fields = tuple(STAFF.field if field == NAME else field for field in columns.fields)
            columns = replace(columns, fields=tuple(field if field in _FIELDS else "" for field in fields))
        else:
            sheet = sheets[0]
            width = max((len(row.cells) for row in sheet.rows), default=0)
            columns = Columns((*_FIELDS, *[""] * width)[:width])
        if STAFF.field not in columns.fields:
            raise Invalid({"file": "This list has no column Staff Name. Take the template."})
        return ImportDraft(ImportKind.CARDS, sheet, columns)

    def preview(self, context: Context, draft: ImportDraft) -> Preview:
        """What each row would do; nothing is written. Raises Invalid (file) where no row is left."""
        rows = self._checked(context, draft)
        if not rows:
            raise Invalid({"file": "There is no row under the headings."})
        shown = replace(preview_of(draft, rows), of_staff=True)
        return shown if draft.columns.heading_row else replace(shown, heading=_NO_HEADINGS)

    def plan(self, context: Context, draft: ImportDraft) -> tuple[DoorPlan, ...]:
        """What each door would receive and lose by the rows that are good."""
        rows = self._checked(context, draft)
        with self.store.read(context, "plan.read") as connection:
            return plan_rows(connection, self.store.sealer, context.community_id, rows, self.store.clock())

    def write(
        self,
        context: Context,
        draft: ImportDraft,
        *,
        good_rows: bool = False,
        tell: Told = quiet,
        stopped: Stopped = going_on,
    ) -> ImportReport:
        """Write a draft in slices under one operation and answer its report, as `Imports.write` does.

        Raises Invalid (rows) where rows are refused, unless `good_rows`, and where nothing differs.
        """
        rows = self._checked(context, draft)
        refuse_unless_good(self.store, context, rows, good_rows=good_rows)
        report_id = StaffWriting(self.store, context, draft, rows, tell, stopped).run()
        with self.store.read(context, "visitor.read") as connection:
            return report_of(connection, context.community_id, report_id, self.store.clock())

    def _checked(self, context: Context, draft: ImportDraft) -> list[Checked]:
        with self.store.read(context, "visitor.write") as connection:
            world = read_world(connection, context.community_id)
            people = _people(connection, context.community_id)
            checker = StaffChecker(world, draft, people, groups_for(connection, context, KIND))
            rows = checker.check()
            settle(connection, self.store.sealer, checker, rows)
            return rows


class StaffChecker(Rights):
    """Looks at the rows of one draft in their order; `default` are the groups of rows that name none."""

    def __init__(
        self, world: World, draft: ImportDraft, people: dict[str, list[Row[Any]]], default: tuple[int, ...]
    ) -> None:
        super().__init__(world, draft, only_public=False)
        self._people = people
        self._default = default
        self._home = Whole(world.community.id, world.community.id_access)

    def check(self) -> list[Checked]:
        """Every row."""
        rows = [Checked(parsed) for parsed in parse_rows(self.draft)]
        for row in rows:
            self.note_typing(row)
            self._look(row)
        return rows

    def _look(self, row: Checked) -> None:
        typed = row.parsed.text(STAFF.field)
        row.name = typed
        try:
            row.name = check_name(typed, STAFF.field)
        except Invalid as error:
            self.refuse(row, STAFF.field, error.fields[STAFF.field])
            return
        called = self._people.get(fold(row.name), [])
        if len(called) > 1:
            self.refuse(row, STAFF.field, f"{len(called)} staff members are called so: the row could mean any.")
            return
        if not self.once(row, (fold(row.name),)):
            return
        row.person = called[0] if called else None
        if row.person is None:
            self._add(row)
        else:
            row.name = row.person.name
            self._changed_groups(row, row.person, union=True)
            self._codes(row, self._home)
            row.acts = Verdict.CHANGE if row.patch else row.acts

    def _add(self, row: Checked) -> None:
        row.acts = Verdict.ADD
        row.does.append("staff member")
        if not row.parsed.text("cards"):
            self.refuse(row, "cards", "Write the card of this new staff member.")
        self._codes(row, self._home)
        groups = self._groups(row)
        row.group_ids = self._default if groups is None else tuple(group_id for group_id, _ in groups)
        row.does += [self.world.group_names[group_id] for group_id in row.group_ids]


@dataclass
class StaffWriting(Writing):
    """One import of staff being written: person by person, as there are few."""

    ENTITY: ClassVar[str] = KIND.value
    PEOPLE: ClassVar[str] = "staff"
    TOPICS: ClassVar[tuple[str, ...]] = (TOPIC, "groups")

    @property
    def act(self) -> str:
        """The type of the operation."""
        return ACT

    def permit(self, work: Work) -> None:
        """Ask for the permission."""
        work.require("visitor.write")

    def newcomer(self, row: Checked) -> Newcomer | None:
        """Nobody: each is written by `change`."""
        del row
        return None

    def change(self, work: Work, row: Checked) -> None:
        """Add or change one; what the world has made impossible is told on the row."""
        try:
            if row.person is None:
                self._add(work, row)
            else:
                self._edit(work, row, row.person)
        except (Conflict, Invalid, NotFound) as error:
            self.late[row.parsed.number] = str(error)

    def _add(self, work: Work, row: Checked) -> None:
        cards = tuple(value.text for value in row.values.get("cards", ()))
        draft = StaffDraft(name=row.name, cards=cards, group_ids=row.group_ids)
        new = check_new(work.connection, work.sealer, self.context.community_id, KIND, draft, origin=Origin.IMPORT)
        holder_id = insert_person(work, KIND, new.name, new.floors)
        with reaching(work, [holder_id], REASON):
            give(work, holder_id, new)

    def _edit(self, work: Work, row: Checked, person: Row[Any]) -> None:
        there = person_row(work.connection, self.context.community_id, KIND, person.id)
        if there.row_version != person.row_version:
            raise Conflict("", f"Somebody else changed {there.name} meanwhile.")
        changed = check_change(work.connection, work.sealer, there, StaffPatch(**row.patch), origin=Origin.IMPORT)
        with reaching(work, [there.id], REASON):
            apply_change(work, there, changed)


def _people(connection: Connection, community_id: int) -> dict[str, list[Row[Any]]]:
    """The staff by folded name."""
    h = t.holder
    query = select(h).where(h.c.community_id == community_id, h.c.kind == KIND.value, h.c.removed_at.is_(None))
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query.order_by(h.c.id)):
        found[row.name_fold].append(row)
    return found
