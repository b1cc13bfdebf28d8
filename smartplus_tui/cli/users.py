"""`smartplus user`: accounts of managers, technicians and viewers (features ACC-02, ACC-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backend.catalog.managers import MANAGER
from backend.domain.enums import Role
from backend.domain.errors import Invalid
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.fields import Values
from smartplus_tui.cli.references import find_manager
from smartplus_tui.cli.secret_input import read_secret
from smartplus_tui.cli.verbs import Binding, Typed, record_group
from smartplus_tui.cli.writes import confirm, finish

if TYPE_CHECKING:
    from backend.domain.records import ManagerRecord, Saved


def _get(call: Call, manager_id: int) -> ManagerRecord:
    return call.engine.managers.get(call.context, manager_id)


def _add(call: Call, values: Values, _typed: Typed) -> Saved:
    from backend.domain.records import ManagerDraft

    if "role" not in values:
        raise Invalid({"role": f"Choose one of {', '.join(Role)}."})
    draft = ManagerDraft(
        email=values.get("email", ""),
        name=values.get("name", ""),
        role=Role(values["role"]),
        password=values.get("password") or read_secret("Password of the new account", confirm=True),
    )
    return call.engine.managers.add(call.act(), draft)


user = record_group(Binding(MANAGER, get=_get, add=_add), name="user")


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


def _switch(call: Call, text: str, *, disabled: bool) -> None:
    account = _get(call, find_manager(call.engine, call.context, text))
    what = "Disable" if disabled else "Enable"
    confirm(call, f"{what} the account of {account.email}?")
    saved = call.engine.managers.disable(call.act(), account.id, account.version, disabled)
    finish(call, saved, f"{what}d account")
