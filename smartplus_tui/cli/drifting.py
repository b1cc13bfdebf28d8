"""`smartplus drift`: what doors hold otherwise, and the choice about each (feature SYNC-04)."""

from __future__ import annotations

import click

from backend.catalog.states import drawn
from backend.domain.drift import CAUSES, DriftRecord
from backend.domain.errors import Invalid
from backend.domain.paging import ListQuery
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, say
from smartplus_tui.cli.references import find_device, find_person
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.words import counted
from smartplus_tui.cli.writes import confirm, count_option, finish, wait_option

MOST = 1000

_rows = click.IntRange(min=1)


@click.command(cls=Command, params=[count_option(), wait_option()])
@click.option("--device", metavar="DEVICE", help="Only this one.")
@click.option("--adopt", type=_rows, metavar="ROW", help="Take what was found over into a person.")
@click.option("--person", metavar="PERSON", help="Who takes over the codes of an unknown person.")
@click.option("--new-staff", default="", metavar="NAME", help="Make a member of staff of an unknown person.")
@click.option("--overwrite", type=_rows, multiple=True, metavar="ROW", help="Have the door hold what we say.")
@click.option("--leave", type=_rows, multiple=True, metavar="ROW", help="Leave an unknown person at the door.")
@pass_call
def drift(
    call: Call,
    *,
    device: str | None,
    adopt: int | None,
    person: str | None,
    new_staff: str,
    overwrite: tuple[int, ...],
    leave: tuple[int, ...],
    count: int | None,
    wait: float | None,
) -> None:
    """Show what doors were found to hold otherwise, or choose about it by the number of a row.

    --overwrite and --leave can be repeated. An adopted PIN takes the place of the person's.
    """
    if sum(map(bool, (adopt, overwrite, leave))) > 1:
        raise click.UsageError("Choose one of --adopt, --overwrite and --leave.")
    if (person or new_staff) and not adopt:
        raise click.UsageError("--person and --new-staff go with --adopt ROW.")
    if person and new_staff:
        raise click.UsageError("Choose one of --person and --new-staff.")
    if adopt:
        _adopt(call, adopt, person, new_staff, wait)
    elif overwrite:
        what = counted(len(set(overwrite)), "record")
        confirm(call, f"Overwrite {what}? A user that is not ours leaves the door.")
        saved = call.engine.drift.overwrite(call.act(), overwrite, count)
        finish(call, saved, "Overwrote records", wait)
    elif leave:
        finish(call, call.engine.drift.leave(call.act(), leave), "Left alone", wait)
    else:
        _show(call, device)


def _adopt(call: Call, row: int, person: str | None, new_staff: str, wait: float | None) -> None:
    found = call.engine.drift.get(call.context, row)
    holder_id = find_person(call.engine, call.context, person) if person else None
    if found.stranger and holder_id is None and not new_staff:
        raise Invalid({"person": "Name who takes the codes over: --person, or --new-staff."})
    confirm(call, f"Take {found.theirs} of {found.name} at {found.device} over?")
    finish(call, call.engine.drift.adopt(call.act(), row, holder_id, new_staff=new_staff), "Took a record over", wait)


def _show(call: Call, device: str | None) -> None:
    found = _found(call, device)
    if call.json:
        emit({"items": found, "total": len(found), "after": None}, call.formats)
        return
    if not found:
        say("Nothing: no difference was found when the doors were read last.")
        return
    columns = [Column(title) for title in ("No.", "Door", "Who", "Cause", "We hold", "Door holds", "State", "Found")]
    rows = [
        (
            str(one.id),
            one.device,
            one.name,
            CAUSES[one.cause] + (f" ({one.note})" if one.note else ""),
            one.ours,
            one.theirs,
            drawn("drift", one.state).word,
            call.cells.bare(one.found_at),
        )
        for one in found
    ]
    print_table(columns, rows)


def _found(call: Call, device: str | None) -> tuple[DriftRecord, ...]:
    drift = call.engine.drift
    if device:
        return drift.of_device(call.context, find_device(call.engine, call.context, device), MOST)
    rows = drift.list(call.context, ListQuery()).first(MOST)
    return tuple(drift.get(call.context, row.id) for row in rows)
