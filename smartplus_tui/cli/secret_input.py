"""Secrets come in without echo, through a pipe or from a file; never as an argument, never from the environment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

LONGEST = 1024


class SecretParameter(click.ParamType[str]):
    """The value of an option for a secret: "-" to be asked for it, "" to take it away; the secret itself is refused."""

    name = "-"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take "-" and ""; refuse anything else without repeating it."""
        if value not in ("-", ""):
            option = param.opts[0] if param else "the option"
            self.fail(f"A secret does not belong in an argument. Write {option} - and type it, or pipe it in.")
        return str(value)


def read_secret(what: str, *, confirm: bool = False) -> str:
    """A secret typed without echo, else the next line of standard input.

    `confirm` asks twice. Raises click.UsageError where standard input has ended or the line is too long.
    """
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True, err=True, confirmation_prompt=confirm))
    return _first_line(sys.stdin.readline(LONGEST + 1), f"{what}: standard input has no line for it.")


def read_password_file(path: str) -> str:
    """The first line of a file, or of standard input for "-"; raises click.UsageError."""
    if path == "-":
        return read_secret("Password")
    try:
        with Path(path).open(encoding="utf-8") as source:
            line = source.readline(LONGEST + 1)
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(f"The password file {path} cannot be read.") from None
    return _first_line(line, f"The password file {path} is empty.")


def _first_line(line: str, missing: str) -> str:
    secret = line.rstrip("\r\n")
    if not secret:
        raise click.UsageError(missing)
    if len(secret) > LONGEST:
        raise click.UsageError(f"A secret has at most {LONGEST} characters.")
    return secret
