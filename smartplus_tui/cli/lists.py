"""The `list` of any record type: filter, sort, pages (feature OPS-02)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backend.catalog.model import Field, Record
from backend.domain.filter import Filter, Term
from backend.domain.paging import ListQuery
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.cursors import read_cursor, write_cursor
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.words import counted

if TYPE_CHECKING:
    from backend.domain.paging import ListRow

PAGE = 50
MOST = 10_000
TOLD_EVERY = 20
"""Pages between two lines that say how far an export is."""
_FILE = click.Path(dir_okay=False, path_type=Path)
ID_COLUMN = Field("id", "No.", importance=0, align_right=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of a list: the expression, the sort ("-" in front turns it round), how many, after which.

    `export` names a file that takes all that match instead.
    """

    filter: str | None
    sort: str | None
    limit: int
    after: str | None
    export: Path | None = None


def list_command(record: Record, *, name: str = "list", newest_first: bool = False) -> Command:
    """The command that lists a record type; `newest_first` turns its own order round."""

    def run(call: Call, **asked: Any) -> None:
        show_list(call, record, Asked(**asked), newest_first=newest_first)

    return Command(
        name=name,
        params=[*list_options(record)],
        callback=pass_call(run),
        help=f"List {record.title.lower()}.\n\nFilter by words and by {_fields(record, _filtered)}.",
        short_help=f"List {record.title.lower()}.",
    )


def export_command(record: Record) -> Command:
    """The command that writes the list of a record type into a file."""

    def run(call: Call, file: Path, filter: str | None, sort: str | None) -> None:
        show_list(call, record, Asked(filter, sort, PAGE, None, file))

    file = click.Argument(["file"], metavar="FILE.xlsx|FILE.csv", type=_FILE)
    text = f"Write the {record.title.lower()} that match into a file."
    return Command("export", params=[file, *_chosen(record)], callback=pass_call(run), help=text)


def list_options(record: Record) -> list[click.Parameter]:
    """The options that say which rows of a list."""
    return [
        *_chosen(record),
        click.Option(["--limit"], type=click.IntRange(1, MOST), default=PAGE, show_default=True, metavar="N"),
        click.Option(["--after"], metavar="CURSOR", help="Go on after the page that ended with this cursor."),
        click.Option(["--export"], metavar="FILE", type=_FILE, help="Write all that match to an .xlsx or .csv file."),
    ]  # fmt: skip


def _chosen(record: Record) -> list[click.Parameter]:
    """The options for what a list holds, and in which order."""
    return [
        click.Option(["--filter"], metavar="EXPR", help="As in every list: anna building:A status:active -type:member"),
        click.Option(["--sort"], metavar="FIELD", callback=_checked_sort(record),
                     help=f"One of {_fields(record, _sorted)}; a - in front turns it round."),
    ]  # fmt: skip


def show_list(
    call: Call, record: Record, asked: Asked, *, newest_first: bool = False, only: tuple[Term, ...] = ()
) -> None:
    """Print one page of a list, and how to go on; `only` are conditions beside the expression."""
    engine = call.engine
    typed = engine.parse_filter(record.name, call.context, asked.filter) if asked.filter else None
    terms = (*(typed.terms if typed else ()), *only)
    query = ListQuery(
        filter=Filter(terms, typed.text if typed else "") if terms else None,
        sort=(asked.sort or "").removeprefix("-"),
        descending=asked.sort.startswith("-") if asked.sort else True if newest_first else None,
    )
    if asked.export is not None:
        export_list(call, record, query, asked.export)
        return
    handle = engine.list(record.name, call.context, query)
    order = f"{record.name} {asked.sort or ''}"
    wanted = asked.limit + 1
    rows = handle.after(read_cursor(order, asked.after), wanted) if asked.after else handle.first(wanted)
    page = rows[: asked.limit]
    cursor = write_cursor(order, page[-1].key) if len(rows) > len(page) else None
    total = handle.count()
    if call.json:
        items = [{"id": row.id, **row.values} for row in page]
        emit({"items": items, "total": total, "after": cursor}, call.formats)
        return
    print_rows(call, record, page)
    if not total:
        say("Nothing matches." if terms else f"There is no {record.singular} yet.")
    elif cursor:
        say(f"{len(page):,} of {total:,}. Go on with --after {cursor}")


def export_list(call: Call, record: Record, query: ListQuery, path: Path) -> None:
    """Write the whole list into a file and say how many rows it has, and where it is."""
    steps = 0

    def told(done: int, total: int) -> bool:
        nonlocal steps
        steps += 1
        if steps % TOLD_EVERY == 0:
            say(f"{done:,} of {total:,}")
        return True

    count = call.engine.files.export(record.name, call.context, query, path, told)
    if call.json:
        emit({"file": str(path.absolute()), "rows": count}, call.formats)
    else:
        tell(f"{counted(count or 0, 'row')} in {path.absolute()}")


def print_rows(call: Call, record: Record, rows: list[ListRow]) -> None:
    """Print rows of a list as a table, the id in front."""
    if not rows:
        return
    fields = [field for field in record.listed() if field.name != ID_COLUMN.name]
    cells = call.cells
    columns = [Column(field.label, field.align_right, field.importance) for field in (ID_COLUMN, *fields)]
    lines = [[str(row.id), *(cells.text(field, row.values.get(field.name)) for field in fields)] for row in rows]
    print_table(columns, lines)


def _checked_sort(record: Record) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    known = {field.name for field in record.fields if field.sorted}

    def check(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
        if value and value.removeprefix("-") not in known:
            raise click.BadParameter(f"sort by one of {_fields(record, _sorted)}.")
        return value

    return check


def _sorted(field: Field) -> bool:
    return field.sorted


def _filtered(field: Field) -> bool:
    return field.filtered


def _fields(record: Record, wanted: Callable[[Field], bool]) -> str:
    return ", ".join(field.name for field in record.fields if wanted(field))
