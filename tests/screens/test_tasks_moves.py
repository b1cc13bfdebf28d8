"""Task 19 by keys alone: one family out, the next one in, now and dated ahead (feature RES-16)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.domain.enums import MoveState
from backend.domain.paging import ListQuery
from smartplus_tui.demo.build import Demo
from tests.screens.test_tasks import Begin, begin, demo
from tests.support.keys import Keys

__all__ = ["begin", "demo"]

pytestmark = pytest.mark.timeout(180)

GOAL = 13
HOME = "1203"


def apartment_id(demo: Demo, number: str) -> int:
    """An apartment by its number."""
    query = ListQuery(filter=demo.engine.parse_filter("apartment", demo.context, f"number:{number}"))
    return demo.engine.list("apartment", demo.context, query).first(1)[0].id


async def fill(keys: Keys, pin: str, card: str, *, at: str = "") -> None:
    """From the Dashboard to the form, the data, and the save; `at` costs one more Tab."""
    await keys.press("ctrl+p")
    await keys.type(HOME)
    await keys.press("enter", "m")
    await keys.until_page("MoveForm")
    await keys.type("Ewa")
    await keys.press("tab")
    await keys.type("Nowakowska")
    await keys.press("tab")
    await keys.type("ewa.n@example.com")
    await keys.press("tab")
    await keys.type(pin)
    await keys.press("tab")
    await keys.type(card)
    if at:
        await keys.press("tab")
        await keys.type(at)
    await keys.press("f2")


@pytest.mark.feature("RES-16")
@pytest.mark.edge("36")
async def test_19_move_one_family_out_and_the_next_in(demo: Demo, begin: Begin) -> None:
    home = apartment_id(demo, HOME)
    before = demo.engine.apartments.get(demo.context, home)
    left = [one for one, _, _ in before.residents]
    assert left
    async with begin() as keys:
        await fill(keys, "73519", "5C6D7E8F")
        await keys.until_text(f"Type {HOME} to go on")
        await keys.press(*HOME, "f2")
        pressed = keys.pressed
        await keys.until(lambda: any(one.state is MoveState.DONE for one in demo.engine.moves.of(demo.context, home)))
        done = next(one for one in demo.engine.moves.of(demo.context, home) if one.state is MoveState.DONE)
        after = demo.engine.apartments.get(demo.context, home)
        assert [name for _, name, _ in after.residents] == ["Nowakowska, Ewa"]
        assert (after.account_status, after.expires_at) == (before.account_status, before.expires_at)
        proof = demo.engine.sync.revoked
        await keys.until(lambda: all(line.absent_at for one in left for line in proof(demo.context, one)), within=60)
        demo.engine.undo.undo(demo.context.again(), done.operation or 0)
        await keys.until(
            lambda: [one for one, _, _ in demo.engine.apartments.get(demo.context, home).residents] == left
        )
    assert pressed == GOAL


@pytest.mark.feature("RES-16")
async def test_19_dated_ahead_it_waits_and_is_cancelled_on_the_page(demo: Demo, begin: Begin) -> None:
    home = apartment_id(demo, HOME)
    left = demo.engine.apartments.get(demo.context, home).residents
    day = (demo.engine.clock() + timedelta(days=20)).date().isoformat()
    async with begin() as keys:
        await fill(keys, "73528", "6C7D8E9F", at=f"{day} 12:00")
        await keys.until_text(f"Type {HOME} to go on")
        await keys.press(*HOME, "f2")
        assert keys.pressed == GOAL + 1
        await keys.until(lambda: demo.engine.moves.planned(demo.context) != ())
        await keys.until_text("Ewa Nowakowska in")
        assert f"{day} 12:00" in keys.text()
        assert demo.engine.apartments.get(demo.context, home).residents == left
        await keys.press("C")
        await keys.until_text("Cancel the move in")
        await keys.press("y")
        await keys.until(lambda: demo.engine.moves.planned(demo.context) == ())
