"""`smartplus community`: its name and how its times are written (feature SET-02)."""

from __future__ import annotations

from typing import Any

import click

from backend.catalog.communities import COMMUNITY
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import formed, options_of, values_of
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.pages import show_record
from smartplus_tui.cli.writes import finish, wait_option

community = Group("community", help="The community and its settings.")
_FIELDS = formed(COMMUNITY)


@community.command()
@pass_call
def show(call: Call) -> None:
    """Show the community."""
    show_record(call, COMMUNITY, call.engine.communities.get(call.context))


def _edit(call: Call, wait: float | None, **typed: Any) -> None:
    values = values_of(call, _FIELDS, typed)
    version = call.engine.communities.get(call.context).version
    finish(call, call.engine.communities.edit(call.act(), version, **values), "Changed community settings", wait)


_PARAMS: list[click.Parameter] = [*options_of(_FIELDS, {}), wait_option()]
_HELP = "Change settings. Another time zone shifts daily and weekly hours at every door."
community.add_command(Command("edit", callback=pass_call(_edit), params=_PARAMS, help=_HELP))
