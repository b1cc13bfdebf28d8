"""`smartplus staff` and `smartplus delivery` (features VIS-05 to VIS-07)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.catalog.model import Record
from backend.catalog.staff import DELIVERY, STAFF
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.importing import refuse_existing, wrote
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import say
from smartplus_tui.cli.people import add_photo, add_reveal, advise, as_patch, code_options, loss_lines
from smartplus_tui.cli.taking import Taking, take, taking_options
from smartplus_tui.cli.verbs import Binding, Typed, record_group

if TYPE_CHECKING:
    from backend.domain.records import Saved
    from backend.domain.staff import StaffRecord
    from backend.served import Personnel

    Service = Callable[[Call], Personnel]

_FILE = click.Path(dir_okay=False, path_type=Path)


def _group(record: Record, service: Service) -> Group:
    def get(call: Call, person_id: int) -> StaffRecord:
        return service(call).get(call.context, person_id)

    def add(call: Call, values: Values, _typed: Typed) -> Saved:
        from backend.domain.staff import StaffDraft

        draft = StaffDraft(**values)
        advise(service(call).advise_add(call.context, draft))
        if draft.group_ids is None:
            known = service(call).defaults(call.context)
            draft = draft.model_copy(update={"group_ids": known.group_ids})
            say(f"group: {', '.join(name for _, name in known.groups)}, {known.sources.get('group_ids', '')}")
        return service(call).add(call.act(), draft)

    def edit(call: Call, person_id: int, values: Values, typed: Typed) -> Saved:
        from backend.domain.staff import StaffPatch

        patch = StaffPatch(**as_patch(values, typed))
        version = get(call, person_id).version if typed["version"] is None else typed["version"]
        advise(service(call).advise_edit(call.context, person_id, patch))
        return service(call).edit(call.act(), person_id, version, patch)

    made = record_group(
        Binding(
            record,
            get=get,
            add=add,
            edit=edit,
            delete=lambda call, ids, count: service(call).delete(call.act(), ids, count),
            losses=lambda call, ids: loss_lines(service(call).deletion(call.context, ids)),
            extra={"edit": lambda: code_options(record.singular)},
            also={"floors": "floor"},
        )
    )
    add_reveal(made, record, service)
    return made


def _import() -> Command:
    def run(call: Call, file: Path, dry_run: bool, good_rows: bool, report: Path | None) -> None:
        imports = call.engine.staff_imports
        draft = imports.begin(call.context, call.engine.files.read_sheets(file))
        take(call, imports, draft, Taking(dry_run, good_rows, report))

    params: list[click.Parameter] = [click.Argument(["file"], type=_FILE, metavar="FILE"), *taking_options()]
    text = "Add staff with their RF cards by an xlsx or csv file; who is there gets the cards beside theirs."
    return Command("import", callback=pass_call(run), params=params, help=text)


def _template() -> Command:
    def run(call: Call, file: Path) -> None:
        refuse_existing(file)
        call.engine.files.write_staff_template(file)
        wrote(call, file, 0)

    params: list[click.Parameter] = [click.Argument(["file"], type=_FILE, metavar="FILE.xlsx")]
    return Command(
        "template", callback=pass_call(run), params=params, help="Write the empty RF card template of staff."
    )


delivery = _group(DELIVERY, lambda call: call.engine.deliveries)
staff = _group(STAFF, lambda call: call.engine.staff)
add_photo(staff, STAFF, lambda call: call.engine.staff)
staff.add_command(_import())
staff.add_command(_template())
