"""Devices on the screen: what stands at an address and what a relay takes, in words."""

from __future__ import annotations

import pytest

from backend.domain.device_drafts import FindingRecord
from screens.base.drawing import folded
from screens.device_form import PANE, finding_lines
from tests.screens.conftest import Show
from widgets.panel import fact


@pytest.mark.feature("DEV-02")
async def test_what_a_relay_takes_is_said_in_words(show: Show) -> None:
    async with show("g", "p") as keys:
        await keys.until_text("Main Gate")
        await keys.press("enter")
        await keys.until_page("DevicePage")
        await keys.until_text("PIN, Card")
        assert "id_access" not in keys.text()


@pytest.mark.feature("DEV-13")
def test_what_stands_at_an_address_is_never_cut() -> None:
    sentence = "Something answers at this address, but it does not look like an Akuvox device."
    found = FindingRecord(
        state="stranger", sentence=sentence, menu_path="Access Control > Setting > HTTP API > Allowlist"
    )
    lines = ["".join(text for text, _ in line) for line in finding_lines(found)]
    assert " ".join(line.strip() for line in lines).startswith(sentence)
    assert max(map(len, lines)) <= PANE


@pytest.mark.feature("SYNC-02")
def test_what_a_door_does_not_hold_is_told_whole() -> None:
    sentence = "This door takes one floor from 1 to 128 per person: the floors of Olek Wrona stay here."
    lines = folded(fact("Not held", ((sentence, "$sp-warn"),)), 60)
    assert " ".join("".join(part[0] for part in line[1:]).strip() for line in lines) == sentence
    assert max(sum(len(part[0]) for part in line) for line in lines) <= 60
    assert lines[0][0][0].strip() == "Not held"
    assert not any(line[0][0].strip() for line in lines[1:])
    short = fact("Users", (("45", "$sp-t2"), (" of 4,000", "$sp-t3")))
    assert folded(short, 60) == [short]
