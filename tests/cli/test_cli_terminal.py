"""The command line at a real terminal: questions, secrets without echo, tables that fit."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

import pytest

from tests.cli.conftest import EMAIL, PASSWORD, PIN, Smartplus

WITHIN = 60.0


def at_terminal(
    smartplus: Smartplus, *words: str, answers: dict[str, str] | None = None, columns: int = 80
) -> tuple[int, str]:
    """Run a command at a terminal and answer its questions, by their first words; its code and all that was drawn."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {**os.environ, "SMARTPLUS_SITE": str(smartplus.site), "TERM": "xterm", "NO_COLOR": "1"}
    for name in ("COLUMNS", "LINES"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "smartplus_tui", *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    drawn, waiting, deadline = "", dict(answers or {}), time.monotonic() + WITHIN
    try:
        while time.monotonic() < deadline and (new := _read(ours)) is not None:
            drawn += new
            for question in [question for question in waiting if question in drawn]:
                os.write(ours, f"{waiting.pop(question)}\n".encode())
        return process.wait(timeout=WITHIN), re.sub(r"\x1b\[[0-9;]*m", "", drawn)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read(terminal: int) -> str | None:
    """What is drawn next, "" after a moment without anything, None when the command has let go of the terminal."""
    if not select.select([terminal], [], [], 0.1)[0]:
        return ""
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:
        return None


@pytest.mark.feature("ACC-01")
def test_a_password_is_asked_for_without_echo(smartplus):
    smartplus.done("logout")
    asked = {"E-mail": EMAIL, f"Password of {EMAIL}": PASSWORD}
    code, drawn = at_terminal(smartplus, "building", "list", answers=asked)
    assert code == 0, drawn
    assert "Building" in drawn
    assert PASSWORD not in drawn


@pytest.mark.feature("RES-01")
def test_a_pin_is_asked_for_without_echo(smartplus):
    new = ("resident", "add", "--apartment", "A 1002", "--first", "Ida", "--last", "May", "--pin", "-")
    code, drawn = at_terminal(smartplus, *new, answers={"PIN": "5566"})
    assert code == 0, drawn
    assert "Added family master: May, Ida" in drawn
    assert "5566" not in drawn


def test_a_list_fits_the_terminal(smartplus):
    code, narrow = at_terminal(smartplus, "resident", "list", columns=60)
    assert code == 0
    assert max(map(len, narrow.splitlines())) <= 60
    assert "Kowalska, Anna" in narrow
    assert "anna@example.com" not in narrow
    assert "anna@example.com" in at_terminal(smartplus, "resident", "list", columns=200)[1]
    assert PIN not in narrow


@pytest.mark.feature("OPS-01")
def test_init_asks_for_what_is_missing(tmp_path):
    answers = {
        "Name of the community": "Rosewood",
        "Time zone": "Europe/Paris",
        "E-mail of the first installer": EMAIL,
        "Name of the first installer": "Ines",
        "Password": PASSWORD,
        "Repeat": PASSWORD,
    }
    smartplus = Smartplus(tmp_path / "site")
    code, drawn = at_terminal(smartplus, "init", "--key-file", answers=answers)
    assert code == 0, drawn
    assert "Made the site of Rosewood" in drawn
    assert PASSWORD not in drawn
    who = ("--as", EMAIL, "--password-file", "-")
    assert smartplus("login", "--agree", *who, typed=f"{PASSWORD}\n").code == 0
    shown = smartplus("community", "show", "--json", *who, typed=f"{PASSWORD}\n").json
    assert (shown["name"], shown["timezone"]) == ("Rosewood", "Europe/Paris")
