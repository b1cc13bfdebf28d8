"""Lists of people taken over: previewed, written in slices, reported (features RES-09, RES-10, RES-12, RES-15).

Reading a file is the engine's; here a table comes in and nothing is written before `write`.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context
from backend.domain.enums import ImportKind
from backend.domain.errors import Forbidden, Invalid
from backend.domain.import_columns import Columns, by_content, by_headings
from backend.domain.imports import FaceFile, ImportDraft, ImportReport, Preview
from backend.domain.sheets import Sheet, SheetRow
from backend.services.base import Service
from backend.services.import_begin import refuse_unless_good
from backend.services.import_checked import Checked
from backend.services.import_export import edit_rows
from backend.services.import_memory import recall, remember
from backend.services.import_preview import check_rows, plan_rows, preview_of
from backend.services.import_reports import report_of, reports_of
from backend.services.import_world import read_world
from backend.services.import_write import Writing
from backend.services.slices import Stopped, Told, going_on, quiet
from backend.store.permission import require

REPORTS = 100


class Imports(Service):
    """Imports of residents."""

    def begin(self, context: Context, kind: ImportKind, sheets: Sequence[Sheet]) -> ImportDraft:
        """A draft on the sheet whose headings fit best; columns without headings are guessed or as last time.

        Raises Invalid (file) where no sheet holds people.
        """
        with self.store.read(context, "resident.write") as connection:
            found = [(columns, sheet) for sheet in sheets if (columns := by_headings(sheet)) is not None]
            if found:
                columns, sheet = max(found, key=lambda pair: sum(1 for field in pair[0].fields if field))
            else:
                sheet = sheets[0]
                columns = recall(connection, context.community_id, sheet) or self._guessed(context, sheet)
            draft = ImportDraft(kind, sheet, columns)
        _refuse_without(draft)
        return draft

    def begin_faces(self, context: Context, source: str, files: Sequence[FaceFile]) -> ImportDraft:
        """A draft on the photos of a zip called `source`."""
        with self.store.read(context, "resident.write"):
            rows = tuple(SheetRow(file.number, (file.names[0],)) for file in files)
            faces = {file.number: file for file in files}
            return ImportDraft(ImportKind.FACES, Sheet(source, "", rows), Columns(("file",)), faces=faces)

    def preview(self, context: Context, draft: ImportDraft) -> Preview:
        """What each row would do; nothing is written. Raises Invalid (file) where no row is left."""
        rows = self._checked(context, draft)
        if not rows:
            raise Invalid({"file": "There is no row under the headings."})
        return preview_of(draft, rows)

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
        """Write a draft in slices under one operation and answer its report.

        `tell` hears of each slice, `stopped` is asked between slices; what is written then stays and can be undone. The
        same request goes on where it was broken off. Raises Invalid (rows) where rows are refused, unless `good_rows`,
        and where nothing differs.
        """
        rows = self._checked(context, draft)
        refuse_unless_good(self.store, context, rows, good_rows=good_rows)
        report_id = Writing(self.store, context, draft, rows, tell, stopped).run()
        remember(self.store, context, draft)
        return self.report(context, report_id)

    def reports(self, context: Context) -> tuple[ImportReport, ...]:
        """The newest imports, without their rows."""
        with self.store.read(context, "resident.read") as connection:
            return reports_of(connection, context.community_id, REPORTS, self.store.clock())

    def report(self, context: Context, report_id: int) -> ImportReport:
        """One import with what became of each row, refused rows first; raises NotFound."""
        with self.store.read(context, "resident.read") as connection:
            return report_of(connection, context.community_id, report_id, self.store.clock())

    def export(self, context: Context, ids: Sequence[int] | None = None) -> list[list[str]]:
        """The rows of a batch edit by the columns of its template, of everybody or of `ids`; no code is among them."""
        with self.store.read(context, "resident.write") as connection:
            return edit_rows(read_world(connection, context.community_id), ids)

    def _checked(self, context: Context, draft: ImportDraft) -> list[Checked]:
        with self.store.read(context, "resident.write") as connection:
            try:
                require(connection, context, "apartment.create")
                may_create = True
            except Forbidden:
                may_create = False
            return check_rows(connection, self.store.sealer, context.community_id, draft, may_create=may_create)

    def _guessed(self, context: Context, sheet: Sheet) -> Columns:
        with self.store.read(context, "resident.write") as connection:
            world = read_world(connection, context.community_id)
        return by_content(sheet.rows, world.buildings, {number for _, number in world.flats})


def _refuse_without(draft: ImportDraft) -> None:
    """Raise Invalid (file) where the columns do not say who is meant."""
    fields = set(draft.columns.fields)
    named = {"first", "last", "name", "uid"} & fields
    where = {"apartment", "place", "uid"} & fields
    if draft.kind is ImportKind.EDIT and "uid" not in fields:
        raise Invalid({"file": "A batch edit needs the column UID. Export the residents first and change that file."})
    if not named or not where:
        missing = "a column with names" if not named else "a column with apartments"
        raise Invalid({"file": f"This list has no headings that are known here, nor {missing}. Take the template."})
