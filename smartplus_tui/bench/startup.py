"""From the start of the process to the first data of the dashboard, against an empty Textual application."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from smartplus_tui.bench.result import Result, machine, median, rounded
from smartplus_tui.bench.workshop import INSTALLER, Workshop, made_site

GOAL = 2.2
WITHIN = 60.0
BUILDING = "Juniper"
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("Juniper")
Empty().run()
"""


def startup(shop: Workshop) -> Result:
    """By turns: the app on a site with a kept login, and an app with one line of text."""
    root = shop.place / "startup"
    _site(root)
    runs = shop.pick(3, 9)
    ours, theirs = [], []
    for number in range(runs + 1):
        first = _spawn([sys.executable, "-m", "smartplus_tui", "--site", str(root), "--as", INSTALLER], b"1 building")
        empty = _spawn([sys.executable, "-c", EMPTY], BUILDING.encode())
        if number:  # the first start reads everything from the disk
            ours.append(first)
            theirs.append(empty)
    ratio = median(ours) / median(theirs)
    return Result(
        name="startup",
        figure=rounded(median(ours) * 1000),
        unit="ms",
        reference=rounded(median(theirs) * 1000),
        ratio=rounded(ratio),
        goal=f"ratio <= {GOAL}",
        ok=ratio <= GOAL,
        runs=runs,
        machine=machine(),
    )


def _site(root: Path) -> None:
    from backend.domain.enums import Via

    engine, password = made_site(root)
    context, _ = engine.sign_in.login(INSTALLER, password, Via.APP, agree=True)
    engine.buildings.add(context.again(), BUILDING)
    engine.close()
    secret = root / "bench.password"
    secret.write_text(password, encoding="utf-8")
    secret.chmod(0o600)
    command = [sys.executable, "-m", "smartplus_tui", "--site", str(root), "--as", INSTALLER]
    subprocess.run([*command, "--password-file", str(secret), "login", "--agree"], check=True, capture_output=True)  # noqa: S603


def _spawn(command: list[str], wanted: bytes) -> float:
    """Run a command in a terminal of 120x40 until it has drawn `wanted`; answers the seconds."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a warm cache holds what was compiled, on both sides
        os.execv(command[0], command)  # noqa: S606 - our own interpreter
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    try:
        return _drawn(terminal, wanted, began) - began
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def _drawn(terminal: int, wanted: bytes, began: float) -> float:
    seen = b""
    while time.perf_counter() - began < WITHIN:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                break
            if wanted in seen:
                return time.perf_counter()
    raise RuntimeError(f"{wanted.decode()} was not drawn; the last of it: {seen[-400:]!r}")
