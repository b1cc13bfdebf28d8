"""`smartplus plan` and `smartplus why`: what would be written, and why a door opens or not (SYNC-02, SYNC-05)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from backend.domain.errors import Invalid
from backend.domain.timewords import parse_moment
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import find_device, find_door, find_person
from smartplus_tui.cli.words import counted

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.answers import Answer


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
    for line in plan_lines(plans):
        tell(line)
    if not plans:
        say("Nothing: the doors hold what they should.")


def plan_lines(plans: Sequence[DoorPlan]) -> Iterator[str]:
    """A plan for people: each door with its people and its room after."""
    for door in plans:
        yield f"{door.device_name}: {counted(door.users_after, 'user')} of {door.users_limit:,} after"
        for sign, lines in (("+", door.adds), ("-", door.removes), ("~", door.changes)):
            yield from (f"  {sign} {line.name}: {line.what}" for line in lines)
        yield from (f"  ! {loss.text}" for loss in door.losses)


@click.command(cls=Command)
@click.argument("question", nargs=-1, required=True, metavar="EVENT | PERSON RELAY [TIME]")
@pass_call
def why(call: Call, question: tuple[str, ...]) -> None:
    """Say why a door opened or stayed shut.

    EVENT is the number of a line of the door log. For PERSON at RELAY, TIME is as in every form: "su 22:10",
    2026-11-29T22:00+01:00; now without it.
    """
    answer = _answer(call, question)
    if call.json:
        emit(answer, call.formats)
        return
    moment = call.formats.moment
    tell(f"{'Allowed' if answer.allowed else 'Refused'}: {answer.sentence}")
    tell(f"{answer.person} at {answer.door}, {moment(answer.at, seconds=True)}")
    for label, found, ok in answer.checks:
        tell(f"  {'✓' if ok else '×'} {label}: {found}")
    if answer.held:
        tell(answer.held)
    if answer.read_at:
        tell(f"The door was read {moment(answer.read_at)}.")
    if answer.opens_next:
        tell(f"Opens next {moment(answer.opens_next)}.")


def _answer(call: Call, question: tuple[str, ...]) -> Answer:
    access, context = call.engine.access, call.context
    if len(question) == 1:
        if not question[0].isdigit():
            raise click.UsageError("Name the number of an event, or a person and a door.")
        return access.why(context, log_id=int(question[0]))
    person, door, *words = question
    at = _moment(call, " ".join(words)) if words else None
    holder_id = find_person(call.engine, context, person)
    return access.why(context, holder_id=holder_id, relay_id=find_door(call.engine, context, door), at=at)


def _moment(call: Call, text: str) -> datetime:
    try:
        return parse_moment(text, call.engine.clock(), call.formats.zone, past=True)
    except Invalid as error:
        raise Invalid({"time": str(error)}) from None
