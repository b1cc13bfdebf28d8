"""Spreadsheets taken over: what is to be read, what it would do, what it did (features RES-09 to RES-12, RES-15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from backend.domain.access.results import DoorPlan
from backend.domain.enums import ImportKind, ImportState, Verdict
from backend.domain.import_columns import (
    ADD_COLUMNS,
    CARD_COLUMNS,
    EDIT_COLUMNS,
    FACE_COLUMNS,
    LABELS,
    Columns,
    TemplateColumn,
)
from backend.domain.sheets import Sheet, column_letter

TEMPLATES: Mapping[ImportKind, tuple[TemplateColumn, ...]] = MappingProxyType(
    {
        ImportKind.ADD: ADD_COLUMNS,
        ImportKind.EDIT: EDIT_COLUMNS,
        ImportKind.CARDS: CARD_COLUMNS,
        ImportKind.FACES: FACE_COLUMNS,
    }
)
"""Kind -> the columns of its template, in their order."""

TITLES: Mapping[ImportKind, str] = MappingProxyType(
    {
        ImportKind.ADD: "Import residents",
        ImportKind.EDIT: "Batch edit residents",
        ImportKind.CARDS: "Import RF cards and PINs",
        ImportKind.FACES: "Import faces",
    }
)


SECRET_FIELDS = frozenset({"pin", "cards"})
"""Fields whose values are shown masked."""

MAY_BE_BLANK = frozenset(
    {"floors", "apartment_name", "email", "mobile", "calling_code", "phone1", "phone2", "phone3", "cards", "pin"}
    | {"groups", "remark"}
)
"""Fields that a row can do without: leaving them blank is a way out."""


@dataclass(frozen=True, slots=True)
class Note:
    """One cell that wants a look: its field, its place in the file ("O6"), what is wrong and how right looks."""

    field: str
    cell: str
    sentence: str
    refuses: bool = True

    @property
    def text(self) -> str:
        """The note in one line: "PIN (O6): begins with 9"."""
        label = LABELS.get(self.field, "")
        place = f" ({self.cell})" if self.cell else ""
        return f"{label}{place}: {self.sentence}" if label else self.sentence


@dataclass(frozen=True, slots=True)
class FaceFile:
    """One photo of a zip: its number there, how its name may be read, and the JPEG, or why it is not taken."""

    number: int
    names: tuple[str, ...]
    """The name without suffix in each encoding that it may be written in, the likeliest first."""
    photo: bytes | None = field(default=None, repr=False)
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class ImportDraft:
    """A table to be taken over as the person at the screen has put it right: columns, cells, rows left out."""

    kind: ImportKind
    sheet: Sheet
    columns: Columns
    fixes: Mapping[tuple[int, str], str] = field(default_factory=dict, repr=False)
    """Row number and field -> what is typed in place of the cell."""
    left_out: frozenset[int] = frozenset()
    faces: Mapping[int, FaceFile] = field(default_factory=dict, repr=False)
    """Row number -> the photo, where faces are taken over."""

    def fixed(self, row: int, name: str, text: str) -> ImportDraft:
        """The draft with another text in one cell."""
        return replace(self, fixes={**self.fixes, (row, name): text})

    def without(self, row: int) -> ImportDraft:
        """The draft without a row."""
        return replace(self, left_out=self.left_out | {row})

    def place(self, row: int, name: str) -> str:
        """Where a field of a row stands in the file, "" for what was pasted or has no column."""
        index = self.columns.first_of(name)
        return f"{column_letter(index)}{row}" if index is not None and self.sheet.source and not self.faces else ""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row as it would be taken over; `does` says it in a line, `rest` what it would do without what is refused."""

    number: int
    verdict: Verdict
    building: str
    apartment: str
    name: str
    role: str
    does: str
    notes: tuple[Note, ...] = ()
    rest: str = ""
    acts: Verdict = Verdict.SAME
    """What a row with a warning does: add, change or nothing."""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Field -> text, to be put right; codes as they were typed."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking over a draft would do, before anything is written."""

    kind: ImportKind
    source: str
    columns: Columns
    rows: tuple[PreviewRow, ...]
    doors: tuple[DoorPlan, ...] = ()
    heading: str = ""
    """What is to be known of the file as a whole: columns that were guessed or left out."""
    of_staff: bool = False

    @property
    def word(self) -> str:
        """What it is for, in one word, as its report says it."""
        return "staff" if self.of_staff else self.kind.value

    def count(self, verdict: Verdict) -> int:
        """How many rows have this verdict."""
        return sum(1 for row in self.rows if row.verdict is verdict)

    @property
    def writes(self) -> int:
        """How many rows would be written."""
        return sum(1 for row in self.rows if row.verdict is not Verdict.REFUSE and row.acts is not Verdict.SAME)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What became of one row; codes are never in it."""

    number: int
    verdict: Verdict
    place: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """An import that was begun: what it did, by whom, and the operation that `undo` takes back."""

    id: int
    at: datetime
    actor: str
    kind: ImportKind
    of_staff: bool
    source: str
    state: ImportState
    total: int
    written: int
    counts: Mapping[Verdict, int]
    operation: int | None = None
    ended_at: datetime | None = None
    doors: Mapping[int, int] = field(default_factory=dict)
    rows: tuple[ReportRow, ...] = ()

    @property
    def word(self) -> str:
        """What it was for, in one word."""
        return "staff" if self.of_staff else self.kind.value

    @property
    def title(self) -> str:
        """What it was for, as a heading."""
        return "Import staff" if self.of_staff else TITLES[self.kind]

    @property
    def refused(self) -> int:
        """Rows that were not taken over."""
        return self.counts.get(Verdict.REFUSE, 0)

    @property
    def sentence(self) -> str:
        """What to do next where it did not come to its end, else ""."""
        if self.state in (ImportState.DONE, ImportState.RUNNING):
            return ""
        ended = "was stopped" if self.state is ImportState.STOPPED else "was broken off"
        back = f", or take back what is written: undo {self.operation}" if self.operation else ""
        return (
            f"It {ended} after {self.written:,} of {self.total:,} rows. Import the same file again for the rest: "
            f"rows that are there stay as they are{back}."
        )


@dataclass(frozen=True, slots=True)
class DoorSum:
    """What one door would receive, in numbers."""

    name: str
    adds: int
    changes: int
    removes: int
    users: int
    limit: int


def door_sums(plans: tuple[DoorPlan, ...]) -> tuple[DoorSum, ...]:
    """The doors of a plan in numbers, the fullest first."""
    found = [
        DoorSum(one.device_name, len(one.adds), len(one.changes), len(one.removes), one.users_after, one.users_limit)
        for one in plans
    ]
    return tuple(sorted(found, key=lambda one: (-one.users / max(1, one.limit), one.name.casefold())))


REPORT_COLUMNS = ("Row", "Verdict", "Apartment", "Name", "What became of it")


def report_cells(report: ImportReport) -> list[tuple[int, str, str, str, str]]:
    """The rows of a report by REPORT_COLUMNS."""
    return [(row.number, row.verdict.value, row.place, row.name, row.text) for row in report.rows]
