"""What accounts are written: codes, and words about their password."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: what it is about, for the Outbox; its subject and its text."""

    purpose: str
    subject: str
    text: str = field(repr=False)


def sign_in_code(name: str, community: str, code: str) -> Letter:
    """The code that two-factor asks for."""
    return Letter(
        "Sign-in code",
        f"Your SmartPlus code for {community}",
        f"Hello {name},\n\nyour code to sign in is {code}. It is good for 5 minutes and for one sign-in.\n\n"
        "If this was not you, somebody knows your password: change it, and tell your installer.\n",
    )


def reset_code(name: str, community: str, code: str) -> Letter:
    """The code with which a forgotten password is replaced."""
    return Letter(
        "Password reset code",
        f"Your SmartPlus password for {community}",
        f"Hello {name},\n\nsomebody asked for a new password of your account. The code is {code}. It is good for "
        "30 minutes and once.\n\nIf this was not you, do nothing: your password stays as it is.\n",
    )


def password_changed(name: str, community: str) -> Letter:
    """What tells that a password is another now."""
    return Letter(
        "Password changed",
        f"Your SmartPlus password for {community} was changed",
        f"Hello {name},\n\nthe password of your account was changed just now, and every other session has ended.\n\n"
        "If this was not you, tell your installer at once.\n",
    )


def first_password(name: str, community: str, email: str, password: str) -> Letter:
    """The welcome of a new account, or of one whose installer gave it a new first password (feature ACC-02)."""
    return Letter(
        "Account information",
        f"Your SmartPlus account for {community}",
        f"Hello {name},\n\nyour installer has given you an account of SmartPlus for {community}.\n\n"
        f"User name: {email}\nPassword:  {password}\n\nSign in, and change the password with your first visit.\n",
    )
