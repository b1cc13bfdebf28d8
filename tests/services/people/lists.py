"""Lists of residents for tests of imports: rows in the order of the template, as a real file and as a draft."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from backend.documents.reading import read_bytes
from backend.domain.enums import ImportKind, Verdict
from backend.domain.import_columns import LABELS
from backend.domain.imports import ImportDraft, ImportReport, Preview
from backend.services.imports import Imports
from tests.services.people.park import Park

PERSON = ("building", "apartment", "role", "first", "last")
"""Columns of the shortest list."""


def xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    """The bytes of a workbook with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


class Lists:
    """Imports into the park: `lists.preview(("A", "1001", "0", "Ada", "Okonkwo", "2741"), more=("pin",))`."""

    def __init__(self, park: Park) -> None:
        self.park = park
        self.imports = Imports(park.store)

    def draft(
        self, *rows: Sequence[Any], columns: Sequence[str] = PERSON, kind: ImportKind = ImportKind.ADD
    ) -> ImportDraft:
        """A draft on a real file with these columns and rows."""
        table = [[LABELS[name] for name in columns], *rows]
        return self.imports.begin(self.park.context, kind, read_bytes(xlsx(table), "list.xlsx"))

    def preview(self, draft: ImportDraft) -> Preview:
        """What it would do."""
        return self.imports.preview(self.park.context, draft)

    def verdicts(self, draft: ImportDraft) -> list[Verdict]:
        """The verdict of each row."""
        return [row.verdict for row in self.preview(draft).rows]

    def refusals(self, draft: ImportDraft) -> list[str]:
        """What each refused row says."""
        return [row.does for row in self.preview(draft).rows if row.verdict is Verdict.REFUSE]

    def write(self, draft: ImportDraft, **options: Any) -> ImportReport:
        """Write it."""
        return self.imports.write(self.park.act, draft, **options)

    def names(self) -> list[tuple[str, str, str]]:
        """Everybody: name, role and whether there is a second line of the family."""
        from backend.store import tables as t

        holders = {row["id"]: row["name"] for row in self.park.rows(t.holder)}
        flats = {number: key for key, number in self.park.apartments.items()}
        return [
            (holders[row["id"]], row["role"], flats.get(row["apartment_id"], "?")) for row in self.park.rows(t.resident)
        ]
