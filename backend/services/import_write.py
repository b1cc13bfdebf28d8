"""Writing an import: everything was validated first, then slices under one operation (feature RES-09).

Codes are sealed before a slice takes the write lock, and its size follows the time that the slice before took. Letters
with login information are written after the rows, apartment by apartment.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sqlalchemy import select

from backend.domain.context import Context, new_id
from backend.domain.enums import ImportKind, ImportState, Origin, Verdict
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.imports import ImportDraft, ReportRow
from backend.domain.names import fold
from backend.domain.progress import Progress
from backend.domain.residents import ResidentPatch
from backend.services.holders import reaching
from backend.services.import_checked import Checked
from backend.services.import_people import REASON, Newcomer, insert_newcomers, prepare
from backend.services.import_reports import (
    add_rows,
    close_report,
    is_closed,
    noted,
    open_report,
    report_row,
    touch,
    written_of,
)
from backend.services.import_world import FlatKey
from backend.services.logins import send_due
from backend.services.resident_drafts import apply_patch, check_patch
from backend.services.resident_places import place_of
from backend.services.resident_rows import resident_row
from backend.services.slices import LOCK_FOR, Stopped, Told, taken
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

ACT = "resident.import"
ACT_WITH_PLACES = "apartment.import"
"""The act of an import that makes apartments: taking it back needs the right to do so."""

SLICE_MOST, SLICE_LEAST = 200, 10
"""Rows of a slice; with fewer the share that every slice costs by itself outweighs them."""
_AIM = 0.6
"""Share of LOCK_FOR that a slice is meant to take: how long the one before took is no more than a guess."""
_ROWS_AT_ONCE = 500


@dataclass
class Writing:
    """One import being written; `ENTITY` and `PEOPLE` are whom the operation speaks of."""

    ENTITY: ClassVar[str] = "resident"
    PEOPLE: ClassVar[str] = "residents"
    TOPICS: ClassVar[tuple[str, ...]] = ("residents", "apartments", "buildings", "groups")

    store: Store
    context: Context
    draft: ImportDraft
    rows: Sequence[Checked]
    tell: Told
    stopped: Stopped
    report_id: int = 0
    operation: int | None = None
    written: int = 0
    doors: dict[int, int] = field(default_factory=dict)
    late: dict[int, str] = field(default_factory=dict)
    """Row number -> what the world has made impossible since the preview."""
    _flats: dict[FlatKey, int] = field(default_factory=dict)
    _owed: dict[int, None] = field(default_factory=dict)
    """Apartments whose login information may have to go out."""
    _noted: set[int] = field(default_factory=set)
    """Rows that an earlier run of this request has reported."""
    _before: int = 0
    """Rows that an earlier run has written."""
    _began: float = field(default_factory=time.perf_counter)
    _size: int = SLICE_LEAST

    def __post_init__(self) -> None:
        self._good = [row for row in self.rows if not row.refused and row.acts is not Verdict.SAME]
        self._makes = any(row.makes_flat for row in self._good)
        self._names = any(row.flat_name is not None for row in self._good)

    @property
    def act(self) -> str:
        """The type of the operation."""
        return ACT_WITH_PLACES if self._makes else ACT

    def run(self) -> int:
        """Write all; answers the id of the report. A request that was broken off goes on where it stopped."""
        self._known_flats()
        queue = deque(self._good)
        if self._begin(queue):
            return self.report_id
        while queue and not self._ended():
            self._slice(queue)
        state = ImportState.STOPPED if queue else ImportState.DONE
        self._letters()
        self._rest(queue)
        self._finish(state)
        return self.report_id

    def _ended(self) -> bool:
        if self.stopped():
            return True
        with self.store.read() as connection:
            return self.operation is not None and is_undone(connection, self.operation)

    def _begin(self, queue: deque[Checked]) -> bool:
        """The first slice, which makes the operation and the report; or where an earlier run of this request stands.

        Answers whether that run had come to its end.
        """
        batch = self._prepared(queue)
        with self.store.write(self.context, self.act) as work:
            self.permit(work)
            if isinstance(work.replayed, dict):
                self.report_id, self.operation = int(work.replayed["report"]), work.operation_id
                self._noted = noted(work.connection, self.report_id)
                self.written = self._before = written_of(work.connection, self.report_id)
                queue.extendleft(reversed([row for row, _ in batch]))
                return is_closed(work.connection, self.report_id)
            self.operation = work.open_operation()
            source = self.draft.sheet.source or "pasted lines"
            self.report_id = open_report(work, self.draft.kind, source, len(self.rows))
            work.tell(f"Importing {self.PEOPLE}", self.ENTITY, None, source)
            self._write(work, batch, queue)
            work.result = {"report": self.report_id}
        self._told()
        return False

    def _slice(self, queue: deque[Checked]) -> None:
        batch = self._prepared(queue)
        with self.store.write(self.context, self.act, operation_id=self.operation) as work:
            began = time.perf_counter()
            self.permit(work)
            self._write(work, batch, queue)
            self._resize(len(batch), time.perf_counter() - began)
        self._told()

    def permit(self, work: Work) -> None:
        """Ask for the permissions that the rows need."""
        work.require("resident.write")
        if self._makes:
            work.require("apartment.create")
        if self._names:
            work.require("apartment.write")

    def _resize(self, rows: int, seconds: float) -> None:
        """The next slice is as long as it may be, by the time of this one."""
        wanted = int(rows * LOCK_FOR * _AIM / max(seconds, 1e-4))
        self._size = max(SLICE_LEAST, min(SLICE_MOST, 2 * self._size, wanted))

    def _prepared(self, queue: deque[Checked]) -> list[tuple[Checked, Newcomer | None]]:
        """The rows of the next slice off the queue, codes sealed; people who are there come in slices of their own."""
        batch: list[tuple[Checked, Newcomer | None]] = []
        while queue and len(batch) < self._size:
            row = queue[0]
            if batch and (row.person is None) != (batch[0][0].person is None):
                break
            queue.popleft()
            batch.append((row, self.newcomer(row) if row.person is None else None))
        return batch

    def newcomer(self, row: Checked) -> Newcomer | None:
        """Somebody new made ready for a slice of many at once; None where `change` writes them."""
        assert row.key is not None, "a new resident has a place"
        apartment_id = self._flats.get(row.key, 0)
        return prepare(self.store.sealer, self.context.community_id, row, apartment_id)

    def _write(self, work: Work, batch: Sequence[tuple[Checked, Newcomer | None]], queue: deque[Checked]) -> None:
        """Write a slice; what there is no time for goes back to the front of the queue."""
        done: list[Checked] = []
        new = [person for _, person in batch if person is not None]
        if new:
            self._places(work, new)
            self.late |= insert_newcomers(work, new)
            done = [person.row for person in new]
            self._owed |= dict.fromkeys(one.apartment_id for one in new if one.row.reached)
        else:
            changing = deque(row for row, _ in batch)
            for row in taken(changing):
                self.change(work, row)
                done.append(row)
            queue.extendleft(reversed(changing))
        for row in done:
            if row.flat_name is not None and row.parsed.number not in self.late:
                self._name_flat(work, row)
        self.written += sum(1 for row in done if row.parsed.number not in self.late)
        add_rows(work.connection, self.report_id, (self._line(row) for row in done))
        touch(work, self.report_id, self.written)
        work.touch(*self.TOPICS)
        self.doors |= work.generations()

    def _places(self, work: Work, new: Sequence[Newcomer]) -> None:
        """Make the apartments that are not there yet."""
        wanted = dict.fromkeys(one.row.key for one in new if one.row.key is not None and one.row.key not in self._flats)
        if not wanted:
            return
        rows = [
            {"uuid": new_id(), "building_id": building_id, "number": number, "name": "", "name_fold": ""}
            for building_id, number in wanted
        ]
        self._flats |= dict(zip(wanted, work.insert_many(t.apartment, rows), strict=True))
        for one in new:
            if one.apartment_id == 0 and one.row.key is not None:
                one.apartment_id = self._flats[one.row.key]

    def _name_flat(self, work: Work, row: Checked) -> None:
        name = row.flat_name or ""
        apartment_id = self._flats.get(row.key) if row.key else None
        if apartment_id is not None:
            work.update(t.apartment, apartment_id, name=name, name_fold=fold(name))

    def change(self, work: Work, row: Checked) -> None:
        """Change somebody who is there; what the world has made impossible is told on the row."""
        assert row.person is not None, "a change is about somebody"
        if not row.patch:
            return
        try:
            there = resident_row(work.connection, self.context.community_id, row.person.id)
            if there.row_version != row.person.row_version:
                raise Conflict("", f"Somebody else changed {there.name} meanwhile.")
            place = place_of(work.connection, self.context.community_id, there.apartment_id)
            changed = check_patch(
                work.connection, work.sealer, there, place, ResidentPatch(**row.patch), origin=Origin.IMPORT
            )
        except (Conflict, Invalid, NotFound) as error:
            self.late[row.parsed.number] = str(error)
            return
        with reaching(work, [there.id], REASON):
            apply_patch(work, there.id, there.row_version, changed)

    def _line(self, row: Checked) -> ReportRow:
        late = self.late.get(row.parsed.number)
        if late is not None:
            return ReportRow(row.parsed.number, Verdict.REFUSE, row.place, row.name, late)
        return report_row(row)

    def _letters(self) -> None:
        """Write the letters that are due; what a stop leaves waiting goes out with the next change of the family."""
        owed = deque(self._owed)
        while owed and not self._ended():
            with self.store.write(self.context, self.act, operation_id=self.operation) as work:
                self.permit(work)
                for apartment_id in taken(owed):
                    send_due(work, apartment_id)
                touch(work, self.report_id, self.written)

    def _rest(self, queue: Iterable[Checked]) -> None:
        """Note the rows that were not written: the same, the refused, and those that a stop left."""
        left = {id(row) for row in queue}
        lines = [
            report_row(row)
            if id(row) not in left
            else ReportRow(row.parsed.number, Verdict.REFUSE, row.place, row.name, "Not written: it was stopped.")
            for row in self.rows
            if (id(row) in left or row.refused or row.acts is Verdict.SAME) and row.parsed.number not in self._noted
        ]
        for at in range(0, len(lines), _ROWS_AT_ONCE):
            with self.store.books(self.context) as work:
                add_rows(work.connection, self.report_id, lines[at : at + _ROWS_AT_ONCE])

    def _finish(self, state: ImportState) -> None:
        with self.store.write(self.context, self.act, operation_id=self.operation) as work:
            self.permit(work)
            close_report(work, self.report_id, state, self.doors)
            source = self.draft.sheet.source or "pasted lines"
            rows = "1 row" if self.written == 1 else f"{self.written:,} rows"
            edits = self.draft.kind is ImportKind.EDIT
            stopped, whole = ("Batch edit stopped:", "Edited") if edits else ("Import stopped:", "Imported")
            done = whole if state is ImportState.DONE else stopped
            work.tell(f"{done} {rows}", self.ENTITY, None, source)
            work.touch("imports")

    def _told(self) -> None:
        seconds = time.perf_counter() - self._began
        total = self._before + len(self._good)
        self.tell(Progress(self.written + len(self.late), total, seconds))

    def _known_flats(self) -> None:
        """Ids of the apartments that are there, read once."""
        a, b = t.apartment, t.building
        community_id = self.context.community_id
        with self.store.read() as connection:
            query = select(a.c.id, a.c.building_id, a.c.number).join(b, b.c.id == a.c.building_id)
            for row in connection.execute(query.where(b.c.community_id == community_id)):
                self._flats[row.building_id, row.number] = row.id
