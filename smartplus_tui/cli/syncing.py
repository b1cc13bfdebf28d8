"""`smartplus sync` and `smartplus revoked`: what the doors hold, and the proof that it is gone (SYNC-01, SYNC-03)."""

from __future__ import annotations

from collections.abc import Sequence

import click

from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.exits import Exit
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import find_device, find_person
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.words import counted
from smartplus_tui.cli.writes import confirm, finish, warn_without_agent

sync = Group("sync", help="What the doors hold.")


@sync.command()
@click.argument("person", required=False, metavar="[PERSON]")
@pass_call
def status(call: Call, person: str | None) -> None:
    """Show how every device stands, or every door of a person, the worst first."""
    if person is None:
        _devices(call)
        return
    doors = call.engine.sync.person(call.context, find_person(call.engine, call.context, person))
    if call.json:
        emit({"items": doors, "total": len(doors), "after": None}, call.formats)
        return
    cells = call.cells
    rows = [
        (one.device, cells.bare(one.state), one.detail, cells.bare(one.read_at), "" if one.opens else "no right")
        for one in doors
    ]
    _table(("Door", "Sync", "Detail", "Read back", "Right"), rows, "No door concerns this person.")


@sync.command()
@click.argument("device", required=False, metavar="[DEVICE]")
@pass_call
def check(call: Call, device: str | None) -> None:
    """Ask for a read-back of one device, or of all, now."""
    wanted = find_device(call.engine, call.context, device) if device else None
    warn_without_agent(call)
    commands = call.engine.sync.check(call.act(), wanted)
    if call.json:
        emit({"items": [{"id": one} for one in commands], "total": len(commands), "after": None})
    else:
        tell(f"Asked for a read-back of {counted(len(commands), 'device')}.")


@sync.command()
@click.argument("device")
@click.option("--count", type=int, required=True, metavar="N", help="How many people the device will lose.")
@pass_call
def release(call: Call, device: str, count: int) -> None:
    """Let a stopped mass removal at a device go on."""
    device_id = find_device(call.engine, call.context, device)
    confirm(call, f"Remove {count} people from this device?")
    finish(call, call.engine.sync.release(call.act(), device_id, count), "Released the removal")


@click.command(cls=Command)
@click.argument("person")
@pass_call
def revoked(call: Call, person: str) -> None:
    """Show the proof of what was taken away, door by door.

    A door is proved when it was read back without the code. Ends with 3 while one is not. A person who was deleted
    goes by name or number too.
    """
    lines = call.engine.sync.revoked(call.context, find_person(call.engine, call.context, person))
    missing = [line for line in lines if line.absent_at is None]
    if call.json:
        emit({"items": lines, "total": len(lines), "after": None}, call.formats)
    else:
        cells = call.cells
        rows = [
            (one.device, one.credential, cells.bare(one.freed_at), cells.bare(one.absent_at) or one.reason)
            for one in lines
        ]
        _table(("Door", "Code", "Taken away", "Proved"), rows, "Nothing was taken away from this person.")
        if lines:
            say(f"{len(lines) - len(missing)} of {len(lines)} proved.")
    if missing:
        click.get_current_context().exit(Exit.PARTLY)


def _devices(call: Call) -> None:
    found = call.engine.sync.devices(call.context)
    if call.json:
        items = [{"id": device_id, "device": name, "sync": one} for device_id, name, one in found]
        emit({"items": items, "total": len(items), "after": None}, call.formats)
        return
    cells = call.cells
    rows = [
        (
            str(device_id),
            name,
            cells.bare(one.state),
            str(one.pending),
            f"{one.users:,} of {one.users_limit:,}",
            cells.bare(one.read_back_at),
            one.held_reason or one.last_error or one.reason,
        )
        for device_id, name, one in found
    ]
    _table(("No.", "Device", "Sync", "Pending", "Users", "Read back", "Reason"), rows, "There is no device yet.")


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    if rows:
        print_table([Column(title) for title in titles], rows)
    else:
        say(empty)
