"""What a fresh interpreter loads: the import graph cannot see deferred imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

NOT_WITH_THE_APP = (
    "backend.agent",
    "backend.devices",
    "backend.sync",
    "backend.intake",
    "backend.virtual",
    "uvicorn",
    "starlette",
    "openpyxl",
    "alembic",
    "reportlab",
    "keyring",
    "httpx",
    "argon2",
    "sqlalchemy",
)


def loaded(module: str) -> set[str]:
    """The modules in memory after a fresh interpreter has imported `module`."""
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_the_engine_loads_no_textual() -> None:
    assert not {name for name in loaded("backend.engine") if name.split(".")[0] in ("textual", "rich")}


@pytest.mark.parametrize("module", ["smartplus_tui.app", "screens.dashboard", "screens.residents", "screens.devices"])
def test_the_app_loads_nothing_heavy(module: str) -> None:
    found = loaded(module)
    assert not [name for name in NOT_WITH_THE_APP if any(one == name or one.startswith(f"{name}.") for one in found)]


def test_virtual_devices_load_nothing_of_ours() -> None:
    ours = ("backend.domain", "backend.store", "backend.services", "backend.devices", "backend.engine", "smartplus_tui")
    assert not {name for name in loaded("backend.virtual.site") if name.startswith(ours)}


READS_THE_FIRST_PAGE = (
    "smartplus_tui.first_page",
    "smartplus_tui.cli.signing_in",
    "screens.dashboard_read",
    *(f"backend.services.{name}" for name in ("sessions", "account", "communities", "sites", "dashboard", "door_logs")),
)


def test_what_a_start_waits_for_loads_neither_what_draws_nor_what_checks_input() -> None:
    found = loaded(", ".join(READS_THE_FIRST_PAGE))
    assert not {name for name in found if name.split(".")[0] in ("textual", "rich", "pydantic")}


def test_the_first_page_is_drawn_without_what_checks_input() -> None:
    assert "pydantic" not in loaded("smartplus_tui.app, screens.dashboard")
