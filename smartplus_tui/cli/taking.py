"""A list taken over from the command line: previewed or written, with progress, ctrl+c, a report (RES-09, VIS-07)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backend.domain.enums import ImportState, Verdict
from smartplus_tui.cli.call import Call
from smartplus_tui.cli.exits import Exit
from smartplus_tui.cli.long_work import stopping, telling
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.words import counted

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.imports import ImportDraft, ImportReport, Preview
    from backend.served import Importing

_FILE = click.Path(dir_okay=False, path_type=Path)
_SHOWN = 50
"""Rows that are printed for people; a report has all."""

_WORDS = {
    Verdict.ADD: "add",
    Verdict.CHANGE: "change",
    Verdict.SAME: "unchanged",
    Verdict.WARN: "warn",
    Verdict.REFUSE: "refuse",
}


@dataclass(frozen=True, slots=True)
class Taking:
    """How a list is taken: previewed only, its good rows although others are refused, with a report in a file."""

    dry_run: bool
    good_rows: bool
    report: Path | None


def taking_options() -> list[click.Parameter]:
    """What every import can be told."""
    good = "Write the good rows although others are refused; without it one refused row stops all."
    return [
        click.Option(
            ["--dry-run"], is_flag=True, help="Say what each row would do and what doors would get; write none."
        ),
        click.Option(["--good-rows"], is_flag=True, help=good),
        click.Option(["--report"], type=_FILE, metavar="FILE.xlsx", help="Write what became of each row to a file."),
    ]


def take(call: Call, imports: Importing, draft: ImportDraft, how: Taking) -> None:
    """Preview a draft, or write it; ends with 3 when some rows were refused, with 1 when none was written for it."""
    preview = imports.preview(call.context, draft)
    refused = preview.count(Verdict.REFUSE)
    if how.dry_run or (refused and not how.good_rows) or (not preview.writes and not refused):
        _show_preview(call, preview, imports.plan(call.context, draft))
        if refused and not how.dry_run:
            say(f"{counted(refused, 'row')} refused, so nothing was written. Put them right, or add --good-rows.")
        if refused:
            click.get_current_context().exit(Exit.PARTLY if how.dry_run else Exit.REFUSED)
        return
    with stopping() as stop:
        done = imports.write(call.act(), draft, good_rows=how.good_rows, tell=telling(call), stopped=stop.is_set)
    if how.report is not None:
        call.engine.files.write_report(call.context, done.id, how.report)
    print_report(call, done)
    if done.refused or done.state is not ImportState.DONE:
        click.get_current_context().exit(Exit.PARTLY)


def _show_preview(call: Call, preview: Preview, doors: Sequence[DoorPlan]) -> None:
    counts = {verdict.value: preview.count(verdict) for verdict in Verdict}
    if call.json:
        rows = [
            {
                "row": row.number,
                "verdict": row.verdict,
                "building": row.building,
                "apartment": row.apartment,
                "name": row.name,
                "does": row.does,
                "notes": [{"field": note.field, "cell": note.cell, "text": note.sentence} for note in row.notes],
            }
            for row in preview.rows
        ]
        plans = [
            {
                "door": plan.device_name,
                "adds": len(plan.adds),
                "changes": len(plan.changes),
                "removes": len(plan.removes),
                "users_after": plan.users_after,
                "users_limit": plan.users_limit,
            }
            for plan in doors
        ]
        emit({"kind": preview.word, "written": False, "counts": counts, "rows": rows, "doors": plans})
        return
    rows_first = sorted(preview.rows, key=lambda row: (row.verdict is not Verdict.REFUSE, row.number))
    _print_rows(
        [(row.number, row.verdict, f"{row.building} {row.apartment}".strip(), row.name, row.does) for row in rows_first]
    )
    tell(", ".join(f"{count:,} {_WORDS[Verdict(verdict)]}" for verdict, count in counts.items()) + ".")
    for plan in doors:
        tell(
            f"{plan.device_name}: +{len(plan.adds):,}, {len(plan.changes):,} changed, -{len(plan.removes):,}; "
            f"{plan.users_after:,} of {plan.users_limit:,} users after."
        )
        for loss in plan.losses:
            say(f"{plan.device_name}: {loss.text}")


def print_report(call: Call, report: ImportReport) -> None:
    """Tell what an import did, refused rows first."""
    if call.json:
        emit({**facts_of(report), "rows": report.rows}, call.formats)
        return
    _print_rows([(row.number, row.verdict, row.place, row.name, row.text) for row in report.rows])
    counts = ", ".join(f"{count:,} {_WORDS[verdict]}" for verdict, count in report.counts.items() if count)
    tell(f"Import {report.id}: {counts or 'nothing yet'}. Operation {report.operation}: `undo` takes it back.")
    if report.sentence:
        say(report.sentence)


def _print_rows(rows: list[tuple[int, Verdict, str, str, str]]) -> None:
    columns = [
        Column("Row", align_right=True),
        Column("Verdict"),
        Column("APT"),
        Column("Name"),
        Column("What it does"),
    ]
    shown = [[str(number), verdict.value, place, name, text] for number, verdict, place, name, text in rows[:_SHOWN]]
    print_table(columns, shown)
    if len(rows) > _SHOWN:
        say(f"{len(rows) - _SHOWN:,} more rows: --json or --report has them all.")


def facts_of(report: ImportReport) -> dict[str, Any]:
    """A report without its rows."""
    return {
        "id": report.id,
        "at": report.at,
        "actor": report.actor,
        "kind": report.word,
        "source": report.source,
        "state": report.state,
        "total": report.total,
        "written": report.written,
        "refused": report.refused,
        "counts": {verdict.value: count for verdict, count in report.counts.items()},
        "operation": report.operation,
        "doors": len(report.doors),
    }
