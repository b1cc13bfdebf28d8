"""One agent per site: the lock, a holder that hangs, and a number that another process has by now."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.agent.lock import HUNG_AFTER, SiteLock, born

pytestmark = pytest.mark.feature("AGT-06")
HOLD = """
import sys, time
from pathlib import Path
from backend.agent.lock import SiteLock
lock = SiteLock(Path(sys.argv[1]))
assert lock.acquire(lambda: None)
print("held", flush=True)
time.sleep(600)
"""
SILENT = HUNG_AFTER + 10


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The lock file."""
    return tmp_path / "agent.lock"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock and does nothing else."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def aged(path: Path, seconds: float = SILENT) -> None:
    """Have the lock been taken so long ago."""
    at = time.time() - seconds
    os.utime(path, (at, at))


def test_a_living_holder_keeps_the_lock(path: Path, holder: subprocess.Popen[str]) -> None:
    aged(path)
    assert not SiteLock(path).acquire(lambda: 2.0)
    assert holder.poll() is None


def test_a_holder_that_has_just_begun_may_be_silent(path: Path, holder: subprocess.Popen[str]) -> None:
    assert not SiteLock(path).acquire(lambda: None)
    assert not SiteLock(path).acquire(lambda: SILENT)
    assert holder.poll() is None


@pytest.mark.parametrize("age", [SILENT, None])
def test_a_hung_holder_is_killed_and_replaced(path: Path, holder: subprocess.Popen[str], age: float | None) -> None:
    aged(path)
    lock = SiteLock(path)
    assert lock.acquire(lambda: age)
    assert holder.wait(timeout=10) == -9
    assert json.loads(path.read_text())["pid"] == os.getpid()
    assert not SiteLock(path).acquire(lambda: 0.0)
    lock.release()


def test_a_stopped_holder_is_replaced_too(path: Path, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(19)
    aged(path)
    lock = SiteLock(path)
    assert lock.acquire(lambda: SILENT)
    lock.release()


def test_a_process_that_has_the_number_of_a_holder_by_now_is_left_alone(
    path: Path, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        path.write_text(json.dumps({"pid": bystander.pid, "born": born(holder.pid) + "0"}))
        aged(path)
        monkeypatch.setattr("backend.agent.lock.GIVE_WAY_WITHIN", 0.2)
        assert not SiteLock(path).acquire(lambda: SILENT)
        assert bystander.poll() is None
        assert holder.poll() is None
    finally:
        bystander.kill()
        bystander.communicate()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x", "born": "1"}', '{"born": "1"}'])
def test_a_spoilt_lock_file_kills_nobody(
    path: Path, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path.write_text(text)
    aged(path)
    monkeypatch.setattr("backend.agent.lock.GIVE_WAY_WITHIN", 0.2)
    assert not SiteLock(path).acquire(lambda: SILENT)
    assert holder.poll() is None


def test_the_lock_of_a_dead_holder_is_free(path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    lock = SiteLock(path)
    assert lock.acquire(lambda: 0.0)
    lock.release()
    assert SiteLock(path).acquire(lambda: 0.0)
