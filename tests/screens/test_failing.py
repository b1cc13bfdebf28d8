"""An error that nobody foresaw is said in words; codes in variables or in its words are shown and kept nowhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.worker import WorkerFailed

from backend import crashes
from tests.screens.conftest import WIDE, MakeApp, Show
from tests.support.keys import Keys

SECRET = "2741-9F8E7D6C"


def broken(*_: object) -> None:
    """Breaks while it holds a code."""
    pin = SECRET
    raise RuntimeError(f"no room for {pin}")


def kept(root: Path) -> list[str]:
    """What was written of errors into a site."""
    return [path.read_text() for path in sorted((root / "logs").glob("crash-*.txt"))]


async def break_undo(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the list of what can be undone break, and wait for what is said."""
    monkeypatch.setattr(keys.app.engine.undo, "candidates", broken)
    await keys.press("u")
    await keys.until_text("Something unexpected went wrong here.")
    assert isinstance(keys.app._exception, WorkerFailed)
    keys.app._exception = None  # else the test fails with it, as it should everywhere else


@pytest.mark.feature("OPS-07")
async def test_what_breaks_beside_a_page_is_told_and_the_application_goes_on(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with show() as keys:
        await break_undo(keys, monkeypatch)
        shown = keys.text()
        assert "RuntimeError in tests/screens/test_failing.py" in shown
        assert "Nothing is half saved" in shown
        assert SECRET not in shown
        (text,) = kept(keys.app.engine.root)
        assert "in broken" in text
        assert SECRET not in text
        await keys.press("escape", "escape", "g", "r")
        await keys.until_page("ResidentsScreen")
        assert keys.app.return_code is None


async def test_whoever_does_not_trust_it_any_more_leaves(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    async with show() as keys:
        await break_undo(keys, monkeypatch)
        await keys.press("q")
        assert keys.app.return_code == 1


@pytest.mark.feature("OPS-07")
async def test_a_page_that_breaks_itself_ends_the_application_in_words(
    make_app: MakeApp, capfd: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    running = asyncio.create_task(app.run_async(headless=True, size=WIDE))
    async with asyncio.timeout(15):
        while not (app.is_running and app.session):  # noqa: ASYNC110 - the application tells nobody
            await asyncio.sleep(0.02)
        app.call_later(broken)
        await running
    said = capfd.readouterr()
    told = " ".join(said.err.split())
    assert "Something unexpected went wrong (RuntimeError in tests/screens/test_failing.py" in told
    assert "Start `smartplus` again to go on." in told
    assert SECRET not in said.out + said.err
    (text,) = kept(app.engine.root)
    assert SECRET not in text
    assert app.return_code == 1


def test_only_the_newest_errors_are_kept(tmp_path: Path) -> None:
    for _ in range(crashes.KEPT + 3):
        try:
            broken()
        except RuntimeError as error:
            last = crashes.keep(tmp_path, error)
    files = sorted((tmp_path / "logs").glob("crash-*.txt"))
    assert len(files) == crashes.KEPT
    assert files[-1] == last
    assert last.stat().st_mode & 0o777 == 0o600
