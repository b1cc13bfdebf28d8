"""A keyring for the length of a test."""

from __future__ import annotations

from keyring.backend import KeyringBackend


class Vault(KeyringBackend):
    """A keyring of this process, as good as a desktop's for the length of a test."""

    priority = -1.0  # never picked by itself

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]
