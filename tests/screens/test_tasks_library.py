"""Tasks 10, 13 and 14 by keys alone, on the demo community with its virtual doors and a real agent."""

from __future__ import annotations

import pytest

from backend.domain.credentials import CredentialRecord
from backend.domain.enums import CredentialKind
from smartplus_tui.demo import people
from smartplus_tui.demo.build import Demo
from tests.screens.test_tasks import Begin, Tally, anna, begin, cursor_line, demo, tally

__all__ = ("begin", "demo", "tally")

pytestmark = pytest.mark.timeout(180)

LOST, NEW = "0A3C7F20", "9F8E7D6C"
FINDER = next(one for one in people.residents() if one.card and one.last != "Kowalska")
FOUND = FINDER.card
"""A card that no other test touches."""


def cards(made: Demo) -> list[CredentialRecord]:
    """Anna's cards that are hers."""
    return [one for one in anna(made).credentials if one.kind is CredentialKind.CARD and one.status == "active"]


@pytest.mark.feature("LIB-02")
@pytest.mark.edge("8")
@pytest.mark.parametrize(
    "number",
    [FOUND, bytes.fromhex(FOUND)[::-1].hex().upper(), f"{int(FOUND, 16):010}"],
    ids=["hex", "reversed", "decimal"],
)
async def test_10_whose_card_is_this(demo: Demo, begin: Begin, tally: Tally, number: str) -> None:
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type(number)
        await keys.press("enter")
        pressed = keys.pressed
        await keys.until_page("ResidentPage")
        await keys.until_text(f"{FINDER.last}, {FINDER.first}")
        await keys.until(lambda: cursor_line(keys).startswith(f"Card ··{FOUND[-2:]}"))
    tally.note(10, "Whose card is this", 2, pressed)


@pytest.mark.feature("LIB-02")
async def test_10_a_part_of_a_number_finds_nobody(demo: Demo, begin: Begin) -> None:
    assert not [hit for hit in demo.engine.search.find(demo.context, LOST[:-2]) if hit.record == "resident"]


@pytest.mark.feature("LIB-02")
@pytest.mark.feature("SYNC-03")
async def test_13_and_14_a_lost_card_is_replaced_and_the_new_one_revoked(
    demo: Demo, begin: Begin, tally: Tally
) -> None:
    assert demo.doors.present_card("Lobby-A", LOST)[0]
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("kowal")
        await keys.press("enter", "down", "e")
        await keys.type(NEW)
        await keys.press("f2")
        pressed = keys.pressed
        await keys.until(lambda: [one.masked for one in cards(demo)] == ["··6C"])
        await keys.until_page("ResidentPage")
        await keys.until_text("4 of 4 doors read back without it", within=60)
    assert not demo.doors.present_card("Lobby-A", LOST)[0]
    assert demo.doors.present_card("Lobby-A", NEW)[0]
    tally.note(14, "Replace a lost card", 5, pressed)
    async with begin() as keys:
        await keys.press("ctrl+p")
        await keys.type("kowal")
        await keys.press("enter", "down", "d")
        await keys.until_text("Take Card ··6C away")
        await keys.press("y")
        pressed = keys.pressed
        await keys.until(lambda: not cards(demo))
        await keys.until_text("8 of 8 doors read back without it", within=60)
    assert not demo.doors.present_card("Lobby-A", NEW)[0]
    tally.note(13, "Revoke a lost card and be sure", 5, pressed)
