"""What tests of the agent share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from backend.store.store import Store
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world


@pytest.fixture
async def gate(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A community with one gate."""
    async with small_world(store, manager_context, {"Gate": "E18C"}) as made:
        yield made
