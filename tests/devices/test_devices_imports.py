"""What importing costs, and what may be imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.feature("AGT-01")


def loaded_by(module: str) -> set[str]:
    """The modules that a fresh interpreter holds after importing one."""
    code = f"import sys, {module}; print(chr(10).join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("name", ["profiles", "address", "users", "schedules", "door_log", "action_url", "errors"])
def test_only_the_client_loads_httpx(name: str) -> None:
    loaded = loaded_by(f"backend.devices.{name}")
    assert f"backend.devices.{name}" in loaded
    assert not {"httpx", "ssl", "asyncio"} & loaded


def test_the_package_stands_on_the_domain_alone() -> None:
    ours = {name for name in loaded_by("backend.devices.client") if name.startswith("backend.")}
    assert "httpx" in loaded_by("backend.devices.client")
    allowed = ("backend.devices", "backend.domain")
    assert {name for name in ours if not name.startswith(allowed)} == set()
