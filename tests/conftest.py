"""Fixtures for every test: a clock, a fresh site, its store, managers to act as, and guards over the network.

    def test_something(store, manager_context, clock):
        context = manager_context(Role.INSTALLER)          # a manager in a community of their own
        with store.write(context, "building.add") as work: ...
        clock.advance(minutes=5)

`site` is the directory alone, for tests that open it themselves; rows to build on are in tests/support/rows.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.services import passwords
from backend.store.opening import create_site, open_site
from backend.store.site import Site
from backend.store.store import Store
from tests.support import guards, idle, lighter
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext, manager_contexts

REAL_COST = dict(passwords.COST)
"""What a password hash costs outside the tests."""


@pytest.fixture(scope="session", autouse=True)
def machine_guard() -> Iterator[None]:
    """No socket connects inside a transaction or beyond this machine, and nobody's keyring is written to.

    Passwords are hashed cheaply: a hash says itself how it was made.
    """
    with pytest.MonkeyPatch.context() as patch:
        guards.install(patch)
        idle.install(patch)
        lighter.install(patch)
        patch.setitem(passwords.COST, "time_cost", 1)
        patch.setitem(passwords.COST, "memory_cost", 64)
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        patch.delenv("CREDENTIALS_DIRECTORY", raising=False)
        yield


@pytest.fixture(scope="session")
def template_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty site, made once in each test process; copied for each test, never opened."""
    root = tmp_path_factory.mktemp("template") / "site"
    create_site(root, key_file=True, clock=FakeClock()).close()
    return root


@pytest.fixture
def clock() -> FakeClock:
    """A clock at Monday 2026-03-02 09:00 UTC that only the test moves."""
    return FakeClock()


@pytest.fixture
def site(template_site: Path, tmp_path: Path) -> Site:
    """A fresh site directory with its key in a file; nothing has it open."""
    return Site(Path(shutil.copytree(template_site, tmp_path / "site")))


@pytest.fixture
def store(site: Site, clock: FakeClock) -> Iterator[Store]:
    """The opened store of a fresh site on the fake clock."""
    opened = open_site(site.root, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def manager_context(store: Store) -> ManagerContext:
    """Makes managers and answers their contexts: `manager_context(Role.VIEWER, community_id=...)`."""
    return manager_contexts(store)
