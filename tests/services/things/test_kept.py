"""What a machine remembers lies sealed beside the site (feature ACC-07)."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from backend.services.kept import Kept
from backend.store.store import Store

LOGIN = {"email": "lena@example.com", "site": "3"}


@pytest.mark.feature("ACC-07")
def test_what_is_kept_is_sealed_private_and_read_again(store: Store) -> None:
    kept = Kept(store)
    assert kept.get("login") == {}
    kept.put("login", LOGIN)
    assert kept.get("login") == LOGIN
    path = store.path.parent / "login"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "lena" not in path.read_text()
    assert kept.where().startswith("key file ")
    kept.drop("login")
    kept.drop("login")
    assert kept.get("login") == {}


@pytest.mark.feature("ACC-07")
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"bm90IHNlYWxlZA=="])
def test_what_cannot_be_opened_is_as_if_nothing_were_kept(store: Store, content: bytes) -> None:
    (store.path.parent / "login").write_bytes(content)
    assert Kept(store).get("login") == {}


@pytest.mark.feature("ACC-07")
def test_one_thing_kept_does_not_pass_for_another(store: Store) -> None:
    kept, root = Kept(store), Path(store.path.parent)
    kept.put("login", LOGIN)
    shutil.copy(root / "login", root / "session")
    assert kept.get("session") == {}
