"""The rules are read once for all doors, and anew as soon as one of them has changed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from backend.domain.access.prepared import Prepared
from backend.domain.errors import NotFound
from backend.store.store import Store
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world


@pytest.fixture
async def town(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """Two doors of one community."""
    async with small_world(store, manager_context, {"Gate": "E18C", "Yard": "A08S"}) as made:
        yield made


def read(world: World, community_id: int = 0) -> Prepared:
    with world.store.read() as connection:
        return world.rules.read(connection, community_id or world.context.community_id)


@pytest.mark.feature("SYNC-01")
async def test_rules_are_read_again_when_one_has_changed(town: World) -> None:
    first = read(town)
    assert read(town) is first
    with town.store.books(town.agent) as work:
        work.touch("sync")
    assert read(town) is first, "the agent's books are no rules"
    saved = town.add("Anna", "2741")
    second = read(town)
    assert second is not first
    assert saved.id in second.rules.holders
    town.residents.delete(town.context.again(), (saved.id,))
    assert not read(town).rules.holders[saved.id].active


async def test_communities_have_rules_of_their_own(town: World, manager_context: ManagerContext) -> None:
    other = manager_context().community_id
    town.add("Anna", "2741")
    assert read(town, other) is read(town, other)
    assert not read(town, other).rules.holders
    assert read(town).rules.holders
    with pytest.raises(NotFound):
        read(town, 999)


@pytest.mark.feature("SYNC-01")
async def test_doors_that_share_a_book_hold_what_the_rules_say(town: World) -> None:
    saved = town.add("Anna", "2741")
    for name in ("Gate", "Yard"):
        await town.reconciler(name).run()
        assert not town.door(name).press_pin("2741").refused
    town.residents.delete(town.context.again(), (saved.id,))
    for name in ("Gate", "Yard"):
        await town.reconciler(name).run()
        assert town.door(name).press_pin("2741").refused
