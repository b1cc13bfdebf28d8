"""`smartplus setting`: mail server, SMS gateway, and what is so without being set (feature SET-05)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from backend.catalog.model import Field, Kind
from backend.catalog.settings import SETTINGS
from backend.domain.enums import OutgoingKind, OutgoingState
from backend.domain.errors import Invalid, Unreachable
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.exits import Exit
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.secret_input import read_secret
from smartplus_tui.cli.tables import Column, print_table
from smartplus_tui.cli.writes import finish

if TYPE_CHECKING:
    from backend.domain.outgoing import OutgoingRecord

ANSWER_WITHIN = 60.0
"""Seconds that a test is waited for; it goes on in the Outbox."""
LOOK_EVERY = 0.1

setting = Group("setting", help="Settings of the whole site.")


@setting.command("list")
@pass_call
def list_settings(call: Call) -> None:
    """Every setting, and where key and database are. Secrets are never shown."""
    found = call.engine.settings.all(call.context)
    facts = call.engine.settings.facts(call.context)
    if call.json:
        emit({"items": found, "total": len(found), "after": None, "site": facts}, call.formats)
        return
    rows = [(one.name, "set" if one.secret and one.is_set else one.value or "–", one.label) for one in found]
    rows += [
        ("site.key", facts.key_from, "The key comes from"),
        ("site.database", f"{facts.database}, {facts.database_bytes / 1_000_000:.1f} MB", "Database"),
        ("site.agent", facts.agent_url if facts.agent_alive else "no agent", "Devices reach the agent at"),
    ]
    print_table([Column("Name"), Column("Value"), Column("What it is")], rows)


@click.command("retention", cls=Command)
@pass_call
def retention(call: Call) -> None:
    """What is kept for how long, how much of it there is, and when the agent last took old rows away.

    `smartplus setting set retention.days=90` keeps logs longer.
    """
    found = call.engine.retention.figures(call.context)
    if call.json:
        emit(found, call.formats)
        return
    rows = [
        (kind.label, f"{kind.days} days" if kind.days else "until over", f"{kind.rows:,}", f"{kind.due:,}")
        for kind in found.kinds
    ]
    print_table([Column("Rows"), Column("Kept"), Column("There are", True), Column("Too old", True)], rows)
    last = call.formats.moment(found.purged_at) if found.purged_at else "never yet; the agent does it once a day"
    tell(f"Old rows were taken away: {last}")


@setting.command("set")
@click.argument("pairs", nargs=-1, required=True, metavar="NAME=VALUE...")
@pass_call
def set_settings(call: Call, pairs: tuple[str, ...]) -> None:
    """Change settings together, as in mail.host=mail.example.com mail.password=- for a secret that is asked for.

    An empty value takes a setting back.
    """
    known = {one.name: one for one in SETTINGS}
    call.act()  # signing in comes first: where both come by standard input, its password is the first line
    changes: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise click.UsageError(f"Write {name}=VALUE.")
        if name not in known:
            raise Invalid({name: "There is no such setting. `smartplus setting list` names them."})
        changes[name] = _value(known[name], value)
    finish(call, call.engine.settings.edit(call.act(), changes), "Changed settings")


@setting.command("test-mail")
@click.argument("to", metavar="EMAIL")
@pass_call
def test_mail(call: Call, to: str) -> None:
    """Send a real test mail and say what the server answered; 1 when it did not take it."""
    _test(call, OutgoingKind.MAIL, to)


@setting.command("test-sms")
@click.argument("to", metavar="NUMBER")
@pass_call
def test_sms(call: Call, to: str) -> None:
    """Send a real test message and say what the gateway answered; 1 when it did not take it."""
    _test(call, OutgoingKind.SMS, to)


def _value(field: Field, value: str) -> str:
    """The value that was given; a secret only as "-", to be asked for, or "", to take it away."""
    if field.kind is not Kind.SECRET or not value:
        return value
    if value != "-":
        raise click.UsageError(f"A secret does not belong in an argument. Write {field.name}=- and type it.")
    return read_secret(field.label)


def _test(call: Call, kind: OutgoingKind, to: str) -> None:
    context = call.act()
    if not call.engine.agents.state().alive:
        raise Unreachable("No agent serves this site, so nothing is sent. Start one: smartplus agent")
    posted = call.engine.settings.test(context, kind, to)
    record = _wait(call, posted)
    if call.json:
        emit(record, call.formats)
    elif record.state is OutgoingState.SENT:
        tell(f"Accepted: {record.answer}")
    else:
        say(f"Not accepted: {record.answer or 'no answer yet'} (outbox {posted})")
    if record.state is not OutgoingState.SENT:
        click.get_current_context().exit(Exit.REFUSED)


def _wait(call: Call, text_id: int) -> OutgoingRecord:
    """The text once its first try has ended, or as it stands when the time is over."""
    deadline = time.monotonic() + ANSWER_WITHIN
    while True:
        record = call.engine.outbox.get(call.context, text_id)
        under_way = record.state in (OutgoingState.QUEUED, OutgoingState.SENDING)
        if not under_way or time.monotonic() >= deadline:
            return record
        time.sleep(LOOK_EVERY)
