"""`smartplus password` and `smartplus agreement`: one's own account (features ACC-04, ACC-05)."""

from __future__ import annotations

import sys

import click

from backend.domain.agreements import TEXTS
from backend.domain.enums import Via
from smartplus_tui.cli.call import Call, pass_call
from smartplus_tui.cli.options import Group
from smartplus_tui.cli.output import emit, say, tell
from smartplus_tui.cli.policies import lines_of_text, read_texts
from smartplus_tui.cli.secret_input import SecretParameter, read_secret
from smartplus_tui.cli.signing_in import code_option, keep_session, kept_session, prove
from smartplus_tui.cli.writes import confirm

password = Group("password", help="The password of one's own account.")
agreement = Group("agreement", help="Privacy Policy and Terms of Service.")


@password.command()
@pass_call
def change(call: Call) -> None:
    """Change the password; every other session of the account ends.

    The old password and the new one are asked for, or read as two lines of standard input.
    """
    context = call.act()
    email = call.engine.account.me(context).email
    kept = kept_session(call.engine)
    current = read_secret("Old password")
    context = call.engine.account.change_password(context, current, read_secret("New password", confirm=True))
    if kept is not None and kept.email == email:
        keep_session(call, context, email)
    if call.json:
        emit({"id": context.actor_id, "email": email})
    else:
        tell(f"Changed the password of {email}. Every other session has ended.")


@password.command()
@click.argument("email")
@click.option("--code", type=SecretParameter(), help="The mailed code: - reads it and then the new password.")
@pass_call
def reset(call: Call, email: str, code: str | None) -> None:
    """Replace a forgotten password: a code is mailed, then asked for with the new password.

    Where nobody can be asked, run it a second time with --code -. Without a mail server an installer finds the code in
    the Outbox.
    """
    call.need_site()
    if code is None:
        say(call.engine.forgotten.ask(email, Via.COMMAND))
        if not sys.stdin.isatty():
            say("Then run this again with --code -.")
            return
    typed = read_secret("Code")
    call.engine.forgotten.reset(email, typed, read_secret("New password", confirm=True), Via.COMMAND)
    if call.json:
        emit({"email": email.lower()})
    else:
        tell(f"The password of {email.lower()} is a new one. Next: smartplus login --as {email.lower()}")


@agreement.command()
@pass_call
def show(call: Call) -> None:
    """Show both texts in their present versions, and when whoever is signed in agreed to them."""
    when = {}
    if (call.site / "smartplus.db").is_file() and (call.email or kept_session(call.engine) is not None):
        when = {one.text.document: one.agreed_at for one in call.engine.account.agreements(call.context)}
    if call.json:
        emit(
            {
                "items": [
                    {
                        "document": text.document,
                        "version": text.version,
                        "title": text.title,
                        "agreed_at": when.get(text.document),
                        "sections": [{"heading": heading, "text": words} for heading, words in text.sections],
                    }
                    for text in TEXTS
                ],
                "total": len(TEXTS),
            },
            call.formats if when else None,
        )
        return
    for text in TEXTS:
        for line in lines_of_text(text):
            tell(line)
        if agreed := when.get(text.document):
            tell(f"Agreed to on {call.formats.moment(agreed)}.")
            tell("")


@agreement.command(params=[code_option()])
@pass_call
def agree(call: Call, code: str | None) -> None:
    """Agree to both texts; the account is the one of --as, whose password is wanted."""
    proof = prove(call, "", code=code)
    read_texts(proof.unread)
    if proof.unread:
        confirm(call, "Do you agree to the Privacy Policy and the Terms of Service?")
        call.engine.sign_in.agree(proof)
    if call.json:
        emit({"email": proof.email, "agreed": [f"{text.document.value} {text.version}" for text in proof.unread]})
    else:
        tell("Agreed." if proof.unread else "There is nothing new to agree to.")
