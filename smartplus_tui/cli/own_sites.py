"""`smartplus site`: the sites that an account reaches (feature ACC-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backend.domain.errors import Conflict, Forbidden, NotFound
from backend.domain.names import fold
from smartplus_tui.cli.call import SESSION, Call, pass_call
from smartplus_tui.cli.options import Group
from smartplus_tui.cli.output import emit, tell
from smartplus_tui.cli.secret_input import read_secret
from smartplus_tui.cli.signing_in import code_option, keep_session, kept_session, prove
from smartplus_tui.cli.tables import Column, print_table

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.signing_in import Place

site = Group("site", help="The sites that this account reaches.")


@site.command("list")
@pass_call
def list_places(call: Call) -> None:
    """List the sites of the account: its own, assigned ones, linked ones."""
    places = call.engine.sites.places(call.context)
    if call.json:
        items = [
            {
                "id": place.community_id,
                "community": place.community,
                "kind": place.kind,
                "email": place.email,
                "role": place.role,
                "stale": place.stale,
                "current": place.current,
            }
            for place in places
        ]
        emit({"items": items, "total": len(items), "after": None})
        return
    columns = [Column("Site"), Column("Kind"), Column("Account"), Column("Role"), Column("State")]
    print_table(columns, [[p.community, p.kind, p.email, p.role.value, _state(p)] for p in places])


@site.command(params=[code_option()])
@click.argument("email")
@pass_call
def link(call: Call, email: str, code: str | None) -> None:
    """Link another account of yours, at another site, by its e-mail and password."""
    context = call.act()
    proof = prove(call, "", email=email, code=code)
    call.engine.sites.link(context, proof)
    _done(call, f"Linked {proof.email}.", context)


@site.command()
@click.argument("email")
@pass_call
def unlink(call: Call, email: str) -> None:
    """Take the link with an account away; the password of the account that acts is wanted."""
    context = call.act()
    place = _pick([one for one in call.engine.sites.places(context) if one.link_id is not None], email)
    own = call.engine.account.me(context).email
    after = call.engine.sites.unlink(context, place.manager_id, read_secret(f"Password of {own}"))
    kept = kept_session(call.engine)
    if kept is not None and kept.email == own and context.link_id is not None:
        keep_session(call, after, own)  # the one that came by the link has ended with it
    _done(call, f"Unlinked {place.email}.", after)


@site.command()
@click.argument("name")
@pass_call
def switch(call: Call, name: str) -> None:
    """Act at another site from now on: by its name, or by the e-mail of the account there."""
    context = call.act()
    kept = kept_session(call.engine)
    if kept is None:
        raise Forbidden("site.switch", "Nobody is signed in. Use `smartplus login`: the switch is kept with it.")
    place = _pick(call.engine.sites.places(context), name)
    goal = call.engine.sites.switch(context, place)
    call.engine.sessions.move(goal, kept.token)
    call.engine.kept.put(SESSION, {"email": place.email, "token": kept.token})
    _done(call, f"At {place.community} now, as {place.email}.", goal)


def _pick(places: list[Place] | tuple[Place, ...], text: str) -> Place:
    """The one place meant by a name, a word of it, or an e-mail; raises NotFound, and Conflict for several."""
    wanted = fold(text)
    exact = [place for place in places if wanted in (fold(place.community), place.email.lower())]
    found = exact or [place for place in places if wanted in fold(place.community)]
    if not found:
        raise NotFound(f"This account reaches no site called {text}. `smartplus site list` lists them.")
    if len(found) > 1:
        names = ", ".join(f"{place.community} ({place.email})" for place in found)
        raise Conflict("", f"Several sites are called so: {names}. Name one by its e-mail.")
    return found[0]


def _state(place: Place) -> str:
    return "current" if place.current else "password changed, link again" if place.stale else ""


def _done(call: Call, text: str, context: Context) -> None:
    if call.json:
        emit({"id": context.community_id, "account": context.actor_id})
    else:
        tell(text)
