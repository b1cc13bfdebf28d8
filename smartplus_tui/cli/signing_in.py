"""Who acts: a session kept by `login`, or e-mail and password (features ACC-01, ACC-03, ACC-04, ACC-07)."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from backend.domain.enums import Via
from backend.domain.errors import Forbidden, Invalid
from smartplus_tui.cli.call import SESSION, Call, pass_call
from smartplus_tui.cli.options import Command
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.policies import read_texts
from smartplus_tui.cli.secret_input import SecretParameter, read_password_file, read_secret

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.signing_in import Entered, Proof
    from backend.engine import Engine


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is kept."""

    email: str
    token: str = field(repr=False)


def code_option() -> click.Option:
    """`--code -`: the mailed code, read from standard input."""
    return click.Option(["--code"], type=SecretParameter(), help="The mailed code: - reads it, after the password.")


def actor(call: Call) -> Context:
    """Who acts: the kept session unless another account or a password is named, else e-mail and password.

    Raises Forbidden, also where nobody could be asked.
    """
    call.need_site()
    kept = kept_session(call.engine)
    if kept is not None and not call.password_file and call.email.lower() in ("", kept.email):
        try:
            return call.engine.sessions.resume(kept.token, Via.COMMAND)
        except Forbidden:
            if not sys.stdin.isatty():
                raise
            say("The last sign-in is over.")
    return _enter(call, prove(call, kept.email if kept else "")).context


@click.command(cls=Command, params=[code_option()])
@click.option("--agree", is_flag=True, help="Agree to the Privacy Policy and the Terms of Service.")
@pass_call
def login(call: Call, code: str | None, agree: bool) -> None:
    """Stay signed in for 12 hours.

    The session is kept in the site's directory, sealed with the site's key. An account with two-factor is mailed a
    code; where nobody can be asked, run it again with --code -. `smartplus logout` ends the session.
    """
    proof = prove(call, "", code=code)
    if agree and proof.unread:
        proof = call.engine.sign_in.agree(proof)
    entered = _enter(call, proof)
    keep_session(call, entered.context, entered.manager.email)
    if call.json:
        emit({"id": entered.manager.id, "email": entered.manager.email, "role": entered.manager.role})
    else:
        tell(f"Signed in as {entered.manager.email} for 12 hours.")
    if entered.reminder:
        say("The password is 30 days old or older. Change it: smartplus password change")


@click.command(cls=Command)
@pass_call
def logout(call: Call) -> None:
    """End the session that `login` began."""
    call.need_site()
    kept = kept_session(call.engine)
    if kept is not None:
        try:
            context = call.engine.sessions.resume(kept.token, Via.COMMAND)
            call.engine.sessions.end(context, kept.token)
        except Forbidden:
            say("The sign-in was over already.")
    call.engine.kept.drop(SESSION)
    if call.json:
        emit({"email": kept.email if kept else None})
    else:
        tell(f"Signed out {kept.email}." if kept else "Nobody was signed in.")


def prove(call: Call, likely: str, *, email: str = "", code: str | None = None) -> Proof:
    """Who signs in, by password and where it is wanted by code, asking for what is missing at a terminal.

    `email` names another account than --as does; its password is asked for in any case.
    """
    call.need_site()
    asked = sys.stdin.isatty()
    wanted = email or call.email
    if not wanted and not asked:
        raise Forbidden("manager.login", "Nobody is signed in. Use `smartplus login`, or --as EMAIL.")
    wanted = wanted or str(click.prompt("E-mail", default=likely or None, err=True))
    if email or not call.password_file:
        if not asked and not email:
            raise Forbidden("manager.login", f"The password of {wanted} is missing. Name a file with --password-file.")
        password = read_secret(f"Password of {wanted}")
    else:
        password = read_password_file(call.password_file)
    proof = call.engine.sign_in.prove(wanted, password, Via.COMMAND)
    return _prove_code(call, proof, code) if proof.wants_code else proof


def kept_session(engine: Engine) -> Session | None:
    """The session that `login` kept; None where there is none that can be read."""
    found = engine.kept.get(SESSION)
    return Session(found["email"], found["token"]) if {"email", "token"} <= found.keys() else None


def keep_session(call: Call, context: Context, email: str) -> None:
    """Keep a new session of this sign-in."""
    call.engine.kept.put(SESSION, {"email": email, "token": call.engine.sessions.make(context)})


def _prove_code(call: Call, proof: Proof, code: str | None) -> Proof:
    """The proof with its code; without one at hand it is mailed, and asked for where somebody can be asked."""
    sign_in = call.engine.sign_in
    if code is not None:
        return sign_in.prove_code(proof, read_secret("Code"))
    sent = sign_in.obtain_code(proof)
    if not sys.stdin.isatty():
        raise Forbidden("manager.login", f"{sent.sentence} Then run this again with --code -.")
    say(sent.sentence)
    while True:
        try:
            return sign_in.prove_code(proof, str(click.prompt("Code", err=True)))
        except Invalid as error:
            say(str(error))


def _enter(call: Call, proof: Proof) -> Entered:
    """Come in; whoever has not agreed to the texts reads them first, or is told how."""
    if proof.unread and sys.stdin.isatty():
        read_texts(proof.unread)
        if not click.confirm("Do you agree to the Privacy Policy and the Terms of Service?", err=True):
            call.engine.sign_in.decline(proof)
            raise Forbidden("manager.login", "Without it nobody comes in.")
        proof = call.engine.sign_in.agree(proof)
    elif proof.unread:
        raise Forbidden(
            "manager.login",
            "This account has not agreed to the present policies. Read them with `smartplus agreement show`, then "
            "use `smartplus login --agree`.",
        )
    return call.engine.sign_in.enter(proof)
