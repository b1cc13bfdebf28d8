"""The options that every command takes, before and after its name, and the classes that give them to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from smartplus_tui.cli.call import Call


class Everywhere(click.Option):
    """An option of every command; the help lists it apart."""


def everywhere() -> list[click.Parameter]:
    """The options of every command, made anew for each."""
    return [
        _option("--site", "given_site", "The site's directory; else SMARTPLUS_SITE, else the data directory.",
                metavar="PATH", type=click.Path(path_type=Path)),
        _option("--as", "email", "Act as this account.", metavar="EMAIL"),
        _option("--password-file", "password_file", "Its password: the first line of a file, or of stdin for -.",
                metavar="FILE"),
        _option("--json", "json", "Print JSON and nothing else.", is_flag=True),
        _option("--yes", "yes", "Answer every question with yes.", is_flag=True),
    ]  # fmt: skip


class Command(click.Command):
    """A command with the options that all have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(everywhere())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List its own options first."""
        write_options(self, ctx, formatter)


class Group(click.Group):
    """A group of commands that have the options of all."""

    command_class = Command


def write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the options of a command in two sections: its own, and everybody's."""
    for title, shared in (("Options", False), ("Everywhere", True)):
        options = (one for one in command.get_params(ctx) if isinstance(one, click.Option))
        found = (one.get_help_record(ctx) for one in options if isinstance(one, Everywhere) is shared)
        if rows := [record for record in found if record is not None]:
            with formatter.section(title):
                formatter.write_dl(rows)


def _option(flag: str, name: str, text: str, **settings: Any) -> Everywhere:
    own = f"everywhere_{name}"  # no field of a record is called so
    return Everywhere([flag, own], help=text, expose_value=False, callback=_keeper(name), **settings)


def _keeper(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """A callback that keeps what was given; what was not given changes nothing said before."""

    def keep(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        call = context.ensure_object(Call)
        if value:
            setattr(call, name, value)

    return keep
