"""A command that breaks in a way nobody foresaw says one sentence and names the file (cli: exit codes)."""

from __future__ import annotations

import pytest

from backend.services.buildings import Buildings
from tests.cli.conftest import Smartplus

SECRET = "2741-9F8E7D6C"


def broken(*_: object, **__: object) -> None:
    """Breaks while it holds a code."""
    pin = SECRET
    raise RuntimeError(f"no room for {pin}")


@pytest.mark.feature("OPS-07")
def test_a_command_that_breaks_says_one_sentence_and_names_the_file(
    smartplus: Smartplus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Buildings, "list", broken)
    ran = smartplus("building", "list")
    (kept,) = (smartplus.site / "logs").glob("crash-*.txt")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert ran.err.startswith("Something unexpected went wrong (RuntimeError in tests/cli/test_cli_failing.py, line ")
    assert str(kept) in ran.err
    assert "in broken" in kept.read_text()
    assert SECRET not in ran.err + kept.read_text()


def test_a_command_without_a_site_keeps_nothing_and_says_so_much(
    smartplus: Smartplus, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr("smartplus_tui.cli.call.Call.need_site", broken)
    ran = smartplus("--site", f"{tmp_path}/none", "building", "list")
    assert ran.code == 1
    assert ran.err.rstrip().endswith(").")


def test_a_benchmark_that_breaks_tells_why(smartplus: Smartplus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smartplus_tui.bench.main", broken)
    ran = smartplus("bench", "who")
    assert (ran.code, ran.out) == (1, "")
    assert "in broken" in ran.err
    assert ran.err.endswith(f"RuntimeError: no room for {SECRET}\n")
