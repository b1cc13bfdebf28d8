"""`smartplus log`: door logs and the operation log (features LOG-01, LOG-06, LOG-09)."""

from __future__ import annotations

from typing import Any

import click

from backend.catalog.door_logs import DOOR_LOG
from backend.catalog.model import Record
from backend.catalog.operations import OPERATION
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.lists import Asked, list_options, show_list
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import emit, plain
from smartplus_tui.cli.pages import show_record
from smartplus_tui.cli.tables import Column, print_table

log = Group("log", help="Logs, newest first.")


def _door(call: Call, record_id: int | None, **asked: Any) -> None:
    if record_id is None:
        show_list(call, DOOR_LOG, Asked(**asked), newest_first=True)
    else:
        show_record(call, DOOR_LOG, call.engine.logs.get(call.context, record_id))


def _operation(call: Call, record_id: int | None, **asked: Any) -> None:
    if record_id is None:
        show_list(call, OPERATION, Asked(**asked))
        return
    operation = call.engine.operations.get(call.context, record_id)
    fields = call.engine.operations.fields(call.context, record_id)
    if call.json:
        emit({**plain(operation, call.formats), "fields": fields}, call.formats)
        return
    show_record(call, OPERATION, operation)
    if fields:
        columns = [Column("Record"), Column("Field"), Column("Before"), Column("After")]
        print_table(columns, [(one.record, one.field, one.before, one.after) for one in fields])


def _command(name: str, record: Record, run: Any, text: str) -> Command:
    one = click.Argument(["record_id"], type=int, required=False, metavar="[ID]")
    return Command(name, params=[one, *list_options(record)], callback=pass_call(run), help=text)


log.add_command(_command("door", DOOR_LOG, _door, "What the doors told, or one line of it."))
log.add_command(_command("operation", OPERATION, _operation, "Who did what, or one act with what it changed."))
