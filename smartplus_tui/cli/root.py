"""The root of the command line: which commands there are, and what becomes of their errors."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from backend import crashes
from backend.domain.errors import SmartPlusError
from smartplus_tui import __version__
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.exits import Exit, exit_of, lines_of
from smartplus_tui.cli.options import everywhere, write_options
from smartplus_tui.cli.output import say

COMMANDS = {
    "demo": "processes",
    "init": "sites",
    "login": "signing_in",
    "logout": "signing_in",
    "password": "own_account",
    "agreement": "own_account",
    "site": "own_sites",
    "agent": "processes",
    "virtual": "processes",
    "community": "community",
    "building": "buildings",
    "apartment": "apartments",
    "resident": "residents",
    "temp-key": "temp_keys",
    "access-group": "groups",
    "holiday": "groups",
    "delivery": "staff",
    "staff": "staff",
    "import": "importing",
    "amenity": "bookings",
    "booking": "bookings",
    "device": "devices",
    "door": "doors",
    "log": "logs",
    "tail": "tail",
    "search": "searching",
    "library": "library",
    "sync": "syncing",
    "revoked": "syncing",
    "drift": "drifting",
    "plan": "rights",
    "why": "asking",
    "who": "asking",
    "can": "asking",
    "undo": "undoing",
    "user": "users",
    "outbox": "outbox",
    "setting": "settings",
    "retention": "settings",
    "backup": "sites",
    "bench": "processes",
}
"""Command -> the module it is in, imported when it is asked for, so that the app opens without them."""


class Root(click.Group):
    """The group of all commands; the one place where errors become exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"smartplus_tui.cli.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the options of every command, then the commands."""
        write_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error with a sentence for people ends it with the sentence and its code."""
        try:
            return super().invoke(ctx)
        except SmartPlusError as error:
            for line in lines_of(error):
                say(line)
            ctx.exit(exit_of(error))
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            say(crashes.sentence(error, crashes.keep(ctx.ensure_object(Call).site, error, __version__)))
            ctx.exit(Exit.REFUSED)


_HELP = """Property management for Akuvox intercoms in the terminal.

Without a command the app opens on the site. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 partly done,
4 site, database or device not reachable. Completion: eval "$(_SMARTPLUS_COMPLETE=bash_source smartplus)"
"""


@click.group(cls=Root, invoke_without_command=True, help=_HELP, params=everywhere())
@click.version_option(__version__, prog_name="smartplus")
@pass_call
@click.pass_context
def root(context: click.Context, call: Call) -> None:
    """Open the app where no command is named."""
    if context.invoked_subcommand is None:
        from smartplus_tui.cli.processes import open_app

        open_app(call)
