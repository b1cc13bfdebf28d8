"""`smartplus device hold-open`: a door stays open in the hours of access groups."""

from __future__ import annotations

import pytest

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.engine import Engine
from tests.cli.conftest import Smartplus
from tests.cli.test_cli_doors import gate


@pytest.fixture
def gated(smartplus: Smartplus) -> Smartplus:
    """The town with a gate that can be held open and a gym that cannot."""
    engine = Engine(smartplus.site)
    engine.start()
    try:
        context = Context(1, "Ines", 1, Via.APP)
        a08s = {"model": "A08S", "firmware": "108.30.10.144", "profile": "A08S"}
        engine.devices.add(context, gate("Main Gate", 1).model_copy(update=a08s))
        engine.devices.add(context.again(), gate("Gym", 2))
    finally:
        engine.close()
    assert smartplus(
        "access-group", "add", "--name", "Office", "--schedule", "mo-fr 8-18", "--doors", "gym", "--yes"
    ).code in (0, 3)
    return smartplus


@pytest.mark.feature("DEV-02")
def test_a_door_is_held_open_shown_and_let_go(gated: Smartplus) -> None:
    shown = gated("device", "hold-open", "main gate", "--json").json
    assert (shown["on"], shown["groups"], shown["refusal"]) == (False, [], "")
    ran = gated("device", "hold-open", "main gate", "--group", "office")
    assert ran.code == 0
    assert "1 door" in ran.out
    told = gated("device", "hold-open", "main gate").out
    assert "held open in these hours" in told
    assert "Office, Mo-Fr 08:00-18:00" in told
    deleted = gated("access-group", "delete", "office", typed="n\n")
    assert "Its hours hold open Main Gate: shut when it is gone." in deleted.err
    assert gated("device", "hold-open", "main gate", "--off").code == 0
    assert gated("device", "hold-open", "main gate", "--json").json["on"] is False
    assert "hold" in gated("log", "operation", "--json").out.lower()


@pytest.mark.feature("DEV-02")
def test_what_cannot_be_is_said(gated: Smartplus) -> None:
    refused = gated("device", "hold-open", "gym", "--group", "office")
    assert refused.code == 1
    assert "X916 with firmware 916.30.10.105 has no relay schedules" in refused.err
    assert gated("device", "hold-open", "main gate", "--relay", "3").code == 1
    assert gated("device", "hold-open", "main gate", "--group", "nobody").code == 1
    assert gated("device", "hold-open", "main gate", "--group", "office", "--off").code == 2
