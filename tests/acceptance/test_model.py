"""Whatever managers, time, faults and devices do: after quiet every virtual door equals the rules (feature SYNC-01)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.acceptance.checks import PROBES
from tests.acceptance.machine import Machine


def _run(template: Path, roots: pytest.TempPathFactory, examples: int, steps: int, probes: int) -> None:
    """Try so many communities; asks the doors at least `probes` times."""
    PROBES.clear()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: Machine(template, roots.mktemp("town")),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    assert PROBES.total() >= probes


@pytest.mark.feature("SYNC-01")
@pytest.mark.feature("SYNC-03")
@pytest.mark.feature("AGT-05")
def test_every_door_equals_the_rules(template_site: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    _run(template_site, tmp_path_factory, 14, 15, 500)


@pytest.mark.nightly
@pytest.mark.timeout(0)
def test_every_door_equals_the_rules_all_night(template_site: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """`MODEL_EXAMPLES` sets how many communities are tried; 300 ask the doors far more than 10,000 times."""
    _run(template_site, tmp_path_factory, int(os.environ.get("MODEL_EXAMPLES", "300")), 40, 10_000)
