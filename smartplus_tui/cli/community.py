"""`smartplus community`: communities, their facts and their switches (features SET-02, SET-06)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from backend.catalog.communities import APT_PIN_NOTE, COMMUNITY, COOLS, SWITCH_FIELDS
from backend.domain.enums import CredentialStatus
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import formed, options_of, values_of
from smartplus_tui.cli.lists import list_command
from smartplus_tui.cli.long_work import stopping, telling
from smartplus_tui.cli.options import Command, Group
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.pages import show_record
from smartplus_tui.cli.references import find_community
from smartplus_tui.cli.writes import finish, wait_option

if TYPE_CHECKING:
    from backend.domain.communities import PinOwner
    from backend.domain.context import Context

community = Group("community", help="Communities. Where none is named, the one you act in.")
community.add_command(list_command(COMMUNITY))
_FIELDS = formed(COMMUNITY)
_LONG = 20
"""Steps of a switch from which on it is told how far they are."""


def _there(call: Call, named: str | None) -> Context:
    """The context of acting in the community that is named; the rest of the command is about it too."""
    if named:
        there = find_community(call.engine, call.context, named)
        call.context = replace(call.context, community_id=there)
    return call.act()


def _one() -> click.Argument:
    return click.Argument(["named"], required=False, metavar="[COMMUNITY]")


def _show(call: Call, named: str | None) -> None:
    show_record(call, COMMUNITY, call.engine.communities.get(_there(call, named)))


def _add(call: Call, **typed: Any) -> None:
    from backend.domain.community_drafts import CommunityDraft

    values = values_of(call, _FIELDS, typed)
    saved = call.engine.communities.add(call.act(), CommunityDraft(**values))
    finish(call, saved, "Added community")


def _edit(call: Call, named: str | None, wait: float | None, **typed: Any) -> None:
    values = values_of(call, _FIELDS, typed)
    there = _there(call, named)
    version = call.engine.communities.get(there).version
    finish(call, call.engine.communities.edit(there, version, **values), "Changed community settings", wait)


def _switch(call: Call, named: str | None, wait: float | None, **typed: Any) -> None:
    from backend.domain.community_drafts import CommunitySwitches

    values = values_of(call, SWITCH_FIELDS, typed)
    there = _there(call, named)
    version = call.engine.communities.get(there).version
    with stopping() as stop:
        saved = call.engine.communities.switch(
            there, version, CommunitySwitches(**values), tell=telling(call, "steps", _LONG), stopped=stop.is_set
        )
    finish(call, saved, "Changed switches of community", wait)


def _pin_collisions(call: Call, named: str | None) -> None:
    found = call.engine.communities.pin_collisions(_there(call, named))
    if call.json:
        emit(found, call.formats)
        return
    for pair in found.pairs:
        tell(f"{pair.masked}  {_owner(pair.first)}  ·  {_owner(pair.second)}")
    if not found.pairs:
        tell("Nobody shares a PIN.")
    elif found.total > len(found.pairs):
        say(f"The first {len(found.pairs)} of {found.total:,} pairs.")


def _owner(owner: PinOwner) -> str:
    place = f", {owner.place}" if owner.place else ""
    return f"{owner.name}{place}{COOLS if owner.status is CredentialStatus.COOLING else ''}"


_ADD_HELP = "Add one community, in which you may act from then on."
_EDIT_HELP = (
    "Change its facts. Another time zone shifts daily and weekly hours at every door. Back to PIN mode only while "
    f"nobody shares a PIN: see pin-collisions. {APT_PIN_NOTE}"
)
_SWITCH_HELP = "Flip the switches of rules that only an installer has."
community.add_command(Command("show", callback=pass_call(_show), params=[_one()], help="Show one community."))
community.add_command(Command("add", callback=pass_call(_add), params=options_of(_FIELDS, {}), help=_ADD_HELP))
community.add_command(
    Command(
        "pin-collisions",
        callback=pass_call(_pin_collisions),
        params=[_one()],
        help="List who shares a PIN with whom, which PIN access mode pin does not allow.",
    )
)
for _name, _act, _fields, _help in (
    ("edit", _edit, _FIELDS, _EDIT_HELP),
    ("switch", _switch, SWITCH_FIELDS, _SWITCH_HELP),
):
    _params: list[click.Parameter] = [_one(), *options_of(_fields, {}), wait_option()]
    community.add_command(Command(_name, callback=pass_call(_act), params=_params, help=_help))
