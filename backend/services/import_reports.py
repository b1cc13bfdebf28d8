"""The reports of imports: what each did, kept for later (feature RES-09)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from backend.domain.enums import ImportKind, ImportState, Verdict
from backend.domain.errors import NotFound
from backend.domain.imports import ImportReport, ReportRow
from backend.domain.sentences import sentences
from backend.services.import_checked import Checked
from backend.store import tables as t
from backend.store.rows import ROW, insert_row, update_row
from backend.store.work import Work

STAFF_ACT = "staff.import"
"""The act of an import of staff; the others are about residents."""
SILENT = timedelta(seconds=60)
"""How long an import writes nothing before it counts as broken off: a slice takes milliseconds."""


def open_report(work: Work, kind: ImportKind, source: str, total: int) -> int:
    """Begin the report of an import and answer its id."""
    key = work.connection.execute(
        insert(t.import_report).values(
            community_id=work.context.community_id,
            at=work.at,
            actor_id=work.context.actor_id,
            actor=work.context.actor_name,
            kind=kind.value,
            source=source,
            total=total,
            operation_id=work.open_operation(),
            touched_at=work.at,
        )
    ).inserted_primary_key
    assert key is not None
    return int(key[0])


def add_rows(connection: Connection, report_id: int, rows: Iterable[ReportRow]) -> None:
    """Note what became of some rows."""
    values = [
        {
            "report_id": report_id,
            "number": row.number,
            "verdict": row.verdict.value,
            "place": row.place,
            "name": row.name,
            "text": row.text,
        }
        for row in rows
    ]
    if values:
        connection.execute(insert_row(t.import_row), values)


def noted(connection: Connection, report_id: int) -> set[int]:
    """The numbers of the rows that a report speaks of already."""
    row = t.import_row
    return set(connection.execute(select(row.c.number).where(row.c.report_id == report_id)).scalars())


def touch(work: Work, report_id: int, written: int) -> None:
    """Note how far an import is."""
    told = {ROW: report_id, "touched_at": work.at, "written": written}
    work.connection.execute(update_row(t.import_report), told)


def close_report(work: Work, report_id: int, state: ImportState, doors: Mapping[int, int]) -> None:
    """End the report, its counts taken from its rows."""
    r, row = t.import_report, t.import_row
    verdicts = (
        select(row.c.verdict, func.count().label("rows")).where(row.c.report_id == report_id).group_by(row.c.verdict)
    )
    counts = {one.verdict: one.rows for one in work.connection.execute(verdicts.group_by(row.c.verdict))}
    ended = {"state": state.value, "touched_at": work.at, "ended_at": work.at}
    counted = {"counts": json.dumps(counts), "doors": json.dumps(dict(doors))}
    work.connection.execute(update(r).where(r.c.id == report_id).values(**ended, **counted))


def report_of(connection: Connection, community_id: int, report_id: int, now: datetime) -> ImportReport:
    """A report with its rows, those that were refused first; raises NotFound."""
    r, row = t.import_report, t.import_row
    here = (r.c.id == report_id, r.c.community_id == community_id)
    found = connection.execute(_reports().where(*here)).one_or_none()
    if found is None:
        raise NotFound(f"There is no import {report_id}.")
    rows = connection.execute(select(row).where(row.c.report_id == report_id).order_by(row.c.number, row.c.id))
    lines = [ReportRow(one.number, Verdict(one.verdict), one.place, one.name, one.text) for one in rows]
    lines.sort(key=lambda line: line.verdict is not Verdict.REFUSE)
    return read_report(found, now, tuple(lines))


def reports_of(connection: Connection, community_id: int, limit: int, now: datetime) -> tuple[ImportReport, ...]:
    """The newest reports without their rows."""
    r = t.import_report
    rows = connection.execute(
        _reports().where(r.c.community_id == community_id).order_by(r.c.at.desc(), r.c.id.desc()).limit(limit)
    )
    return tuple(read_report(row, now) for row in rows)


def _reports() -> Select[Any]:
    """The rows of reports, each with the act of its operation, which says whom it was about."""
    r, o = t.import_report, t.operation
    return select(r, o.c.type.label("act")).outerjoin(o, o.c.id == r.c.operation_id)


def read_report(row: Row[Any], now: datetime, lines: tuple[ReportRow, ...] = ()) -> ImportReport:
    """A row of the table as a report; one that has long been silent was broken off."""
    state = ImportState(row.state)
    if state is ImportState.RUNNING and now - row.touched_at > SILENT:
        state = ImportState.BROKEN
    counted = json.loads(row.counts) or Counter(line.verdict.value for line in lines)
    return ImportReport(
        id=row.id,
        at=row.at,
        actor=row.actor,
        kind=ImportKind(row.kind),
        of_staff=row.act == STAFF_ACT,
        source=row.source,
        state=state,
        total=row.total,
        written=row.written,
        counts={verdict: counted.get(verdict.value, 0) for verdict in Verdict},
        operation=row.operation_id,
        ended_at=row.ended_at,
        doors={int(device): gen for device, gen in json.loads(row.doors).items()},
        rows=lines,
    )


def report_row(row: Checked) -> ReportRow:
    """What a report says of a row."""
    if row.refused:
        text = sentences(note.text for note in row.notes if note.refuses)
        return ReportRow(row.parsed.number, Verdict.REFUSE, row.place, row.name, text)
    does, told = ", ".join(row.does), [note.text for note in row.notes]
    text = sentences([does, *told]) if told else does or "nothing differs"
    return ReportRow(row.parsed.number, row.verdict, row.place, row.name, text)


def written_of(connection: Connection, report_id: int) -> int:
    """How many rows an import has written so far."""
    r = t.import_report
    return int(connection.execute(select(r.c.written).where(r.c.id == report_id)).scalar_one())


def is_closed(connection: Connection, report_id: int) -> bool:
    """Whether an import has come to its end."""
    r = t.import_report
    state = connection.execute(select(r.c.state).where(r.c.id == report_id)).scalar_one()
    return bool(state != ImportState.RUNNING.value)
