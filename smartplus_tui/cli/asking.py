"""`smartplus why`, `who` and `can`: why a door opens or not, who may open it, what a person may open (SYNC-05, -06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from backend.catalog.words import CODE_KINDS, HOLDER_KINDS, label_of
from backend.domain.errors import Invalid
from backend.domain.timewords import parse_moment
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import find_door, find_person
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.words import counted

if TYPE_CHECKING:
    from backend.domain.answers import Answer, WhoAnswer
    from backend.domain.enums import CredentialKind

AT = "Not now but then: su 22, 2h, 2026-11-29T22:00+01:00; a date may lie in the past."


@click.command(cls=Command)
@click.argument("question", nargs=-1, required=True, metavar="EVENT | PERSON RELAY [TIME]")
@pass_call
def why(call: Call, question: tuple[str, ...]) -> None:
    """Say why a door opened or stayed shut, and the smallest changes that would open it.

    EVENT is the number of a line of the door log. For PERSON at RELAY, TIME is as in every form: "su 22:10",
    2026-11-29T22:00+01:00; now without it.
    """
    answer = _answer(call, question)
    if call.json:
        emit(answer, call.formats)
        return
    moment = call.formats.moment
    tell(f"{'Allowed' if answer.allowed else 'Refused'}: {answer.sentence}")
    if answer.opened is not None and answer.opened is not answer.allowed:
        tell(f"Yet the door {'opened' if answer.opened else 'stayed shut'}.")
    tell(f"{answer.person} at {answer.door}, {moment(answer.at, seconds=True)}")
    for label, found, ok in answer.checks:
        tell(f"  {'✓' if ok else '×'} {label}: {found}")
    if answer.held:
        tell(answer.held)
    if answer.read_at:
        tell(f"The door was read {moment(answer.read_at)}.")
    if answer.opens_next:
        tell(f"Opens next {moment(answer.opens_next)}.")
    _tell_offers(call, answer)


def _tell_offers(call: Call, answer: Answer) -> None:
    """What would open it, each with everybody else whom it lets in."""
    if answer.by_today and not answer.allowed:
        tell("By the rules of today it would open.")
    if answer.offers and answer.offered_at is not None:
        tell(f"What would open it, judged for {call.formats.moment(answer.offered_at)}:")
    for number, offer in enumerate(answer.offers, 1):
        tell(f"  {number} {offer.title}: {offer.effect}")
        if offer.others:
            tell(f"    {', '.join(offer.others)}")


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


@click.command(cls=Command)
@click.argument("relay", metavar="RELAY")
@click.option("--at", metavar="TIME", help=AT)
@pass_call
def who(call: Call, relay: str, at: str | None) -> None:
    """List who may open a door.

    Residents, staff, deliveries, temporary keys and bookings, each with the group that gives the right and what works
    there. A difference between the rules and what the door truly holds, or held then, is marked.
    """
    relay_id = find_door(call.engine, call.context, relay)
    answer = call.engine.access.who(call.context, relay_id, _moment(call, at) if at else None)
    if call.json:
        emit(answer, call.formats)
        return
    columns = [
        Column("Name"),
        Column("Type", importance=3),
        Column("APT", importance=2),
        Column("By group", importance=1),
    ]
    columns += [Column("With"), Column("Door")]
    print_table(
        columns,
        [
            (
                one.name,
                label_of(HOLDER_KINDS, one.kind.value),
                one.place,
                one.group or "none",
                _kinds(one.kinds),
                one.mark,
            )
            for one in answer.openers
        ],
    )
    able = sum(1 for one in answer.openers if one.group)
    say(f"{counted(able, 'person', 'people')} may open {answer.door} on {call.formats.moment(answer.at)}.")
    say(_rests_on(call, answer))


def _rests_on(call: Call, answer: WhoAnswer) -> str:
    """How old the reading of the door is that the marks rest on."""
    if not answer.known:
        return "The door was never read: not known what it holds."
    read = (
        f"The door was read {call.formats.moment(answer.read_at)}." if answer.read_at else "The door was not read yet."
    )
    return f"{read} {counted(answer.strangers, 'user')} on it are not ours." if answer.strangers else read


@click.command(cls=Command)
@click.argument("person", metavar="PERSON")
@click.argument("relay", metavar="[RELAY]", required=False)
@click.option("--at", metavar="TIME", help=AT)
@pass_call
def can(call: Call, person: str, relay: str | None, at: str | None) -> None:
    """List what a person may open: the doors of their groups with hours and next opening, or one door."""
    engine, context = call.engine, call.context
    holder_id = find_person(engine, context, person)
    relay_id = find_door(engine, context, relay) if relay else None
    answer = engine.access.can(context, holder_id, relay_id, _moment(call, at) if at else None)
    if call.json:
        emit(answer, call.formats)
        return
    moment = call.formats.moment
    columns = [Column("Door"), Column("Device", importance=3), Column("Opens"), Column("By group", importance=1)]
    columns += [Column("Hours", importance=2), Column("Next", importance=1), Column("Door holds")]
    print_table(
        columns,
        [
            (
                one.door,
                one.device,
                "yes" if one.allowed else "no",
                one.group or "none",
                one.hours,
                moment(one.opens_next) if one.opens_next else "",
                one.mark,
            )
            for one in answer.doors
        ],
    )
    able = sum(1 for one in answer.doors if one.allowed)
    say(f"{answer.person} may open {counted(able, 'door')} on {moment(answer.at)}.")


def _kinds(kinds: Sequence[CredentialKind]) -> str:
    return ", ".join(label_of(CODE_KINDS, kind.value) for kind in kinds)


def _moment(call: Call, text: str) -> datetime:
    try:
        return parse_moment(text, call.engine.clock(), call.formats.zone, past=True)
    except Invalid as error:
        raise Invalid({"time": str(error)}) from None
