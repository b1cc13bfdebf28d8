"""Certificates are made once; doors and hostile servers are made by each test."""

from __future__ import annotations

from dataclasses import replace

import pytest
from akuvox_wire import Certificate, make_certificate

from backend.devices.profiles import X916, Profile


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The certificate of the device."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "device")


@pytest.fixture(scope="session")
def other_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The certificate of somebody else."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "impostor")


@pytest.fixture
def quick() -> Profile:
    """An X916 that needs no rest, for tests that are not about resting."""
    return replace(X916, gap=0.0, settle=0.0)
