"""How an import is drawn: counts, rows, the row under the cursor, doors (look: 11 Import)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from backend.domain.codes import mask
from backend.domain.enums import Verdict
from backend.domain.formats import figure
from backend.domain.import_columns import LABELS
from backend.domain.imports import MAY_BE_BLANK, SECRET_FIELDS, door_sums
from backend.domain.progress import Progress
from screens.base.drawing import NONE, column, wrapped
from widgets.frame import Part
from widgets.plots import gauge
from widgets.table_source import Cell, Column, Row

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.imports import Note, Preview, PreviewRow, ReportRow

LOOK = {
    Verdict.ADD: ("+", "ok", "add"),
    Verdict.CHANGE: ("~", "acc", "change"),
    Verdict.SAME: ("=", "t3", "same"),
    Verdict.WARN: ("▲", "warn", "warn"),
    Verdict.REFUSE: ("×", "bad", "refuse"),
}
"""Verdict -> symbol, tone, word."""

COUNTED = {Verdict.SAME: "unchanged"}
"""Words of the counts that differ from those of the rows."""

COLUMNS = (
    Column("number", "Row", width=5, align="right", importance=5),
    Column("verdict", "Verdict", width=9, importance=7),
    Column("building", "Bldg", width=6, importance=2),
    Column("apartment", "APT", width=6, align="right", importance=4),
    Column("name", "Name", width=18, importance=6),
    Column("role", "Type", width=6, importance=1),
    Column("does", "What it does", importance=8),
)
STAFF_COLUMNS = tuple(one for one in COLUMNS if one.name not in ("building", "apartment", "role"))
"""Staff live in no apartment."""

REPORT_COLUMNS = (
    Column("number", "Row", width=6, align="right", importance=5),
    Column("verdict", "Verdict", width=9, importance=7),
    Column("place", "APT", width=14, importance=4),
    Column("name", "Name", width=20, importance=6),
    Column("text", "What became of it", importance=8),
)
BAR = 60
DOOR_NAME, FIGURE, GAUGE = 12, 5, 8
SHOWN_DOORS = 6
FACT = 9


def table_row(row: PreviewRow, columns: Iterable[Column]) -> Row:
    """A row of the preview in these columns; what wants a look is coloured."""
    symbol, tone, word = LOOK[row.verdict]
    says = tone if row.verdict in (Verdict.WARN, Verdict.REFUSE) else "t3" if row.verdict is Verdict.SAME else "t2"
    cells = {
        "number": Cell(figure(row.number), tone="t3"),
        "verdict": Cell(word, symbol, tone, tone),
        "building": Cell(row.building, tone="t2") if row.building else NONE,
        "apartment": Cell(row.apartment, tone="t1") if row.apartment else NONE,
        "name": Cell(row.name, tone="t1") if row.name else NONE,
        "role": Cell(row.role.capitalize(), tone="t2") if row.role else NONE,
        "does": Cell(row.does, tone=says),
    }
    return Row(row.number, (row.number,), tuple(cells[column.name] for column in columns))


def report_table_row(at: int, row: ReportRow) -> Row:
    """A row of the report."""
    symbol, tone, word = LOOK[row.verdict]
    says = tone if row.verdict in (Verdict.WARN, Verdict.REFUSE) else "t2"
    number, verdict = Cell(figure(row.number), tone="t3"), Cell(word, symbol, tone, tone)
    return Row(at + 1, (at,), (number, verdict, row.place, Cell(row.name, tone="t1"), Cell(row.text, tone=says)))


def count_line(counts: Iterable[tuple[Verdict, int]], *, narrow: bool) -> tuple[Part, ...]:
    """ "+ 371 add   ~ 22 change ..."; what wants a look has its figure in colour too.

    A narrow line leaves out what there is none of, but for the refused: none of them is news.
    """
    parts: list[Part] = []
    gap = 2 if narrow else 4
    for verdict, count in counts:
        if narrow and not count and verdict is not Verdict.REFUSE:
            continue
        symbol, tone, word = LOOK[verdict]
        loud = count and verdict is not Verdict.SAME
        parts += [(f"{symbol} {figure(count)} ", f"$sp-{tone}" if loud else "$sp-t3")]
        parts += [(f"{COUNTED.get(verdict, word)}{' ' * gap}", "$sp-t2" if count else "$sp-t3")]
    return tuple(parts)


def filter_parts(chosen: str, names: Sequence[str]) -> tuple[Part, ...]:
    """ "show all bad warn" with the one that holds underlined."""
    parts: list[Part] = [("show ", "$sp-t3")]
    for name in names:
        parts += [(name, "bold underline $sp-acc" if name == chosen else "$sp-t2"), ("  ", "")]
    return tuple(parts)


def progress_line(progress: Progress, width: int) -> tuple[Part, ...]:
    """How far the writing is: bar, counts, rate, time left."""
    left = "" if progress.left is None else f" · {progress.left:.0f} s left"
    counts = f"  {figure(progress.done)} of {figure(progress.total)} rows · {progress.rate:.0f} a second{left}"
    room = max(10, min(BAR, width - len(counts)))
    done = round(room * progress.done / max(1, progress.total))
    return (("━" * done, "$sp-plot"), ("━" * (room - done), "$sp-line"), (counts, "$sp-t2"))


def row_lines(row: PreviewRow, note: Note | None, width: int) -> list[tuple[Part, ...]]:
    """The row under the cursor: its cell, what is wrong with it, and the row's ways out."""
    lines: list[tuple[Part, ...]] = []
    if note is not None:
        tone = "bad" if note.refuses else "warn"
        label = LABELS.get(note.field, "")
        if label:
            where = (f"{note.cell}  ", "$sp-t1") if note.cell else ("", "")
            lines.append((("Cell".ljust(FACT), "$sp-t3"), where, (f"column {label}", "$sp-t3")))
            lines.append((("Is".ljust(FACT), "$sp-t3"), (shown(note.field, row), f"$sp-{tone}")))
        lines += _fact("Why", note.sentence, width)
        more = len(row.notes) - 1
        if more > 0:
            lines.append(((f"and {more} more cell{'s' if more > 1 else ''}", "$sp-t3"),))
        lines.append((("", ""),))
        if row.rest:
            lines += _fact("Rest", row.rest, width)
        lines += way_lines(note)
    else:
        lines += _fact("Does", row.rest or "nothing differs", width)
    return lines


