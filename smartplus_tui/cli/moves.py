"""Families that move out and in: `resident move-out`, `apartment handover`, `apartment moves` (feature RES-16)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backend.catalog.apartments import MOVES
from backend.catalog.residents import RESIDENT
from backend.catalog.words import label_of
from backend.domain.errors import Invalid
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.exits import Exit
from smartplus_tui.cli.fields import FROM, formed, options_of, values_of
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.references import find_apartment, find_resident
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.writes import confirm, finish, wait_option

if TYPE_CHECKING:
    from backend.domain.moves import MoveDraft, MovePreview, MoveRecord

OPEN_TO_OTHERS = 0o077
"""Bits of a file's mode with which others can read or change it."""
SECRETS = ("pin", "cards", "card", "run", "serial")
"""Fields for which a file must be its owner's alone."""
_WITHOUT = frozenset({"apartment_id", "role"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options of a move said beside who comes."""

    at: str
    number: str | None
    dry_run: bool
    receipt: Path | None
    wait: float | None


def _move_options() -> list[click.Parameter]:
    at = "When: `2026-12-01 12:00`, `fr 18`, `tomorrow`; without it now. The agent moves them at that time."
    number = "The number of the apartment once more; without it you are asked."
    receipt = "Write the receipt to a file, .txt or .pdf."
    return [
        click.Option(["--at"], default="", metavar="TIME", help=at),
        click.Option(["--number"], metavar="NUMBER", help=number),
        click.Option(["--dry-run"], is_flag=True, help="Only say what would go, stay and change at each door."),
        click.Option(["--receipt"], metavar="FILE", type=click.Path(path_type=Path), help=receipt),
        wait_option(),
    ]


def move_out_command() -> Command:
    """`resident move-out ID`."""

    def run(call: Call, record_id: str, **typed: Any) -> None:
        resident_id = find_resident(call.engine, call.context, record_id)
        apartment_id = call.engine.residents.get(call.context, resident_id).apartment_id
        _move(call, _draft(call, apartment_id, {}, typed["at"]), Wanted(**typed))

    text = "Move the whole family of one resident out; the licence stays with the apartment."
    params = [click.Argument(["record_id"], metavar="ID"), *_move_options()]
    return Command("move-out", callback=pass_call(run), params=params, help=text)


def handover_command() -> Command:
    """`apartment handover NUMBER`."""
    fields = formed(RESIDENT, _WITHOUT)
    own = {option.name for option in _move_options()}

    def run(call: Call, record_id: str, **typed: Any) -> None:
        _refuse_open_file(typed.get(FROM))
        apartment_id = find_apartment(call.engine, call.context, record_id)
        values = values_of(call, fields, typed)
        if not values:
            raise click.UsageError("Say who comes: --from new.json, or --first, --last, --email, --pin -.")
        wanted = Wanted(**{name: typed[name] for name in own if name})
        _move(call, _draft(call, apartment_id, values, wanted.at), wanted)

    text = "Move the family out, if there is one, and the next master in; the licence stays with the apartment."
    params = [click.Argument(["record_id"], metavar="NUMBER"), *options_of(fields, {}), *_move_options()]
    return Command("handover", callback=pass_call(run), params=params, help=text)


def _refuse_open_file(path: Path | None) -> None:
    """Raise Invalid (from) for a file with codes that others can read."""
    if path is None or os.name != "posix":
        return
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return  # reading it says so
    if mode & OPEN_TO_OTHERS and any(f'"{name}"' in text for name in SECRETS):
        raise Invalid({"from": f"{path} holds codes and others can read it: chmod 600 {path}"})


def _draft(call: Call, apartment_id: int, values: dict[str, Any], at: str) -> MoveDraft:
    from backend.domain.moves import MoveDraft, parse_move_time
    from backend.domain.residents import ResidentDraft

    when = parse_move_time(at, call.engine.clock(), call.formats.zone)
    incoming = ResidentDraft(**values) if values else None
    return MoveDraft(apartment_id=apartment_id, incoming=incoming, at=when)


def _move(call: Call, draft: MoveDraft, wanted: Wanted) -> None:
    moves = call.engine.moves
    found = moves.preview(call.context, draft.apartment_id)
    plans = moves.plan(call.context, draft)
    if wanted.dry_run and call.json:
        emit({"preview": found, "plans": plans, "at": draft.at}, call.formats)
        return
    _say_preview(found)
    for plan in plans:
        say(f"{plan.device_name}: {len(plan.removes)} go, {len(plan.adds)} come, {plan.users_after} users after.")
    for name, sentence in moves.advise(call.context, draft).items():
        say(f"{name}: {sentence}")
    if wanted.dry_run:
        return
    saved = moves.move(call.act(), draft, _typed_number(call, found, wanted.number))
    record = moves.get(call.context, saved.id)
    if record.problem:
        say(record.problem)
    if wanted.receipt is not None and draft.at is None:
        call.engine.files.write_receipt(wanted.receipt, moves.receipt(call.context, saved.id))
        say(f"Receipt: {wanted.receipt}")
    elif wanted.receipt is not None:
        say(f"The receipt comes with the move: smartplus apartment moves receipt {saved.id} FILE")
    finish(call, saved, "Moved", wanted.wait, move=record)
    if record.problem:
        click.get_current_context().exit(Exit.PARTLY)


def _say_preview(found: MovePreview) -> None:
    names = ", ".join(f"{one.name} ({one.role})" for one in found.leaves)
    say(f"{found.place}, leaves: {names or 'nobody, it is empty'}.")
    goes = [f"{words} {count:,}" for words, count in found.goes if count]
    if found.leaves:
        say(f"Goes: {'; '.join(goes)}.")
    for words, value in found.stays:
        say(f"Stays: {words}: {value}")


def _typed_number(call: Call, found: MovePreview, number: str | None) -> str:
    """The number as typed; --yes answers it."""
    if number is not None or call.yes:
        return found.number if number is None else number
    try:
        return str(click.prompt(f"Type {found.number} to move in {found.place}", err=True))
    except click.Abort:
        raise Invalid({"": "Nothing was done."}) from None


moves_group = Group(name="moves", help="Moves of families: what is planned, receipts of what was done.")


@moves_group.command("list")
@click.option("--apartment", metavar="NUMBER", help="All moves of one apartment instead of those that wait.")
@pass_call
def list_moves(call: Call, apartment: str | None) -> None:
    """List the moves that wait for their time, the next one first."""
    moves, context = call.engine.moves, call.context
    if apartment is None:
        found: Sequence[MoveRecord] = moves.planned(context)
    else:
        found = moves.of(context, find_apartment(call.engine, context, apartment))
    if call.json:
        emit({"items": found, "total": len(found), "after": None}, call.formats)
        return
    columns = [Column("No."), Column("APT"), Column("When"), Column("Who"), Column("State"), Column("Planned by")]
    rows = [
        [str(one.id), one.place, call.formats.moment(one.at), one.title, _state(one), one.planned_by] for one in found
    ]
    print_table(columns, rows)


def _state(one: MoveRecord) -> str:
    word = "Taken back" if one.taken_back else label_of(MOVES, one.state)
    return f"{word}: {one.problem}" if one.problem else word


@moves_group.command("cancel")
@click.argument("move_id", type=int, metavar="N")
@pass_call
def cancel(call: Call, move_id: int) -> None:
    """Cancel a move that is planned; nobody moves."""
    record = call.engine.moves.get(call.context, move_id)
    confirm(call, f"Cancel the move in {record.place} on {call.formats.moment(record.at)}: {record.title}?")
    finish(call, call.engine.moves.cancel(call.act(), move_id), "Cancelled move")


@moves_group.command("change")
@click.argument("move_id", type=int, metavar="N")
@click.option("--at", required=True, metavar="TIME", help="The new time, as with handover.")
@pass_call
def change(call: Call, move_id: int, at: str) -> None:
    """Change the time of a move that is planned."""
    from backend.domain.moves import MovePatch, parse_move_time

    when = parse_move_time(at, call.engine.clock(), call.formats.zone)
    if when is None:
        raise Invalid({"at": "Give a time to come."})
    version = call.engine.moves.get(call.context, move_id).version
    finish(call, call.engine.moves.change(call.act(), move_id, version, MovePatch(at=when)), "Changed move")


@moves_group.command("receipt")
@click.argument("move_id", type=int, metavar="N")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
@pass_call
def receipt(call: Call, move_id: int, target: Path) -> None:
    """Write the receipt of a move as it is proved by now, .txt or .pdf."""
    call.engine.files.write_receipt(target, call.engine.moves.receipt(call.context, move_id))
    if call.json:
        emit({"id": move_id, "file": str(target)})
    else:
        tell(f"Wrote {target}.")
