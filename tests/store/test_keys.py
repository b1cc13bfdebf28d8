"""The key of a site: where it may lie, who may read it, and that there is never a second one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringLocked

from backend.domain.errors import Unreachable
from backend.store.keys import FoundKey, load_key, unlock
from backend.store.site import Site
from tests.support.vault import Vault

pytestmark = pytest.mark.feature("OPS-06")
ONE, TWO, THREE = (bytes([number]) * 32 for number in (1, 2, 3))


class PlaintextKeyring(Vault):
    """Named like the back ends that write passwords into a readable file."""


class LockedVault(Vault):
    """A keyring nobody has unlocked."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("the collection is locked")


def chained(*backends: KeyringBackend) -> KeyringBackend:
    """The back end that asks others in turn, as keyring makes one where several work."""

    chain: KeyringBackend = type("Chain", (chainer.ChainerBackend,), {"backends": list(backends), "priority": -1.0})()
    return chain


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without systemd credentials and without a keyring, until a test says otherwise."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def bare(tmp_path: Path) -> Site:
    """A site directory with nothing in it."""
    made = Site(tmp_path / "bare")
    made.create()
    return made


def keep_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, master: bytes) -> None:
    directory = tmp_path / "credentials"
    directory.mkdir()
    (directory / "smartplus.key").write_text(master.hex())
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(directory))


def keep_file(site: Site, master: bytes, mode: int = 0o600) -> None:
    site.key_file.write_text(master.hex() + "\n")
    site.key_file.chmod(mode)


def keep_in_keyring(site: Site, master: bytes) -> Vault:
    vault = Vault()
    vault.set_password("smartplus", str(site.root), master.hex())
    keyring.set_keyring(vault)
    return vault


def test_the_first_place_wins_and_is_named(bare: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_in_keyring(bare, THREE)
    found = load_key(bare, create=False)
    assert (found.master, found.where.split(" (")[0]) == (THREE, "keyring")
    keep_file(bare, TWO)
    assert load_key(bare, create=False) == FoundKey(TWO, f"key file {bare.key_file}")
    keep_credential(tmp_path, monkeypatch, ONE)
    assert load_key(bare, create=False) == FoundKey(ONE, "systemd credential")


def test_a_credentials_directory_without_ours_is_passed_over(
    bare: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    keep_file(bare, TWO)
    assert load_key(bare, create=False).master == TWO


def test_a_new_key_goes_into_a_real_keyring(bare: Site) -> None:
    vault = Vault()
    keyring.set_keyring(vault)
    made = load_key(bare, create=True)
    assert list(vault.kept.values()) == [made.master.hex()]
    assert not bare.key_file.exists()
    assert load_key(bare, create=False).master == made.master


def test_a_new_key_goes_into_a_private_file_without_a_keyring(bare: Site) -> None:
    made = load_key(bare, create=True)
    assert bare.key_file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in bare.root.iterdir()] == ["key"]
    assert load_key(bare, create=False) == made
    assert load_key(bare, create=True) == made


def test_the_file_can_be_asked_for(bare: Site) -> None:
    vault = Vault()
    keyring.set_keyring(vault)
    load_key(bare, create=True, key_file=True)
    assert vault.kept == {}
    assert bare.key_file.exists()


def test_two_new_keys_differ(bare: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "other")
    other.create()
    assert load_key(bare, create=True).master != load_key(other, create=True).master


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, PlaintextKeyring])
def test_a_back_end_that_keeps_no_secret_is_refused(bare: Site, backend: type[KeyringBackend]) -> None:
    keyring.set_keyring(backend())
    assert load_key(bare, create=True).where.startswith("key file")


def test_a_chain_is_asked_for_its_real_keyring(bare: Site) -> None:
    vault = Vault()
    keyring.set_keyring(chained(PlaintextKeyring(), null.Keyring(), vault))  # type: ignore[no-untyped-call]
    made = load_key(bare, create=True)
    assert list(vault.kept.values()) == [made.master.hex()]


def test_a_locked_keyring_is_told_and_no_key_is_made(bare: Site) -> None:
    keyring.set_keyring(LockedVault())
    with pytest.raises(Unreachable, match="Unlock it"):
        load_key(bare, create=True)
    assert list(bare.root.iterdir()) == []


@pytest.mark.parametrize("create", [False, True])
def test_a_site_with_a_database_never_gets_a_second_key(site: Site, create: bool) -> None:
    site.key_file.unlink()
    with pytest.raises(Unreachable, match="was not found"):
        load_key(site, create=create)
    assert not site.key_file.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_key_file_that_others_may_read_is_refused(bare: Site, mode: int) -> None:
    keep_file(bare, ONE, mode)
    with pytest.raises(Unreachable, match="chmod 600"):
        load_key(bare, create=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_key_file_of_another_user_is_refused(bare: Site) -> None:
    keep_file(bare, ONE)
    os.chown(bare.key_file, 4711, 4711)
    with pytest.raises(Unreachable, match="another user"):
        load_key(bare, create=True)


def test_a_link_and_a_pipe_are_no_key_files(bare: Site) -> None:
    target = bare.root / "elsewhere"
    target.write_text(ONE.hex())
    target.chmod(0o600)
    bare.key_file.symlink_to(target)
    with pytest.raises(Unreachable, match="cannot be read"):
        load_key(bare, create=True)
    bare.key_file.unlink()
    os.mkfifo(bare.key_file, 0o600)
    with pytest.raises(Unreachable, match="not a plain file"):
        load_key(bare, create=True)


@pytest.mark.parametrize("text", ["", "abc", "00" * 31, "00" * 33, "zz" * 32, "ł" * 64])
def test_a_damaged_key_is_told_without_its_text(bare: Site, text: str) -> None:
    bare.key_file.write_text(text)
    bare.key_file.chmod(0o600)
    with pytest.raises(Unreachable, match="64 hexadecimal digits") as caught:
        load_key(bare, create=True)
    assert not text or text not in str(caught.value)


def test_a_key_is_not_shown() -> None:
    assert ONE.hex() not in repr(FoundKey(ONE, "key file"))
    assert repr(ONE) not in repr(FoundKey(ONE, "key file"))


def test_the_right_key_unlocks_and_a_wrong_one_is_told(site: Site) -> None:
    right = load_key(site, create=False)
    sealer = unlock(site.database, right)
    assert sealer.open("a.b:1", unlock(site.database, right).seal("a.b:1", b"4711")) == b"4711"
    with pytest.raises(Unreachable, match="not the key"):
        unlock(site.database, FoundKey(ONE, "key file"))
