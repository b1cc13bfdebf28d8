"""`smartplus search`: people, apartments, doors, devices by a few letters (tasks, rule 1)."""

from __future__ import annotations

import click

from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, say
from smartplus_tui.cli.secret_input import read_secret
from smartplus_tui.cli.tables import Column, print_table

PIN = "pin:"


@click.command(cls=Command)
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, metavar="N")
@pass_call
def search(call: Call, text: str, limit: int) -> None:
    """Search everything for TEXT.

    `pin:-` asks for a PIN, which is found by its whole value only; the operation log keeps that it was looked up.
    """
    if text.startswith(PIN):
        if text != f"{PIN}-":
            raise click.UsageError("A PIN does not belong in an argument. Write pin:- and type it, or pipe it in.")
        call.act()  # signing in comes first: where both come by standard input, its password is the first line
        text = PIN + read_secret("PIN")
    hits = call.engine.search.find(call.act(), text, limit)
    if call.json:
        emit({"items": hits, "total": len(hits), "after": None}, call.formats)
    elif hits:
        columns = [Column("No.", align_right=True), Column("Record"), Column("Name"), Column("Where")]
        print_table(columns, [(str(hit.id), hit.record, hit.title, hit.detail) for hit in hits])
    else:
        say("Nothing is found.")
