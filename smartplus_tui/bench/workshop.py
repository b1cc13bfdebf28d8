"""What benchmarks share in one run: a place on disk, the sites that are built once, child processes."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.engine import Engine
from smartplus_tui.demo.stage import Stage, staged, until

if TYPE_CHECKING:
    from backend.domain.context import Context

INSTALLER = "installer@bench.example"
LONGEST = 900.0
"""Seconds that a child process takes at most."""


class Workshop:
    """A temporary directory with whatever was built in it; closes and clears up as a context manager."""

    def __init__(self, *, small: bool) -> None:
        self.small = small
        self._stack = ExitStack()
        self._stage: Stage | None = None
        self._sites: dict[int, tuple[Engine, Context]] = {}

    def __enter__(self) -> Workshop:
        self.place = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="smartplus-bench-")))
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def pick(self, small: int, full: int) -> int:
        """A size: that of a small run or that of a full one."""
        return small if self.small else full

    def stage(self) -> Stage:
        """The demo community with a living agent, every door filled."""
        if self._stage is None:
            stage = self._stack.enter_context(staged(self.place / "demo"))
            stage.build()
            stage.start_agent()
            until(stage.agent_lives, lambda: "the agent gave no sign")
            until(lambda: _filled(stage), lambda: "the doors were not filled")
            self._stage = stage
        return self._stage

    def logs(self, rows: int) -> tuple[Engine, Context]:
        """The started engine of a site with so many door log lines, and an installer of it."""
        if rows not in self._sites:
            root = self.place / f"logs-{rows}"
            engine, context = new_site(root)
            engine.close()
            child("door-logs", str(root), str(rows))
            engine.start()
            self._stack.callback(engine.close)
            self._sites[rows] = engine, context
        return self._sites[rows]

    def on_new_site(self, part: str, *figures: int) -> Any:
        """What a part of the backend's benchmarks answers that fills a fresh site first; it logs in by itself."""
        root = self.place / part
        engine, password = made_site(root)
        engine.close()
        return child(part, str(root), *map(str, figures), told=f"{password}\n")


def made_site(root: Path) -> tuple[Engine, str]:
    """A fresh site without any record, its engine started, and the password of `INSTALLER`."""
    password = secrets.token_urlsafe(18)
    engine = Engine.create(
        root,
        community="Bench Court",
        timezone="Europe/Warsaw",
        admin_email=INSTALLER,
        admin_name="Ines Moreau",
        password=password,
        key_file=True,
    )
    return engine, password


def new_site(root: Path) -> tuple[Engine, Context]:
    """A fresh site without any record, its engine started, and its installer."""
    from backend.domain.enums import Via

    engine, password = made_site(root)
    return engine, engine.sign_in.login(INSTALLER, password, Via.APP, agree=True)[0]


def child(*arguments: str, told: str = "") -> Any:
    """Run a part of the backend's benchmarks in a process of its own, which reads `told`.

    Answers the JSON value that it prints; raises RuntimeError with its last words when it failed.
    """
    command = [sys.executable, "-m", "backend.bench", *arguments]
    done = subprocess.run(  # noqa: S603 - ours
        command, input=told, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{arguments[0]} failed: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)


@contextmanager
def beside(*arguments: str) -> Iterator[None]:
    """Have a part of the backend's benchmarks run in a process of its own, from its first line of output on."""
    command = [sys.executable, "-m", "backend.bench", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        try:
            if not process.stdout.readline():
                raise RuntimeError(f"{arguments[0]} did not start")
            yield
        finally:
            process.kill()


class BareDoor:
    """A bare client of one device in a process of its own; a context manager."""

    def __init__(self, site: Path, device_id: int, *, gaps: bool = False) -> None:
        command = [sys.executable, "-m", "backend.bench", "bare-door", str(site), str(device_id)]
        command += ["--gaps"] if gaps else []
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603

    def __enter__(self) -> BareDoor:
        self._answer()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.communicate(timeout=LONGEST)

    def run(self, act: str) -> tuple[float, float]:
        """Do "add", "find", "open" or "revoke": when it began, in seconds since the epoch, and its milliseconds."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{act}\n")
        self._process.stdin.flush()
        found = json.loads(self._answer())
        return float(found["began"]), float(found["ms"])

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the bare client ended")
        return line


def _filled(stage: Stage) -> bool:
    from backend.domain.enums import SyncState

    return all(sync.state is SyncState.IN_SYNC for _, _, sync in stage.engine.sync.devices(stage.context))
