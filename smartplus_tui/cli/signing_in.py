"""Who acts: a session kept by `login`, or e-mail and password (features ACC-01, ACC-07)."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.domain.enums import Via
from backend.domain.errors import Forbidden
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.secret_input import read_password_file, read_secret

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.records import ManagerRecord

SESSION_FILE = "session"
"""In the site's directory, which only the account that owns the site can enter."""
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as it lies in its file."""

    email: str
    token: str = field(repr=False)


def actor(call: Call) -> Context:
    """Who acts: the kept session unless another account or a password is named, else e-mail and password.

    Raises Forbidden, also where nobody could be asked.
    """
    kept = _read(call.site / SESSION_FILE)
    if kept is not None and not call.password_file and call.email.lower() in ("", kept.email):
        try:
            return call.engine.sessions.resume(kept.token, Via.COMMAND)
        except Forbidden:
            if not sys.stdin.isatty():
                raise
            say("The last sign-in is over.")
    return _sign_in(call, kept.email if kept else "")[0]


@click.command(cls=Command)
@pass_call
def login(call: Call) -> None:
    """Stay signed in for 12 hours.

    The session lies in the site's directory, readable by its owner only. `smartplus logout` ends it.
    """
    context, manager = _sign_in(call, "")
    token = call.engine.sessions.make(context)
    _write(call.site / SESSION_FILE, Kept(manager.email, token))
    if call.json:
        emit({"id": manager.id, "email": manager.email, "role": manager.role})
    else:
        tell(f"Signed in as {manager.email} for 12 hours.")


@click.command(cls=Command)
@pass_call
def logout(call: Call) -> None:
    """End the session that `login` began."""
    path = call.site / SESSION_FILE
    kept = _read(path)
    if kept is not None:
        try:
            context = call.engine.sessions.resume(kept.token, Via.COMMAND)
            call.engine.sessions.end(context, kept.token)
        except Forbidden:
            say("The sign-in was over already.")
        path.unlink(missing_ok=True)
    if call.json:
        emit({"email": kept.email if kept else None})
    else:
        tell(f"Signed out {kept.email}." if kept else "Nobody was signed in.")


def _sign_in(call: Call, likely: str) -> tuple[Context, ManagerRecord]:
    """Sign in with the e-mail and the password named, asking for what is missing at a terminal."""
    call.need_site()
    asked = sys.stdin.isatty()
    if not call.email and not asked:
        raise Forbidden("manager.login", "Nobody is signed in. Use `smartplus login`, or --as EMAIL.")
    email = call.email or str(click.prompt("E-mail", default=likely or None, err=True))
    if not call.password_file and not asked:
        raise Forbidden("manager.login", f"The password of {email} is missing. Name a file with --password-file.")
    password = read_password_file(call.password_file) if call.password_file else read_secret(f"Password of {email}")
    return call.engine.sign_in.login(email, password, Via.COMMAND)


def _read(path: Path) -> Kept | None:
    """The kept session, None where there is none that can be read."""
    try:
        with path.open(encoding="utf-8") as source:
            found = json.loads(source.read(_LONGEST))
        return Kept(str(found["email"]), str(found["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, kept: Kept) -> None:
    """Replace the session file, with 0600 from the first byte on."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as target:
        json.dump({"email": kept.email, "token": kept.token}, target)
    os.replace(temporary, path)
