"""The park, copied for each test, and the app on it without an agent."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.domain.context import Context
from backend.engine import Engine
from smartplus_tui.app import SmartPlusApp
from tests.support.clock import FakeClock
from tests.support.park_site import make_park, open_park

MakeApp = Callable[..., SmartPlusApp]


@pytest.fixture(scope="session")
def park_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The park, made once in each test process."""
    root = tmp_path_factory.mktemp("park") / "site"
    make_park(root, FakeClock())
    return root


@pytest.fixture
def park(park_template: Path, tmp_path: Path, clock: FakeClock) -> Iterator[tuple[Engine, Context]]:
    """The started engine of a fresh park."""
    engine, context = open_park(Path(shutil.copytree(park_template, tmp_path / "site")), clock)
    yield engine, context
    engine.close()


@pytest.fixture
def make_app(park: tuple[Engine, Context]) -> MakeApp:
    """Makes the app, logged in, without an agent and with a top bar that only changes tell."""

    def make(**options: object) -> SmartPlusApp:
        values = {"context": park[1], "keep_agent": False, "summary_every": 3600.0, **options}
        return SmartPlusApp(park[0], **values)  # type: ignore[arg-type]

    return make
