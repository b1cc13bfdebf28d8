"""Names proposed for exported files."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.exports import LONGEST, file_name

DAY = date(2026, 11, 28)


@pytest.mark.feature("LOG-01")
@pytest.mark.parametrize(
    ("title", "text", "name"),
    [
        ("Door logs", "on:last-week", "door-logs-on-last-week-2026-11-28.xlsx"),
        ("Residents", "", "residents-2026-11-28.xlsx"),
        ("Residents", 'b:A "Żółw / ../x"', "residents-b-a-żółw-x-2026-11-28.xlsx"),
        ("PINs", "b:A pin:2741", "pins-b-a-pin-2026-11-28.xlsx"),
        ("RF cards", 'card:"0A3C 7F20" mia', "rf-cards-card-mia-2026-11-28.xlsx"),
    ],
)
def test_a_name_is_made_of_list_filter_and_day(title: str, text: str, name: str) -> None:
    assert file_name(title, text, DAY) == name


@given(text=st.text(max_size=300))
def test_a_filter_never_leads_out_of_the_folder_nor_hides_the_day(text: str) -> None:
    name = file_name("Residents", text, DAY, ".csv")
    assert name.startswith("residents")
    assert name.endswith("-2026-11-28.csv")
    assert not set(name) & set("/\\\0: \n")
    assert len(name) <= LONGEST + len(".csv")
