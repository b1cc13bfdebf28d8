"""The park, copied for each test from a site that was made once."""

from __future__ import annotations

import copy
import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.enums import Role
from backend.store.opening import open_site
from backend.store.site import Site
from tests.services.people.park import Park, make_park
from tests.support.clock import FakeClock
from tests.support.rows import manager_contexts

_OPENED = {"store", "clock"}


@pytest.fixture(scope="session")
def park_template(template_site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Park]:
    """A closed site with the park in it, and the park as it was made."""
    root = Path(shutil.copytree(template_site, tmp_path_factory.mktemp("park") / "site"))
    clock = FakeClock()
    store = open_site(root, clock=clock)
    made = make_park(store, clock, manager_contexts(store)(Role.INSTALLER, name="Ines"))
    store.close()
    return root, made


@pytest.fixture
def site(park_template: tuple[Path, Park], tmp_path: Path) -> Site:
    """A copy of the site with the park in it; nothing has it open."""
    return Site(Path(shutil.copytree(park_template[0], tmp_path / "site")))


@pytest.fixture
def park(site: Site, park_template: tuple[Path, Park], clock: FakeClock) -> Iterator[Park]:
    """A community with a gate, a lobby, three apartments and an installer who acts."""
    store = open_site(site.root, clock=clock)
    made = park_template[1]
    rest = {one.name: getattr(made, one.name) for one in dataclasses.fields(made) if one.name not in _OPENED}
    yield Park(store, clock, **copy.deepcopy(rest))
    store.close()
