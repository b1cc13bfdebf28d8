"""The agent's log says where something broke, and no code that stood there (feature OPS-07)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from backend.agent import logs, process
from backend.store.site import Site

SECRET = "2741-9F8E7D6C"


def broken() -> None:
    """Breaks while it holds a code."""
    pin = SECRET
    raise RuntimeError(f"no room for {pin}")


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Path]:
    """A log that is set up, and what the process logged to before put back after it."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    logs.set_up(tmp_path / "logs", "agent")
    yield tmp_path / "logs" / "agent.log"
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = before, level
    structlog.reset_defaults()


@pytest.mark.feature("OPS-07")
def test_what_broke_in_a_worker_stands_in_the_log_without_its_values(logged: Path) -> None:
    try:
        broken()
    except RuntimeError as error:
        structlog.get_logger().error("worker broke", device=1, exc_info=error)
        logging.getLogger("else").exception("something else broke")
    text = logged.read_text()
    assert text.count("in broken") == 2
    assert SECRET not in text


@pytest.mark.feature("OPS-07")
def test_an_agent_that_breaks_ends_with_a_sentence(
    site: Site, logged: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def serve(*_: object, **__: object) -> None:
        broken()

    root = site.root
    monkeypatch.setattr(process, "_serve", serve)
    assert process.run_agent(root) == 1
    said = capfd.readouterr()
    assert said.out.startswith("Something unexpected went wrong (RuntimeError in tests/agent/test_logs.py")
    assert "Traceback" not in said.err
    texts = [path.read_text() for path in (root / "logs").iterdir()]
    assert len(texts) >= 2
    assert not [text for text in texts if SECRET in text]
