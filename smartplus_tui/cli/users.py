"""`smartplus user`: accounts, their switches and where they act (features ACC-02, ACC-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backend.catalog.managers import MANAGER
from backend.domain.enums import Role
from backend.domain.errors import Invalid
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.output import say
from smartplus_tui.cli.references import find_community, find_manager
from smartplus_tui.cli.verbs import Binding, Typed, record_group
from smartplus_tui.cli.writes import confirm, finish

if TYPE_CHECKING:
    from backend.domain.accounts import AccountMade, ManagerRecord
    from backend.domain.records import Saved


def _get(call: Call, manager_id: int) -> ManagerRecord:
    return call.engine.managers.get(call.context, manager_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    from backend.domain.account_drafts import ManagerDraft

    if "role" not in values:
        raise Invalid({"role": f"Choose one of {', '.join(Role)}."})
    draft = ManagerDraft(**{"email": "", "name": "", **values, "role": Role(values["role"])})
    made = call.engine.managers.add(call.act(), draft)
    _tell_password(made)
    return made


def _edit(call: Call, manager_id: int, values: Values, _typed: Typed) -> Saved:
    from backend.domain.account_drafts import ManagerPatch

    patch = ManagerPatch(**{**values, "role": Role(values["role"])} if "role" in values else values)
    return call.engine.managers.edit(call.act(), manager_id, _get(call, manager_id).version, patch)


user = record_group(
    Binding(MANAGER, get=_get, add=_add, edit=_edit, without={"edit": frozenset({"password"})}), name="user"
)


@user.command()
@click.argument("record_id", metavar="ID")
@pass_call
def disable(call: Call, record_id: str) -> None:
    """Close an account; its sessions end at once."""
    _switch(call, record_id, disabled=True)


@user.command()
@click.argument("record_id", metavar="ID")
@pass_call
def enable(call: Call, record_id: str) -> None:
    """Open a closed account again."""
    _switch(call, record_id, disabled=False)


@user.command()
@click.argument("record_id", metavar="ID")
@click.option("--community", "named", multiple=True, required=True, metavar="NAME", help="By name or id:N; repeat it.")
@pass_call
def assign(call: Call, record_id: str, named: tuple[str, ...]) -> None:
    """Have an account act in these communities and no others of yours."""
    account = _get(call, find_manager(call.engine, call.context, record_id))
    wanted = {find_community(call.engine, call.context, text) for text in named}
    saved = call.engine.managers.assign(call.act(), account.id, account.version, wanted)
    finish(call, saved, "Assigned account")


@user.command(name="first-password")
@click.argument("record_id", metavar="ID")
@pass_call
def first_password(call: Call, record_id: str) -> None:
    """End the password of an account and mail a new one; without a mail server it is shown once, here."""
    account = _get(call, find_manager(call.engine, call.context, record_id))
    confirm(call, f"Give {account.email} a new first password? The old one and its sessions end.")
    made = call.engine.first_passwords.give(call.act(), account.id)
    _tell_password(made)
    finish(call, made, "Gave a new first password")


def _switch(call: Call, text: str, *, disabled: bool) -> None:
    account = _get(call, find_manager(call.engine, call.context, text))
    what = "Disable" if disabled else "Enable"
    confirm(call, f"{what} the account of {account.email}?")
    saved = call.engine.managers.disable(call.act(), account.id, account.version, disabled)
    finish(call, saved, f"{what}d account")


def _tell_password(made: AccountMade) -> None:
    """Say where the first password went; one that no mail could take is said once, beside the answer."""
    if made.mailed_to:
        say(f"User name and first password are on their way to {made.mailed_to}.")
    elif made.password:
        say(f"No mail server is set, so pass the first password on: {made.password}")
