"""Where a relay stands after "close all", and which devices keep a relay open by hours (edge cases 49, 50, 53)."""

from __future__ import annotations

import itertools

import pytest

from backend.domain.firmware import firmware_numbers, has_relay_schedules
from backend.domain.relay_holds import open_after_close_all


@pytest.mark.edge("50")
@pytest.mark.feature("EMG-01")
def test_close_all_restores_what_was_but_for_the_hours_of_now():
    """By hand, each case once: relay schedule, emergency and bistable relay."""
    expected = {
        # held now, bistable, open before, held before
        (True, False, False, False): True,
        (True, False, False, True): True,
        (True, False, True, False): True,
        (True, False, True, True): True,
        (True, True, False, False): True,
        (True, True, False, True): True,
        (True, True, True, False): True,
        (True, True, True, True): True,
        (False, False, False, False): False,
        (False, False, False, True): False,
        (False, False, True, False): False,
        (False, False, True, True): False,
        (False, True, False, False): False,
        (False, True, False, True): False,
        (False, True, True, False): True,
        (False, True, True, True): False,
    }
    assert expected.keys() == set(itertools.product((True, False), repeat=4))
    for (held_now, bistable, open_before, held_before), stands_open in expected.items():
        found = open_after_close_all(
            held_now=held_now, bistable=bistable, open_before=open_before, held_before=held_before
        )
        assert found is stands_open, (held_now, bistable, open_before, held_before)


@pytest.mark.edge("53")
@pytest.mark.parametrize(
    ("model", "firmware", "can"),
    [
        ("A08S", "108.30.10.144", True),
        ("A08", "108.30.1.16", True),
        ("A08", "108.30.1.9", False),
        ("r29c", "29.30.10.1390", True),
        ("R29", "29.30.10.139", True),
        ("R29", "29.30.10.99", False),
        ("R29", "229.30.10.139", False),
        ("X915V2", "2915.30.10.202", True),
        ("X915V2", "915.30.10.999", False),
        ("X916", "916.30.10.216", False),
        ("E18C", "18.30.11.21", False),
        ("R20A", "320.30.11.63", False),
        ("A08", "", False),
        ("", "108.30.1.16", False),
    ],
)
def test_relay_schedules_by_model_and_firmware(model: str, firmware: str, can: bool):
    assert has_relay_schedules(model, firmware) is can


def test_what_is_no_version_compares_with_nothing():
    assert firmware_numbers(" 29.30.10.205 ") < firmware_numbers("29.30.10.1390")
    for text in ("", "29.30.x", "29..3", "29.²", "1234567890.1"):
        assert firmware_numbers(text) == ()
