"""Devices on the screen: what stands at an address and what a relay takes, in words."""

from __future__ import annotations

import pytest

from backend.domain.device_drafts import FindingRecord
from screens.device_form import PANE, finding_lines
from tests.screens.conftest import Show


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
