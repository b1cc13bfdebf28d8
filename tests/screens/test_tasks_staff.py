"""Tasks 21 and 22 by keys alone: a delivery PIN and a staff member with a card (features VIS-05, VIS-06)."""

from __future__ import annotations

import pytest

from backend.domain.enums import SyncState
from backend.domain.paging import ListQuery
from backend.engine import Engine
from smartplus_tui.demo.build import Demo
from tests.screens.test_tasks import Begin, begin, demo

__all__ = ["begin", "demo"]

pytestmark = pytest.mark.timeout(180)

GOAL = 6


def found(engine: Engine, demo: Demo, record: str, name: str) -> list[int]:
    """The ids of those who are called so."""
    query = ListQuery(engine.parse_filter(record, demo.context, f'name:"{name}"'))
    return [row.id for row in engine.list(record, demo.context, query).first(5)]


@pytest.mark.feature("VIS-05")
async def test_21_delivery_pin(demo: Demo, begin: Begin) -> None:
    engine = demo.engine
    async with begin() as keys:
        await keys.press("g", "v", "2", "n")
        await keys.until_page("DeliveryForm")
        await keys.type("DHL Express")
        await keys.press("tab")
        await keys.type("74682")
        await keys.press("f2")
        pressed = keys.pressed
        await keys.until(lambda: found(engine, demo, "delivery", "DHL Express") != [])
        (person,) = found(engine, demo, "delivery", "DHL Express")
        await keys.until(
            lambda: {door.state for door in engine.deliveries.get(demo.context, person).doors} == {SyncState.IN_SYNC},
            within=60,
        )
        assert engine.deliveries.get(demo.context, person).groups
    engine.deliveries.delete(demo.context.again(), (person,))
    assert pressed == GOAL


@pytest.mark.feature("VIS-06")
async def test_22_staff_member_with_a_card(demo: Demo, begin: Begin) -> None:
    engine = demo.engine
    async with begin() as keys:
        await keys.press("g", "v", "3", "n")
        await keys.until_page("StaffForm")
        await keys.type("Jan Wrona")
        await keys.press("tab")
        await keys.type("5A6B7C8D")
        await keys.press("f2")
        pressed = keys.pressed
        await keys.until(lambda: found(engine, demo, "staff", "Jan Wrona") != [])
        (person,) = found(engine, demo, "staff", "Jan Wrona")
        await keys.until(
            lambda: {door.state for door in engine.staff.get(demo.context, person).doors} == {SyncState.IN_SYNC},
            within=60,
        )
    engine.staff.delete(demo.context.again(), (person,))
    assert pressed == GOAL
