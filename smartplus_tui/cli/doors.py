"""`smartplus door`: the doors, and opening one now (feature DEV-12)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from backend.catalog.doors import DOOR
from backend.domain.enums import CommandState
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.exits import Exit
from smartplus_tui.cli.lists import list_command
from smartplus_tui.cli.options import Group
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import find_door
from smartplus_tui.cli.writes import confirm, warn_without_agent

if TYPE_CHECKING:
    from backend.domain.doors import CommandRecord

GIVE_UP_AFTER = 45.0
"""Seconds: longer than an opening lives and the slowest device answers."""
LOOK_EVERY = 0.05

door = Group("door", help="Doors.")
door.add_command(list_command(DOOR))


@door.command("open")
@click.argument("relay")
@click.option("--wait", is_flag=True, help="Wait for the answer of the door; 1 unless it opened.")
@pass_call
def open_door(call: Call, relay: str, wait: bool) -> None:
    """Open a door now: RELAY is its name, words of door, device and building, or id:N."""
    relay_id = find_door(call.engine, call.context, relay)
    found = next(one for one in call.engine.doors.all(call.context) if one.relay_id == relay_id)
    confirm(call, f"Open {found.name} at {found.device} now?")
    warn_without_agent(call)
    command_id = call.engine.doors.open(call.act(), relay_id)
    record = _answer(call, command_id) if wait else call.engine.doors.command(call.context, command_id)
    if call.json:
        emit(record, call.formats)
    else:
        tell(f"{record.door}: {record.text}")
        if not record.ended:
            say("Whether it opens is not known yet; --wait waits for the answer.")
    if wait and record.state is not CommandState.DONE:
        click.get_current_context().exit(Exit.REFUSED)


def _answer(call: Call, command_id: int) -> CommandRecord:
    """The command once it has ended, or as it stands when nobody would wait any longer."""
    deadline = time.monotonic() + GIVE_UP_AFTER
    while True:
        record = call.engine.doors.command(call.context, command_id)
        if record.ended or time.monotonic() >= deadline:
            return record
        time.sleep(LOOK_EVERY)
