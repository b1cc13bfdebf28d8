"""`smartplus sync` and `smartplus revoked`: what the doors hold, and the proof that it is gone (SYNC-01, SYNC-03)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.catalog.states import drawn
from backend.domain.errors import NotFound
from backend.domain.revocations import Proof, still_words
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.exits import Exit
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import find_device, find_person
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.words import counted
from smartplus_tui.cli.writes import confirm, finish, warn_without_agent

if TYPE_CHECKING:
    from backend.domain.revocations import Revocation, RevokedCode

sync = Group("sync", help="What the doors hold.")


@sync.command()
@click.argument("subject", required=False, metavar="[PERSON|DEVICE]")
@pass_call
def status(call: Call, subject: str | None) -> None:
    """Show how every device stands, every door of a person, or one device, the worst first."""
    if subject is None:
        _devices(call)
        return
    try:
        _person(call, find_person(call.engine, call.context, subject))
    except NotFound as error:
        try:
            device_id = find_device(call.engine, call.context, subject)
        except NotFound:
            raise error from None
        _device(call, device_id)


def _person(call: Call, holder_id: int) -> None:
    doors = call.engine.sync.person(call.context, holder_id)
    if call.json:
        emit({"items": doors, "total": len(doors), "after": None}, call.formats)
        return
    cells = call.cells
    rows = [
        (
            one.device,
            drawn("sync", one.state).word,
            one.detail,
            cells.bare(one.read_at),
            "" if one.opens else "no right",
        )
        for one in doors
    ]
    _table(("Door", "Sync", "Detail", "Read back", "Right"), rows, "No door concerns this person.")


def _device(call: Call, device_id: int) -> None:
    """One device: why it waits, what would be written, what stopped it and how to go on."""
    standing = call.engine.sync_doors.get(call.context, device_id)
    if call.json:
        emit(standing, call.formats)
        return
    one, cells = standing.sync, call.cells
    tell(f"{standing.device}: {drawn('sync', one.state).word}, {one.users:,} of {one.users_limit:,} users")
    tell(f"Read back: {cells.bare(one.read_back_at) or 'never'}")
    if standing.waiting:
        tell(f"Waits: {standing.waiting}")
    if one.held_reason:
        tell(f"Cause: {standing.cause or 'not known'}")
        way = f"smartplus undo {standing.operation}, or " if standing.operation else ""
        tell(f"Go on: {way}smartplus sync release {device_id} --count {one.removals}")
    if one.clock:
        tell(f"Clock: {one.clock}")
    for text in one.refusals:
        tell(f"Refused: {text}")
    for text in one.unfit:
        tell(f"Not held: {text}")


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
@click.option("--receipt", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.txt|FILE.pdf",
              help="Write the receipt to this file.")  # fmt: skip
@pass_call
def revoked(call: Call, person: str, receipt: Path | None) -> None:
    """Show the proof of what was taken away, door by door.

    A door is proved when it was read back without the code. Ends with 3 while one is not. A person who was deleted
    goes by name or number too.
    """
    holder_id = find_person(call.engine, call.context, person)
    found = call.engine.revocations.get(call.context, holder_id)
    if receipt is not None:
        call.engine.files.write_receipt(receipt, call.engine.revocations.receipt(call.context, holder_id))
        say(f"Receipt written to {receipt}")
    if call.json:
        answer = {"items": found.codes, "total": len(found.codes), "after": None, "person": found.person}
        emit({**answer, "proved": found.proved, "doors": found.doors}, call.formats)
    else:
        _tell_revoked(call, found)
    if not found.proved:
        click.get_current_context().exit(Exit.PARTLY)


def _tell_revoked(call: Call, found: Revocation) -> None:
    cells, doors = call.cells, {(door.device_id, door.device): door for door in found.doors}
    rows = [
        (
            one.device,
            one.credential,
            cells.bare(one.freed_at),
            cells.bare(one.absent_at) or f"{_not_proved(one)}: {doors[one.device_id, one.device].reason}",
        )
        for one in found.codes
    ]
    _table(("Door", "Code", "Taken away", "Proved"), rows, "Nothing was taken away from this person.")
    for door in found.doors:
        if door.todo:
            say(f"{door.device}: {door.todo}")
    if found.codes:
        proved = sum(one.absent_at is not None for one in found.codes)
        say(f"{proved} of {len(found.codes)} proved.")


def _not_proved(code: RevokedCode) -> str:
    return still_words(code.relay) if code.proof is Proof.HOLDS else drawn("revocation", code.proof).word


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
            drawn("sync", one.state).word,
            str(one.pending),
            f"{one.users:,} of {one.users_limit:,}",
            cells.bare(one.read_back_at),
            one.trouble or one.reason,
        )
        for device_id, name, one in found
    ]
    _table(("No.", "Device", "Sync", "Pending", "Users", "Read back", "Reason"), rows, "There is no device yet.")


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    if rows:
        print_table([Column(title) for title in titles], rows)
    else:
        say(empty)
