"""The park, copied for each test, and the app on it without an agent."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from backend.domain.context import Context
from backend.domain.enums import Role
from backend.engine import Engine
from smartplus_tui.app import SmartPlusApp
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from tests.support.park_site import context_of, make_park, open_park

MakeApp = Callable[..., SmartPlusApp]
Show = Callable[..., AbstractAsyncContextManager[Keys]]
WIDE, SMALL = (120, 40), (80, 24)


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


@pytest.fixture
def show(make_app: MakeApp) -> Show:
    """Opens the app and presses keys on the Dashboard: `async with show("g", "r", role=Role.VIEWER) as keys`."""

    @asynccontextmanager
    async def run(
        *pressed: str, size: tuple[int, int] = WIDE, role: Role = Role.INSTALLER, **options: object
    ) -> AsyncIterator[Keys]:
        app = make_app(context=context_of(role), **options)
        async with app.run_test(size=size, notifications=True) as pilot:
            keys = Keys(pilot)
            await keys.until_page("DashboardScreen")
            await keys.press(*pressed)
            yield keys

    return run
