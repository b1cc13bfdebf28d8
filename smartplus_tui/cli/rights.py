"""`smartplus plan`: what would be written to the doors now (feature SYNC-02)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from backend.domain.formats import Formats
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import find_device
from smartplus_tui.cli.words import counted

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan


@click.command(cls=Command)
@click.option("--device", metavar="DEVICE", help="Only this one.")
@pass_call
def plan(call: Call, device: str | None) -> None:
    """Show what would be written to the doors now."""
    wanted = find_device(call.engine, call.context, device) if device else None
    plans = call.engine.access.plan_device(call.context, wanted)
    if call.json:
        emit({"items": plans, "total": len(plans), "after": None}, call.formats)
        return
    for line in plan_lines(plans, call.formats):
        tell(line)
    if not plans:
        say("Nothing: the doors hold what they should.")


def plan_lines(plans: Sequence[DoorPlan], formats: Formats) -> Iterator[str]:
    """A plan for people: each door with its people and its room after."""
    for door in plans:
        room = f"{counted(door.users_after, 'user')} of {door.users_limit:,} after"
        yield f"{door.device_name}: {room}{_opening(door, formats)}"
        for sign, lines in (("+", door.adds), ("-", door.removes), ("~", door.changes)):
            yield from (f"  {sign} {line.name}: {line.what}" for line in lines)
        yield from (f"  ~ {hold}" for hold in door.holds)
        yield from (f"  ! {loss.text}" for loss in door.losses)


def _opening(door: DoorPlan, formats: Formats) -> str:
    return f", from {formats.moment(door.opens_at)}" if door.opens_at else ""
