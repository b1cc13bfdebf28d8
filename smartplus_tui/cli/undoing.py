"""`smartplus undo` (feature SYNC-07)."""

from __future__ import annotations

import click

from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.long_work import stopping, telling
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, say
from smartplus_tui.cli.rights import plan_lines
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.writes import confirm, finish, wait_option

SHOWN = 20


def _undo(call: Call, number: int | None, wait: float | None) -> None:
    if number is None:
        _candidates(call)
        return
    context = call.context
    confirm(
        call,
        f"Take back operation {number}?",
        lambda: list(plan_lines(call.engine.undo.plan(context, number), call.formats)),
    )
    with stopping() as stop:
        saved = call.engine.undo.undo(call.act(), number, tell=telling(call), stopped=stop.is_set)
    finish(call, saved, f"Undid {number}", wait)


def _candidates(call: Call) -> None:
    found = call.engine.undo.candidates(call.context, SHOWN)
    if call.json:
        emit({"items": found, "total": len(found), "after": None}, call.formats)
        return
    if not found:
        say("There is nothing to take back.")
        return
    titles = (("No.", True), ("Happened", False), ("By", False), ("Action", False), ("Name", False), ("Not now", False))
    cells = call.cells
    rows = [(str(one.id), cells.bare(one.at), one.actor, one.action, one.entity_name, one.blocked) for one in found]
    print_table([Column(title, right) for title, right in titles], rows)


undo = Command(
    "undo",
    callback=pass_call(_undo),
    params=[click.Argument(["number"], type=int, required=False, metavar="[N]"), wait_option()],
    help="Take back an operation by its number.\n\nWithout one, list what can be taken back.",
)
