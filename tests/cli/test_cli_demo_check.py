"""`smartplus demo --check`: the main job from end to end, and what it leaves behind: nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from smartplus_tui.demo.check import run_check

NAMES = [
    "site and devices up",
    "agent alive",
    "every door filled",
    "resident with a PIN added",
    "accepted by every door",
    "PIN opens a door",
    "line in the door log",
    "door opened by hand",
    "resident deleted",
    "removal proved by read-back",
    "PIN refused at every door",
    "deletion undone",
    "PIN opens every door again",
]
CRASH = ["agent killed while it writes", "nothing lost, nothing twice"]


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory for temporary files with a short name, as a Unix socket's may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="sp-") as name:
        yield Path(name)


def started(place: Path, *options: str) -> subprocess.Popen[str]:
    """The check as a process of its own, with a temporary directory of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "smartplus_tui", "demo", "--check", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(place)},
    )


def left_running(place: Path) -> list[str]:
    """Command lines of processes that name a place."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return [line for line in lines if str(place) in line]


@pytest.mark.timeout(400)
@pytest.mark.feature("OPS-02")
@pytest.mark.feature("AGT-08")
def test_the_main_job_works_from_end_to_end(tmp_path):
    told: list[str] = []
    report = run_check(tmp_path, say=told.append, crash=False)
    assert [(step.name, step.ok, step.detail) for step in report.steps if not step.ok] == []
    assert [step.name for step in report.steps] == NAMES
    assert len(told) == len(NAMES)
    answer = report.as_json()
    assert list(answer) == ["ok", "steps"]
    assert answer["ok"] is True
    assert all(list(step) == ["name", "ok", "ms", "detail"] for step in answer["steps"])
    assert left_running(tmp_path) == []


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.feature("OPS-02")
@pytest.mark.feature("AGT-06")
def test_the_whole_check_survives_the_death_of_its_agent(place):
    check = started(place, "--json")
    out, err = check.communicate(timeout=600)
    report = json.loads(out)
    assert (check.returncode, report["ok"], err) == (0, True, ""), report
    assert [step["name"] for step in report["steps"]] == [*NAMES, *CRASH]
    assert list(place.iterdir()) == []
    assert left_running(place) == []


def test_a_check_interrupted_while_it_builds_leaves_nothing_behind(place):
    check = started(place)
    deadline = time.monotonic() + 60
    while not list(place.glob("*/doors.ready.json")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    end_with(check, signal.SIGINT, place)


@pytest.mark.nightly
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_check_interrupted_beside_its_agent_leaves_nothing_behind(place, number):
    check = started(place)
    assert check.stdout is not None
    for name in NAMES[:2]:
        assert name in check.stdout.readline()
    end_with(check, number, place)


def end_with(check: subprocess.Popen[str], number: int, place: Path) -> None:
    """Send a signal to a check that has processes under way, and see what it leaves."""
    assert left_running(place)
    check.send_signal(number)
    check.communicate(timeout=60)
    assert check.returncode == 128 + number
    assert list(place.iterdir()) == []
    assert left_running(place) == []


def test_a_step_that_fails_ends_the_check(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "smartplus.db").touch()
    report = run_check(tmp_path)
    assert [(step.name, step.ok) for step in report.steps] == [("site and devices up", False)]
    assert "There is a site" in report.steps[0].detail
    assert report.as_json()["ok"] is False
    assert left_running(tmp_path) == []