def way_lines(note: Note) -> list[tuple[Part, ...]]:
    """The ways out of a refused or doubtful cell, each with its key."""
    label = LABELS.get(note.field, "")
    ways = [("e", f"Type a better {label} here")] if label else []
    if note.field in MAY_BE_BLANK:
        ways.append(("b", f"Leave the {label} blank"))
    ways.append(("d", "Leave the row out"))
    return [((f"{key} ", "bold $sp-acc"), (word, "$sp-t2")) for key, word in ways]


def shown(name: str, row: PreviewRow) -> str:
    """What stands in a cell; codes masked."""
    text = row.typed.get(name, "")
    if name in SECRET_FIELDS:
        return "; ".join(mask(part.strip()) for part in text.split(";") if part.strip()) or "–"
    return text or "–"


def _fact(label: str, text: str, width: int) -> list[tuple[Part, ...]]:
    first, *rest = wrapped(text, max(12, width - FACT), "$sp-t1") or [(("–", "$sp-t3"),)]
    return [((label.ljust(FACT), "$sp-t3"), *first), *(((" " * FACT, ""), *line) for line in rest)]


def door_lines(plans: tuple[DoorPlan, ...]) -> list[tuple[Part, ...]]:
    """What each door would receive, the fullest first, with its users after."""
    if not plans:
        return [(("No door receives anything.", "$sp-t2"),)]
    head = f"{'Door':<{DOOR_NAME}}{'adds':>{FIGURE}}{'chg':>{FIGURE}}{'rem':>{FIGURE}}  users after"
    lines: list[tuple[Part, ...]] = [((head, "$sp-t3"),)]
    sums = door_sums(plans)
    for door in sums[:SHOWN_DOORS]:
        full = door.users >= 0.8 * door.limit
        lines.append(
            (
                (column(door.name, DOOR_NAME), "$sp-t1"),
                *_figures((door.adds, "+", "ok"), (door.changes, "", "t2"), (door.removes, "-", "bad")),
                ("  ", ""),
                *gauge(door.users, door.limit, GAUGE),
                (f" {figure(door.users)}", "$sp-warn" if full else "$sp-t2"),
            )
        )
    if len(sums) > SHOWN_DOORS:
        lines.append(((f"and {len(sums) - SHOWN_DOORS} more doors", "$sp-t3"),))
    full_names = [door.name for door in sums if door.users >= 0.8 * door.limit]
    if full_names:
        verb = "passes" if len(full_names) == 1 else "pass"
        lines += [(("", ""),), (("▲ ", "$sp-warn"), (f"{', '.join(full_names[:3])} {verb} 80 %", "$sp-t2"))]
    lines += [
        (("▲ ", "$sp-warn"), (f"{plan.device_name}: {loss.text}", "$sp-t2")) for plan in plans for loss in plan.losses
    ][:4]
    return lines


def _figures(*figures: tuple[int, str, str]) -> list[Part]:
    return [
        (f"{sign + figure(count) if count else '–':>{FIGURE}}", f"$sp-{tone}" if count else "$sp-t3")
        for count, sign, tone in figures
    ]


def file_parts(preview: Preview | None, source: str, written: bool) -> tuple[Part, ...]:
    """Behind the title: the file, how many rows, that nothing is written yet."""
    parts: list[Part] = [(source, "$sp-t2")]
    if preview is not None:
        parts.append((f" · {figure(len(preview.rows))} rows", "$sp-t3"))
        if preview.heading:
            parts.append((f" · {preview.heading}", "$sp-warn"))
    if not written:
        parts.append((" · nothing is written yet", "$sp-t3"))
    return tuple(parts)
