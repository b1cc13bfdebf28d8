"""The application at a real terminal where a login is kept: its first page is read while the rest is loaded."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import shutil
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from smartplus_tui.head_start import HeadStart
from tests.cli.conftest import EMAIL, Smartplus
from tests.cli.test_cli_terminal import _read

pytestmark = pytest.mark.feature("ACC-07")
WITHIN = 60.0


class Terminal:
    """The application as somebody at a terminal sees it."""

    def __init__(self, process: int, terminal: int) -> None:
        self._process, self._terminal = process, terminal
        self.drawn = ""

    def until(self, wanted: str) -> None:
        """Wait until a text has been drawn."""
        deadline = time.monotonic() + WITHIN
        while wanted not in self.drawn:
            assert time.monotonic() < deadline, f"{wanted} was not drawn: {self.drawn[-2000:]!r}"
            new = _read(self._terminal)
            assert new is not None, f"it ended: {self.drawn[-2000:]!r}"
            self.drawn += new

    def press(self, keys: str) -> None:
        """Press keys, one after the other, as fast as a terminal sends them."""
        os.write(self._terminal, keys.encode())

    def ended(self) -> int:
        """Its exit code."""
        while _read(self._terminal) is not None:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])


@contextmanager
def opened(smartplus: Smartplus, *words: str) -> Iterator[Terminal]:
    process, terminal = pty.fork()
    if process == 0:
        environment = {**os.environ, "SMARTPLUS_SITE": str(smartplus.site), "TERM": "xterm-256color"}
        os.execve(sys.executable, [sys.executable, "-m", "smartplus_tui", *words], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    try:
        yield Terminal(process, terminal)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(process, 0)
        os.close(terminal)


def test_keys_pressed_before_the_engine_has_started_lead_where_they_should(smartplus):
    with opened(smartplus, "--as", EMAIL) as terminal:
        terminal.until("2 buildings")
        terminal.press("gr")
        terminal.until("Kowalska")
        terminal.press("\x11")
        assert terminal.ended() == 0


def test_a_login_that_is_over_leads_to_the_login(smartplus):
    kept = smartplus.site / "session"
    shutil.copy(kept, smartplus.site.parent / "session")
    smartplus.done("logout")
    shutil.copy(smartplus.site.parent / "session", kept)
    with opened(smartplus, "--as", EMAIL) as terminal:
        terminal.until("The last sign-in is over.")
        assert "2 buildings" not in terminal.drawn
        terminal.press("\x11")
        assert terminal.ended() == 0


def test_another_account_does_not_come_in_by_a_kept_login(smartplus):
    with opened(smartplus, "--as", "marco@example.com") as terminal:
        terminal.until("The last sign-in is over.")
        assert "2 buildings" not in terminal.drawn


def test_what_is_read_is_what_the_engine_answers(smartplus):
    head = HeadStart(smartplus.site, EMAIL)
    place, figures = head.place(), head.figures()
    head.close()
    assert place is not None
    assert figures is not None
    assert (place.manager.email, place.community.name) == (EMAIL, "Park")
    assert (figures.dashboard.figures.buildings, figures.dashboard.figures.masters) == (2, 2)
    assert figures.summary.community == "Park"


def test_a_reader_that_dies_answers_nothing(smartplus):
    head = HeadStart(smartplus.site, EMAIL)
    os.kill(head._child, signal.SIGKILL)
    assert head.place() is None
    assert head.figures() is None
    head.close()


def test_a_site_whose_schema_is_behind_is_left_to_whoever_brings_it_up(smartplus):
    import sqlite3

    with contextlib.closing(sqlite3.connect(smartplus.site / "smartplus.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    head = HeadStart(smartplus.site, EMAIL)
    assert head.place() is None
    head.close()
