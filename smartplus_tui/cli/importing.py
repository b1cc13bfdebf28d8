"""Lists of residents from the command line: templates, previews, imports and their reports (features RES-09 to RES-12).

`resident template|import|export|batch-edit|cards|faces` and `import list|show`.
"""

from __future__ import annotations

from pathlib import Path

import click

from backend.domain.enums import ImportKind
from backend.domain.errors import Invalid
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import emit, tell
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.taking import Taking, facts_of, print_report, take, taking_options
from smartplus_tui.cli.words import counted

_KINDS = (ImportKind.ADD, ImportKind.EDIT, ImportKind.CARDS)
_FILE = click.Path(dir_okay=False, path_type=Path)


def add_import_commands(group: Group) -> None:
    """Give `resident` its commands on files."""
    group.add_command(_template())
    group.add_command(_export())
    group.add_command(_taking("import", ImportKind.ADD, "Add the residents of an xlsx or csv file."))
    group.add_command(_taking("batch-edit", ImportKind.EDIT, "Change residents by a file that `export` wrote."))
    group.add_command(_faces())
    group.add_command(_taking("cards", ImportKind.CARDS, "Give residents the RF cards and PINs of a file."))


def _template() -> Command:
    def run(call: Call, file: Path, kind: str) -> None:
        refuse_existing(file)
        call.engine.files.write_template(call.context, ImportKind(kind), file)
        wrote(call, file, 0)

    chosen = [kind.value for kind in _KINDS]
    params: list[click.Parameter] = [
        click.Argument(["file"], type=_FILE, metavar="FILE.xlsx"),
        click.Option(["--kind"], type=click.Choice(chosen), default="add", show_default=True, help="Which template."),
    ]
    return Command("template", callback=pass_call(run), params=params, help="Write an empty template with its hints.")


def _export() -> Command:
    def run(call: Call, file: Path) -> None:
        refuse_existing(file)
        wrote(call, file, call.engine.files.write_template(call.context, ImportKind.EDIT, file, filled=True))

    params: list[click.Parameter] = [click.Argument(["file"], type=_FILE, metavar="FILE.xlsx")]
    text = "Write all residents for `batch-edit`; codes stay blank, and blank cells keep what there is."
    return Command("export", callback=pass_call(run), params=params, help=text)


def refuse_existing(file: Path) -> None:
    """Raise Invalid (file) where there is a file of this name."""
    if file.exists():
        raise Invalid({"file": f"{file} is there already. Name a new file."})


def wrote(call: Call, file: Path, count: int) -> None:
    """Say where a template is, with how many residents in it."""
    if call.json:
        emit({"file": str(file), "residents": count})
    else:
        tell(f"Wrote {file}" + (f" with {counted(count, 'resident')}." if count else "."))


def _taking(name: str, kind: ImportKind, text: str) -> Command:
    def run(call: Call, file: Path, dry_run: bool, good_rows: bool, report: Path | None) -> None:
        imports = call.engine.imports
        draft = imports.begin(call.context, kind, call.engine.files.read_sheets(file))
        take(call, imports, draft, Taking(dry_run, good_rows, report))

    params: list[click.Parameter] = [click.Argument(["file"], type=_FILE, metavar="FILE"), *taking_options()]
    return Command(name, callback=pass_call(run), params=params, help=text)


def _faces() -> Command:
    def run(call: Call, file: Path, dry_run: bool, good_rows: bool, report: Path | None) -> None:
        files = call.engine.files.read_faces(file)
        imports = call.engine.imports
        draft = imports.begin_faces(call.context, file.name, files)
        take(call, imports, draft, Taking(dry_run, good_rows, report))

    params: list[click.Parameter] = [click.Argument(["file"], type=_FILE, metavar="FILE.zip"), *taking_options()]
    text = 'Give residents the faces of a zip; photos are named "Building+Room+First Last.jpg".'
    return Command("faces", callback=pass_call(run), params=params, help=text)


import_group = Group(name="import", help="Reports of imports.")


@import_group.command("list")
@pass_call
def list_reports(call: Call) -> None:
    """List the newest imports."""
    reports = call.engine.imports.reports(call.context)
    if call.json:
        emit({"items": [facts_of(one) for one in reports], "total": len(reports), "after": None}, call.formats)
        return
    columns = [
        Column("No.", align_right=True), Column("When"), Column("Kind"), Column("Source"), Column("State"),
        Column("Written", align_right=True), Column("Refused", align_right=True), Column("By"), Column("Operation"),
    ]  # fmt: skip
    cells = call.cells
    print_table(
        columns,
        [
            [
                str(one.id), cells.bare(one.at), one.word, one.source, one.state.value, f"{one.written:,}",
                f"{one.refused:,}", one.actor, str(one.operation or ""),
            ]
            for one in reports
        ],
    )  # fmt: skip


@import_group.command("show")
@click.argument("report_id", metavar="ID", type=int)
@click.option("--report", "file", type=_FILE, metavar="FILE.xlsx", help="Write what became of each row to a file.")
@pass_call
def show_report(call: Call, report_id: int, file: Path | None) -> None:
    """Show what an import did, refused rows first."""
    report = call.engine.imports.report(call.context, report_id)
    if file is not None:
        call.engine.files.write_report(call.context, report_id, file)
    print_report(call, report)


globals()["import"] = import_group  # the root looks a command up by its name, which is a word of the language
